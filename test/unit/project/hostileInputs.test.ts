import { dateParser } from '../../../nodes/Convex/parameters/dates';
import { hasExpression } from '../../../nodes/Convex/parameters/expressions';
import { knownContentType } from '../../../nodes/Convex/parameters/file/fileOptions';
import { lacksStep } from '../../../nodes/Convex/parameters/httpAction/pathSteps';
import { integerField } from '../../../nodes/Convex/parameters/field';
import { encodeArguments } from '../../../nodes/Convex/convex/values/encodeArguments';
import {
	convertArgument,
	type ArgumentType,
} from '../../../nodes/Convex/convex/values/argumentTypes';
import { isBase64 } from '../../../nodes/Convex/convex/values/base64';
import { parseComponentPath } from '../../../nodes/Convex/convex/functions/componentPath';
import { parseCredential } from '../../../nodes/Convex/convex/deployment/credential';
import { isKeptByDouble } from '../../../nodes/Convex/convex/values/decimalText';
import { ConvexFailure } from '../../../nodes/Convex/convex/failure';
import { mayBeOfConvex } from '../../../nodes/Convex/convex/failures/callOutcome';
import { functionFailure } from '../../../nodes/Convex/convex/failures/functionFailure';
import {
	parseFunctionPath,
	toFunctionPath,
} from '../../../nodes/Convex/convex/functions/functionPath';
import { parseFunctionResponse } from '../../../nodes/Convex/convex/responses/functionResponse';
import { parseBatchResponse } from '../../../nodes/Convex/convex/responses/queryBatch';
import {
	nearestFunctionPath,
	parseFunctionSpec,
} from '../../../nodes/Convex/convex/functions/functionSpec';
import {
	parseUserAttributes,
	parseUserIdentity,
} from '../../../nodes/Convex/convex/deployment/identity';
import {
	ARGUMENTS_ADVICE,
	parseJsonObject,
	parseJsonText,
} from '../../../nodes/Convex/convex/values/jsonText';
import { parseExactJson } from '../../../nodes/Convex/convex/values/exactJson';
import { platformFailure } from '../../../nodes/Convex/convex/failures/platformFailure';
import {
	ANY_VALIDATOR,
	describeValidator,
	parseValidator,
	type Validator,
} from '../../../nodes/Convex/convex/values/validator';
import { failureOf } from '../refusal';
import {
	arrayOf,
	convertValue,
	idOf,
	literal,
	objectOf,
	recordOf,
	unionOf,
} from '../convex/values/validators';

/**
 * What takes steps by the square of its length takes minutes here, and what takes a place on the stack
 * for each character has too few: the time limit of a test is the measure.
 */
const LONG = 100_000;
const LARGEST = 16 * 2 ** 20;
const DEEP = 200_000;

const ALPHABET = [
	...['0', '1', '9', '.', '-', '+', 'e', '=', 'A', '/', '\\', ':', '|', '@', ',', '_', '$', ' '],
	...['\n', '\t', '"', "'", '[', ']', '{', '}', '(', ')', '\u00a0', '\uFEFF', 'ä', '\ud83d'],
];
const WORDS = [
	...['0.', '1e', '-0', 'A ', 'AAAA', '==', '//', './', 'a/', 'a.', 'a:', '/api', 'api.', ', '],
	...['{"a":', '[{', '{[', '"\\', '\\"', '"a",', '1,', '    at x\n', '\n    at x', 'Uncaught '],
	...['[Request ID: ', 'Could not find ', 'Arguments for ', 'components.', '2026-01-31', '$a'],
];
const repeated = (text: string, length = LONG) => text.repeat(Math.ceil(length / text.length));
const texts = [...ALPHABET, ...WORDS].flatMap((text) => {
	const long = repeated(text);
	return ALPHABET.includes(text) ? [long, `${long}x`] : [`${long}x`];
});

const TYPES: ArgumentType[] = [
	...(['auto', 'string', 'number', 'boolean', 'id', 'object', 'array', 'int64'] as const),
	...(['bytes', 'date', 'null'] as const),
];
const VALIDATORS: Validator[] = [
	...(['any', 'null', 'string', 'number', 'boolean', 'int64', 'bytes'] as const).map(
		(type): Validator => ({ type }),
	),
	...[idOf('tasks'), literal(1), literal('a'), arrayOf({ type: 'number' }), objectOf({})],
	recordOf({ type: 'string' }, { type: 'number' }),
];

