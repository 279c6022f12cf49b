import { encodeArguments } from '../../nodes/Convex/convex/values/encodeArguments';
import { convertArgument } from '../../nodes/Convex/convex/values/argumentTypes';
import { parseCredential } from '../../nodes/Convex/convex/deployment/credential';
import {
	parseDeploymentUrl,
	resolveSiteUrl,
} from '../../nodes/Convex/convex/deployment/deploymentUrl';
import { functionFailure } from '../../nodes/Convex/convex/failures/functionFailure';
import { parseFunctionResponse } from '../../nodes/Convex/convex/responses/functionResponse';
import { platformFailure } from '../../nodes/Convex/convex/failures/platformFailure';
import { parseFunctionSpec } from '../../nodes/Convex/convex/functions/functionSpec';
import { describeValidator, parseValidator } from '../../nodes/Convex/convex/values/validator';
import { fitsAsItIs } from '../../nodes/Convex/convex/values/validatorConversion';
import { failureOf } from './refusal';
import { convertValue } from './validators';

/** Things that were once wrong, each a line or two. */

it('a date and an encoded value may stand on the deepest level', () => {
	const deep = (levels: number, leaf: unknown): unknown =>
		levels === 0 ? leaf : { a: deep(levels - 1, leaf) };
	for (const leaf of [new Date(0), { $integer: 'KgAAAAAAAAA=' }, 42n]) {
		expect(() => encodeArguments('args', { a: deep(62, leaf) })).not.toThrow();
	}
	expect(() => encodeArguments('args', { a: deep(62, {}) })).toThrow(/more than 64 levels/);
});

it('a field that is undefined does not make an encoded value another object', () => {
	expect(encodeArguments('args', { a: { $bytes: 'AA==', x: undefined } })).toEqual({
		a: { $bytes: 'AA==' },
	});
});

it('a number that is too large for a float is refused', () => {
	expect(() => convertArgument('n', 'number', '1e400')).toThrow(/not a number/);
	expect(convertArgument('n', 'number', '-Infinity')).toBe(Number.NEGATIVE_INFINITY);
});

it.each([{ valueOf: 1 }, Object.create(null)])('%j is no date', (value) => {
	expect(failureOf(() => convertArgument('d', 'date', value)).message).toMatch(/not a date$/);
});

it('a line of a message that begins with "at" is not taken for the stack', () => {
	const failure = functionFailure({
		operation: 'query',
		errorMessage:
			'[Request ID: a] Server Error\nUncaught Error: look\n  at this\n    at handler (../convex/a.ts:1:2)\n    at other (../convex/b.ts:3:4)\n',
		errorData: undefined,
		logLines: [],
	});
	expect(failure.message).toBe('Uncaught Error: look\n  at this');
	expect(failure.description).toBe('Thrown at handler (../convex/a.ts:1:2).');
});

it.each(['{"ok":true}', '{"status":"success"}', '{"status":"error"}'])(
	'a whole JSON answer of something else is not taken for one that was cut off: %s',
	(body) => {
		const result = parseFunctionResponse('mutation', { httpStatus: 200, body });
		expect(result).toMatchObject({
			failure: {
				message: 'The server answered with something that is not a Convex answer',
				details: { kind: 'deployment', outcome: 'unknown' },
			},
		});
	},
);

it.each([202, 204])('HTTP %i proves nothing', (httpStatus) => {
	expect(platformFailure('mutation', { httpStatus, body: '' }).details.outcome).toBe('unknown');
});

it('a function run by path that lost a write conflict may have been a mutation', () => {
	const body = '{"code":"OptimisticConcurrencyControlFailure","message":"m"}';
	expect(platformFailure('run', { httpStatus: 503, body }).details.outcome).toBe('failed');
});

it('a code that is the name of a built-in has no help of its own', () => {
	const body = '{"code":"constructor","message":"m"}';
	expect(platformFailure('query', { httpStatus: 400, body }).description).not.toMatch(/native/);
});

it.each([
	['//evil.example/x', 'http://evil.example'],
	['/login', 'another path'],
	['javascript:alert(1)', 'another address'],
])('a redirect to %s is named %s', (location, name) => {
	expect(platformFailure('query', { httpStatus: 302, body: '', location }).message).toBe(
		`The server redirects to ${name} instead of answering`,
	);
});

describe('a pasted scheme', () => {
	const deploymentUrl = 'https://a.convex.cloud';
	const parse = (authentication: string, token: string) =>
		parseCredential({ deploymentUrl, authentication, token });

	it.each([
		['bearerToken', 'Bearer '],
		['bearerToken', 'Bearer'],
		['deployKey', 'Convex'],
	])('alone is no %s', (authentication, token) => {
		expect(() => parse(authentication, token)).toThrow(/is empty$/);
	});

	it('of the other kind is left out too', () => {
		expect(parse('deployKey', 'Bearer prod:x|s').authorization).toBe('Convex prod:x|s');
		expect(() => parse('bearerToken', 'Convex prod:x|s')).toThrow(/looks like a deploy key/);
	});
});

