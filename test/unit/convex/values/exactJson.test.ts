import fc from 'fast-check';
import { parseExactJson } from '../../../../nodes/Convex/convex/values/exactJson';

it.each([
	['9223372036854775807', '9223372036854775807'],
	['-9223372036854775808', '-9223372036854775808'],
	['5', '5'],
	['0', '0'],
	['5.0', 5],
	['-0.0', -0],
	['1e16', 1e16],
	['1.5e-7', 1.5e-7],
	['1.7976931348623157e308', 1.7976931348623157e308],
	['0.1', 0.1],
])('reads %s as Convex means it', (text, value) => {
	expect(parseExactJson(text)).toBe(value);
	expect(parseExactJson(`{"a":[${text},{"b":${text}}],"c":${text}}`)).toEqual({
		a: [value, { b: value }],
		c: value,
	});
});

it('leaves digits in texts and names as they are', () => {
	const value = { '12': 'a "13" \\ 14', b: '15', 'c\\': ':16,', '"17"': '[18]' };
	expect(parseExactJson(JSON.stringify(value))).toEqual(value);
});

it.each(['', '{', '"12', '{"a":12', '"\\', '[1,]', '"a\\"', '12 "'])(
	'gives nothing for %j, which is no JSON',
	(text) => {
		expect(parseExactJson(text)).toBeUndefined();
	},
);

it('keeps every value, and makes text with all digits of every whole number', () => {
	const number = fc.oneof(
		fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((int) => ({ text: String(int) })),
		fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => ({ double })),
	);
	const { value: tree } = fc.letrec((tie) => ({
		value: fc.oneof(
			{ maxDepth: 4 },
			number,
			fc.string(),
			fc.boolean(),
			fc.constant(null),
			fc.array(tie('value')),
			fc.dictionary(
				fc.string().filter((name) => !['text', 'double', '__proto__'].includes(name)),
				tie('value'),
			),
		),
	}));
	fc.assert(
		fc.property(tree, (value) => {
			expect(parseExactJson(written(value))).toEqual(expected(value));
		}),
	);
});

/** As Convex writes it: whole doubles with a point. */
function written(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if ('text' in value) return String(value.text);
	if ('double' in value) return doubleText(Number(value.double));
	const fields = Object.entries(value).map(
		([name, field]) => `${JSON.stringify(name)}:${written(field)}`,
	);
	return `{${fields.join(',')}}`;
}

function doubleText(double: number): string {
	const text = Object.is(double, -0) ? '-0' : String(double);
	return /[.e]/.test(text) ? text : `${text}.0`;
}

function expected(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(expected);
	if (typeof value !== 'object' || value === null) return value;
	if ('text' in value) return value.text;
	if ('double' in value) return value.double;
	return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, expected(field)]));
}