const parseDate = dateParser('America/New_York');

const TIMEOUT = integerField({
	displayName: 'Timeout',
	name: 'timeout',
	default: 1,
	min: 1,
	max: 10,
});

const PARSERS: Array<[name: string, parse: (text: string) => unknown]> = [
	['parseFunctionPath', parseFunctionPath],
	['toFunctionPath', (text) => toFunctionPath('list', text)],
	['parseComponentPath', parseComponentPath],
	['parseJsonText', (text) => parseJsonText("'Arguments (JSON)'", text, ARGUMENTS_ADVICE)],
	['parseJsonObject', parseJsonObject],
	['parseExactJson', parseExactJson],
	['parseUserIdentity', (text) => parseUserIdentity('The user', text)],
	['parseUserAttributes', (text) => parseUserAttributes('The user', [['emailVerified', text]])],
	['isBase64', isBase64],
	['isKeptByDouble', isKeptByDouble],
	['dateParser', parseDate],
	['hasExpression', hasExpression],
	['integerField', (text) => TIMEOUT.read('Timeout', text)],
	[
		'parseCredential',
		(token) =>
			parseCredential({
				deploymentUrl: 'https://a.convex.cloud',
				authentication: 'deployKey',
				token,
			}),
	],
	[
		'functionFailure',
		(errorMessage) =>
			functionFailure({ operation: 'mutation', errorMessage, errorData: undefined, logLines: [] })
				.sentences,
	],
	['platformFailure', (body) => platformFailure('mutation', { httpStatus: 503, body })],
	['parseFunctionResponse', (body) => parseFunctionResponse('query', { httpStatus: 200, body })],
	[
		'parseFunctionSpec',
		(identifier) => parseFunctionSpec([{ identifier, functionType: 'Query', args: identifier }]),
	],
	[
		'nearestFunctionPath',
		(name) => {
			const path = { module: 'a', name };
			const signature = { path, type: 'query', isPublic: true, args: ANY_VALIDATOR } as const;
			return nearestFunctionPath([signature], { module: 'b', name });
		},
	],
	['encodeArguments of a text', (value) => encodeArguments("'Arguments'", { value })],
	['encodeArguments of a name', (name) => encodeArguments("'Arguments'", { [name]: 1 })],
	[
		'encodeArguments of bytes',
		($bytes) => encodeArguments("'Arguments'", { value: { $bytes }, int64: { $integer: $bytes } }),
	],
	...TYPES.map((type): (typeof PARSERS)[number] => [
		`convertArgument to ${type}`,
		(text) => convertArgument("'Arguments': 'a'", type, text),
	]),
	...VALIDATORS.map((validator): (typeof PARSERS)[number] => [
		`convertFields to ${describeValidator(validator)}`,
		(text) => convertValue(validator, text, parseDate),
	]),
	[
		'convertFields to a union of all',
		(text) => convertValue(unionOf(...VALIDATORS.slice(3)), text, parseDate),
	],
];

/** Takes a text, or refuses it with a sentence. */
function expectTakenOrRefused(parse: () => unknown): void {
	try {
		parse();
	} catch (error) {
		expect(error).toBeInstanceOf(ConvexFailure);
	}
}

describe('a long text that is made to be slow', () => {
	it.each(PARSERS)('is taken or refused by %s', (_name, parse) => {
		for (const text of texts) expectTakenOrRefused(() => parse(text));
	});
});

describe('a million of a character', () => {
	const many = (character: string) => `${character.repeat(1_000_000)}x`;

	it('in a step of a path is a step', () => {
		for (const kind of ['path', 'rest'] as const) {
			expect(lacksStep('=/tasks/{{ $json.a }}', () => many(' '), kind)).toBe(false);
		}
	});

	it('in the type of a file is no type', () => {
		for (const character of [' ', '\t', ';', '"', '/']) {
			expect(knownContentType(many(character))).toBeUndefined();
		}
	});

	it('in the code of an answer is not kept', () => {
		const body = JSON.stringify({ code: `A${many('a')}!`, message: 'no' });
		const { details } = platformFailure('mutation', { httpStatus: 503, body });
		expect(details.code).toBe(`A${'a'.repeat(199)}…`);
	});

	it.each(['Za', 'A', 'a', '0'])('makes a code of Convex or not: %s', (characters) => {
		expect(mayBeOfConvex(`Z${characters.repeat(1_000_000)}!`)).toBe(false);
	});
});