describe('addresses of Convex', () => {
	it('are recognised with a dot at the end, and have no path', () => {
		expect(() => parseDeploymentUrl('https://x.convex.site.')).toThrow(/convex\.site/);
		expect(parseDeploymentUrl('https://x.convex.cloud/settings?a')).toBe('https://x.convex.cloud');
		expect(resolveSiteUrl('https://x.convex.cloud', 'https://y.convex.site/api/auth')).toBe(
			'https://y.convex.site',
		);
	});

	it('keep the path of a proxy in front of HTTP actions', () => {
		expect(resolveSiteUrl('https://convex.example.com', 'https://example.com/api/auth/')).toBe(
			'https://example.com/api/auth',
		);
	});

	it('are not pages of the dashboard', () => {
		const page = 'https://dashboard.convex.dev/t/team';
		expect(() => resolveSiteUrl('https://x.convex.cloud', page)).toThrow(/dashboard/);
	});
});

describe('conversion by a validator', () => {
	const convert = (json: unknown, value: unknown) =>
		convertValue(parseValidator(json), value, () => undefined);
	const union = (...value: object[]) => ({ type: 'union', value });
	const object = (...names: string[]) => ({
		type: 'object',
		value: Object.fromEntries(
			names.map((name) => [name, { fieldType: { type: 'string' }, optional: false }]),
		),
	});
	const one = { type: 'literal', value: { $integer: 'AQAAAAAAAAA=' } };
	const id = { type: 'id', tableName: 'tasks' };

	it.each(['', ' x '])('leaves the text %j alone where text may be, beside an ID', (value) => {
		expect(convert(union(id, { type: 'string' }), value)).toBe(value);
	});

	it.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5])('%d is no int64 literal', (value) => {
		expect(failureOf(() => convert(one, value)).message).toMatch(/not 1n$/);
		expect(failureOf(() => convert(union(one, { type: 'null' }), value)).message).toMatch(/not 1n/);
	});

	it('tries the next member of a union when a literal cannot be decoded', () => {
		expect(() => convert(one, { $integer: 'AAA=' })).toThrow(/is an object, not 1n/);
	});

	it('keeps all digits of a text where int64 is a choice', () => {
		const choice = union({ type: 'number' }, { type: 'bigint' });
		expect(convert(choice, '9007199254740993')).toBe(9007199254740993n);
	});

	it('takes an encoded int64 for a literal', () => {
		expect(convert(one, { $integer: 'AQAAAAAAAAA=' })).toBe(1n);
	});

	it('takes names of built-ins for fields like any other', () => {
		expect(() => convert(object('toString'), {})).toThrow(/lacks 'toString'/);
		expect(fitsAsItIs(parseValidator(object('constructor')), {})).toBe(false);
	});

	it('names a field with a dollar sign as it is', () => {
		const failure = failureOf(() => convert({ type: 'array', value: { type: 'null' } }, [1]));
		expect(failure.message).toMatch(/'value\[0\]'/);
		const record = {
			type: 'record',
			keys: { type: 'string' },
			values: { fieldType: { type: 'number' }, optional: false },
		};
		expect(failureOf(() => convert(record, { 'a$&b': 'x' })).message).toMatch(/'value\.a\$&b'/);
		expect(convert(record, { a: 1, b: undefined })).toEqual({ a: 1 });
	});

	it.each([
		[{ type: 'int64' }, { $bytes: 'aGk=' }],
		[{ type: 'boolean' }, { $integer: 'AQAAAAAAAAA=' }],
	])('refuses for %j the encoding of another type', (json, value) => {
		const validator = json.type === 'int64' ? { type: 'bigint' } : json;
		expect(() => convert(validator, value)).toThrow(/is an object, not/);
	});

	it('does not call an array a date', () => {
		expect(() => convert({ type: 'number' }, [1])).toThrow(/is an array, not a number/);
	});

	it('knows literals that JSON lacks', () => {
		const json = { type: 'literal', value: { $float: 'AAAAAAAA+H8=' } };
		expect(convert(json, Number.NaN)).toBeNaN();
		expect(describeValidator(parseValidator(json))).toBe('NaN');
	});
});

describe('a function spec of a later version', () => {
	it.each([{ $future: 'x' }, { $integer: 5 }])('takes the literal %j for anything', (value) => {
		expect(parseValidator({ type: 'literal', value })).toEqual({ type: 'any' });
	});

	it('skips what is no type of function', () => {
		const entry = { identifier: 'a.js:b', functionType: 'constructor', visibility: {}, args: {} };
		expect(parseFunctionSpec([entry])).toEqual([]);
	});
});

it('a sign-in provider that cannot be reached is asked before the function starts', () => {
	const body = '{"code":"AuthProviderDiscoveryFailed","message":"m"}';
	expect(platformFailure('mutation', { httpStatus: 503, body }).details).toMatchObject({
		outcome: 'notExecuted',
		retryable: false,
	});
});
