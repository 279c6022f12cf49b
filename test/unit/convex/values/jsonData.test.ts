import { checkJsonData } from '../../../../nodes/Convex/convex/values/jsonData';
import { failureOf } from '../../refusal';

const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

describe('a value that travels as JSON', () => {
	it.each<[unknown]>([
		[{ a: [1, 'text', null, true, { b: undefined }] }],
		[new Date(0)],
		[deep(1_000)],
		['\ud83d\ude00'],
	])('is taken where JSON says all of it', (value) => {
		expect(() => checkJsonData("'JSON'", value)).not.toThrow();
	});

	it.each<[string, unknown, string]>([
		[
			'NaN, of which JSON makes null',
			{ a: [1, Number.NaN] },
			"'JSON': 'a[1]' is a number that JSON does not have",
		],
		['an infinity', { a: { b: -Infinity } }, "'JSON': 'a.b' is a number that JSON does not have"],
		['an element that is not there', { a: [1, undefined] }, "'JSON': 'a[1]' is missing"],
		['a gap', new Array(2), "'JSON': '[0]' is missing"],
		['an int64', [10n], "'JSON': '[0]' is a bigint that JSON does not have"],
		['bytes', { a: Buffer.from('x') }, "'JSON': 'a' is a Buffer object that JSON does not have"],
		[
			'a map, of which JSON makes {}',
			{ a: new Map([[1, 2]]) },
			"'JSON': 'a' is a Map object that JSON does not have",
		],
		['an invalid date', { at: new Date(Number.NaN) }, "'JSON': 'at' is an invalid date"],
		['what n8n makes of one', { at: 'Invalid DateTime' }, "'JSON': 'at' is an invalid date"],
		[
			'half of a character',
			{ a: ['b\ud83d'] },
			"'JSON': 'a[0]' contains half of a Unicode character",
		],
		[
			'half of a character in a name',
			{ a: { 'b\ud83d': 1 } },
			"'JSON': 'a' contains half of a Unicode character",
		],
	])('is refused with its place where it does not: %s', (_what, value, message) => {
		expect(failureOf(() => checkJsonData("'JSON'", value)).message).toBe(message);
	});
});
