import { ARGUMENTS_ADVICE, parseJsonText } from '../../../../nodes/Convex/convex/values/jsonText';
import { documentsByKey } from '../../../../nodes/Convex/convex/changes/documentChanges';
import { parseComponentPath } from '../../../../nodes/Convex/convex/functions/componentPath';
import { parseFunctionPath } from '../../../../nodes/Convex/convex/functions/functionPath';
import { quote, quoteStart } from '../../../../nodes/Convex/convex/values/quote';
import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { describeValidator } from '../../../../nodes/Convex/convex/values/validator';
import { convertFields } from '../../../../nodes/Convex/convex/values/validatorConversion';
import { failureOf } from '../../refusal';
import { arrayOf, literal, objectOf, unionOf } from './validators';

const LONG = 'a'.repeat(1_000_000);
const NUMBER = { type: 'number' } as const;
const noDate = () => undefined;

describe('a quoted name', () => {
	it('stays as it is up to 100 characters', () => {
		expect(quote('a'.repeat(100))).toBe(`'${'a'.repeat(100)}'`);
		expect(quote('')).toBe("''");
	});

	it('shows the start and the end of a longer one', () => {
		expect(quote(`${'a'.repeat(60)}b${'c'.repeat(40)}`)).toBe(
			`'${'a'.repeat(60)}…${'c'.repeat(40)}'`,
		);
	});

	it.each([
		['\uFEFFtitle', "'<U+FEFF>title'"],
		['no\u00a0break', "'no<U+00A0>break'"],
		['zero\u200bwidth', "'zero<U+200B>width'"],
		['with blanks, ä and 😀', "'with blanks, ä and 😀'"],
	])('shows what an editor does not show: %j', (name, shown) => {
		expect(quote(name)).toBe(shown);
		expect(quoteStart(name)).toBe(shown);
	});

	it('holds no half of a character', () => {
		expect(quote(`a${'😀'.repeat(100)}`).isWellFormed()).toBe(true);
		expect(quoteStart(`a${'😀'.repeat(100)}`).isWellFormed()).toBe(true);
	});
});

describe('a name of a million characters', () => {
	it.each<[string, () => unknown]>([
		['a function path', () => parseFunctionPath(`${LONG}!`)],
		['a function path with a long name', () => parseFunctionPath(`m:${LONG}`)],
		['a component', () => parseComponentPath(LONG)],
		[
			'an argument that is not taken',
			() => convertFields("'A'", objectOf({}), { [LONG]: 1 }, noDate),
		],
		[
			'an argument that lacks',
			() => convertFields("'A'", objectOf({ [LONG]: NUMBER }), {}, noDate),
		],
		[
			'an argument',
			() => convertFields("'A'", objectOf({ [LONG]: NUMBER }), { [LONG]: 'x' }, noDate),
		],
		['an encoded argument', () => encodeArguments("'A'", { [LONG]: 1n })],
		[
			'a field of JSON',
			() => parseJsonText("'A'", `{"${LONG}":9007199254740993}`, ARGUMENTS_ADVICE),
		],
		['a key field', () => documentsByKey([{}], LONG, undefined)],
	])('is not repeated in the sentence about it: %s', (_what, refused) => {
		expect(failureOf(refused).sentences.length).toBeLessThan(700);
	});

	it('is not repeated in the type of a value', () => {
		const type = objectOf({ [LONG]: NUMBER });
		expect(describeValidator(type).length).toBeLessThan(150);
		expect(describeValidator(literal(LONG)).length).toBeLessThan(150);
	});
});

const MANY = Array.from({ length: 10_000 }, (_, index) => `name${index}`);
const MANY_FIELDS = Object.fromEntries(MANY.map((name) => [name, NUMBER]));

describe('a list of ten thousand', () => {
	it.each([
		['an object', objectOf(MANY_FIELDS)],
		['a union', unionOf(...MANY.map(literal))],
		['a union of unions', unionOf(unionOf(...MANY.map(literal)), NUMBER)],
		['an array of a union', arrayOf(unionOf(...MANY.map(literal)))],
	])('of fields or alternatives is cut short in the words for %s', (_what, type) => {
		expect(describeValidator(type)).toMatch(/^\D+0\b.*\b99\d\d more\b.{0,2}$/);
		expect(describeValidator(type).length).toBeLessThan(1_000);
	});

	it.each([
		['not taken', objectOf(MANY_FIELDS), { other: 1 }],
		['missing', objectOf({ a: unionOf(...MANY.map(literal)) }), {}],
		['of another type', objectOf({ a: unionOf(...MANY.map(literal)) }), { a: 'other' }],
	])('of what a function takes is cut short where an argument is %s', (_what, type, values) => {
		const { sentences } = failureOf(() => convertFields("'A'", type, values, noDate));
		expect(sentences).toMatch(/\b99\d\d more\b/);
		expect(sentences.length).toBeLessThan(1_500);
	});
});