describe('sixteen megabytes', () => {
	it.each(PARSERS)('are taken or refused by %s', (_name, parse) => {
		expectTakenOrRefused(() => parse(repeated('A', LARGEST)));
	});

	it('of base64 are bytes, in a field, as they are encoded, and as a file', () => {
		const bytes = Buffer.alloc(LARGEST, 'convex');
		const base64 = bytes.toString('base64');
		const lines = `${base64.slice(0, 76)}\n${base64.slice(76)}\n`;
		for (const value of [
			convertArgument("'Arguments': 'a'", 'bytes', base64),
			convertArgument("'Arguments': 'a'", 'bytes', lines),
			convertValue({ type: 'bytes' }, base64, parseDate),
			{ $bytes: base64 },
			bytes,
		]) {
			// Comparing them in `toEqual` would take seconds.
			const { value: sent } = encodeArguments("'Arguments'", { value });
			expect(Object.entries(Object(sent)).map(([type, text]) => [type, text === base64])).toEqual([
				['$bytes', true],
			]);
		}
	});
});

describe('JSON with a hundred thousand long numbers', () => {
	it('is read, and the one that a double would round is found', () => {
		const numbers = Array.from({ length: LONG }, (_, index) => `{"at":${index}.0000000000000001}`);
		const list = numbers.join(',');
		expect(parseJsonText('The text', `[${list}]`, ARGUMENTS_ADVICE)).toHaveLength(LONG);
		expect(
			failureOf(() => parseJsonText('The text', `[${list},9007199254740993]`, ARGUMENTS_ADVICE))
				.message,
		).toBe(`The text: '[${LONG}]' is a whole number beyond 2^53, which a number would round`);
	});
});

describe('what is nested 200,000 levels deep', () => {
	const arrays = '['.repeat(DEEP);
	const objects = '{"a":'.repeat(DEEP);
	const whole = `${arrays}${']'.repeat(DEEP)}`;

	it.each([
		['broken arrays', arrays],
		['broken objects', objects],
		['arrays with a fault', `${arrays}x${']'.repeat(DEEP)}`],
		[
			'an array with a number that would be rounded',
			`${whole.slice(0, DEEP)}9007199254740993${whole.slice(DEEP)}`,
		],
	])('is refused as such: %s', (_what, text) => {
		const failure = failureOf(() => parseJsonText("'Arguments': 'a'", text, ARGUMENTS_ADVICE));
		expect(failure.message).toBe("'Arguments': 'a' is nested more than 64 levels deep");
	});

	it('is refused with its place where it is whole JSON', () => {
		const args = { list: convertArgument("'Arguments': 'list'", 'array', whole) };
		expect(failureOf(() => encodeArguments("'Arguments'", args)).message).toMatch(
			/^'Arguments': 'list[[\]0]+….*' is nested more than 64 levels deep$/,
		);
	});

	it('is refused as a user to act as', () => {
		const user = `{"tokenIdentifier":"a|b","more":${whole}}`;
		expect(failureOf(() => parseUserIdentity('The user', user)).message).toBe(
			'The user is nested more than 64 levels deep',
		);
	});

	it('is a type that is not known, as no value of Convex is so deep', () => {
		const json: unknown = JSON.parse(
			`${'{"type":"array","value":'.repeat(DEEP)}{"type":"null"}${'}'.repeat(DEEP)}`,
		);
		expect(describeValidator(parseValidator(json))).toMatch(/any$/);
	});

	it('fails only its own call as the data of a ConvexError', () => {
		const answer = `{"status":"error","errorMessage":"","errorData":${whole}}`;
		const batch = parseBatchResponse(
			{ httpStatus: 200, body: `{"results":[${answer},{"status":"success","value":1}]}` },
			2,
		);
		expect(batch).toMatchObject({
			status: 'answered',
			results: [
				{
					failure: {
						message: 'ConvexError: with data that is nested too deeply to be shown',
						details: { kind: 'application', outcome: 'failed' },
					},
				},
				{ status: 'success', value: 1 },
			],
		});
	});

	it('is looked through for expressions', () => {
		const parameter: unknown = JSON.parse(whole.replace('[]', '["={{ 1 }}"]'));
		expect(hasExpression(parameter)).toBe(true);
		expect(hasExpression(JSON.parse(whole))).toBe(false);
	});
});
