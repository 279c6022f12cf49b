import fc from 'fast-check';
import { isKeptByDouble } from '../../../../nodes/Convex/convex/values/decimalText';
import {
	ARGUMENTS_ADVICE,
	parseJsonObject,
	parseJsonText,
} from '../../../../nodes/Convex/convex/values/jsonText';
import { expectRefusal, failureOf } from '../../refusal';

const SUBJECT = "'Arguments (JSON)'";

describe('JSON that a user typed', () => {
	it.each([
		['{"a": [1, 2.5e3, "x", true, null]}', { a: [1, 2500, 'x', true, null] }],
		[' {\n} ', {}],
		['[]', []],
		['"text"', 'text'],
		['-0.5', -0.5],
		['null', null],
	])('%j is read', (text, value) => {
		expect(parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE)).toEqual(value);
	});

	it.each(['', '  ', '\n\t'])('%j is refused as empty', (text) => {
		expectRefusal(
			() => parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE),
			"'Arguments (JSON)' is empty",
			/^Write JSON\. Use \{\} for no arguments\.$/,
		);
	});

	it.each([
		['a comma too many in an object', '{"a": 1,}', 'property name expected', 1, 9],
		['a comma too many in an array', '[1,]', 'value expected', 1, 4],
		['two commas', '[1,,2]', 'value expected', 1, 4],
		['no comma between fields', '{"a": 1 "b": 2}', 'comma expected', 1, 9],
		['no comma between elements', '[1 2]', 'comma expected', 1, 4],
		['no colon', '{"a" 1}', 'colon expected', 1, 6],
		['no value', '{"a": }', 'value expected', 1, 7],
		['no closing brace', '{"a": 1', 'close brace expected', 1, 8],
		['no closing bracket', '["a"', 'close bracket expected', 1, 5],
		['a brace too many', '{"a": 1}}', 'end of file expected', 1, 9],
		['a name without quotes', '{name: 1}', 'invalid symbol', 1, 2],
		['single quotes', "{'name': 1}", 'invalid symbol', 1, 2],
		['typographic quotes', '{“name”: 1}', 'invalid symbol', 1, 2],
		['a text without quotes', '{"name": Ada}', 'invalid symbol', 1, 10],
		['undefined', '{"a": undefined}', 'invalid symbol', 1, 7],
		['NaN', '{"a": NaN}', 'invalid symbol', 1, 7],
		['an open text', '{"a": "x', 'unexpected end of string', 1, 7],
		['a line break in a text', '{"a": "x\ny"}', 'unexpected end of string', 1, 7],
		['a control character in a text', '{"a": "\u0001"}', 'invalid character', 1, 7],
		['an unknown escape', '{"a": "\\x"}', 'invalid escape character', 1, 7],
		['half a Unicode escape', '{"a": "\\u12"}', 'invalid unicode', 1, 7],
		['an open fraction', '{"a": 1.}', 'unexpected end of number', 1, 7],
		['a comment', '// all\n{}', 'invalid comment token', 1, 1],
		['an expression in braces', '{{ $json }}', 'property name expected', 1, 2],
		['the text of an object', '[object Object]', 'invalid symbol', 1, 2],
		['a fault on the second line', '{\n  "name": oops\n}', 'invalid symbol', 2, 11],
		['a fault after Windows line breaks', '{\r\n\r\n"a":oops}', 'invalid symbol', 3, 5],
		['something after the end', '{"a": 1}\n\n  x', 'invalid symbol', 3, 3],
	])('%s: its place is named', (_what, text, reason, line, column) => {
		expectRefusal(
			() => parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE),
			`'Arguments (JSON)' is not valid JSON: ${reason} at line ${line}, column ${column}`,
			/^Check quotes, commas and brackets\. Put double quotes around names and texts/,
		);
	});

	it('only the first of several faults is named', () => {
		expect(failureOf(() => parseJsonText(SUBJECT, '{a: 1,\nb: }', ARGUMENTS_ADVICE)).message).toBe(
			"'Arguments (JSON)' is not valid JSON: invalid symbol at line 1, column 2",
		);
	});

	it.each(['{"a": 01}', '{"a": +1}', '{"a": .5}', '-', '}', '\uFEFF{', '\uFEFF[1'])(
		'%j is refused with a place, as jsonc-parser is no laxer than JSON.parse',
		(text) => {
			expect(failureOf(() => parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE)).message).toMatch(
				/ is not valid JSON: [a-z ]+ at line 1, column \d+$/,
			);
		},
	);
});

describe('JSON that a user typed, with characters that nobody sees', () => {
	it('may begin with the byte order mark of a file', () => {
		expect(parseJsonText(SUBJECT, '\uFEFF{"a": 1}', ARGUMENTS_ADVICE)).toEqual({ a: 1 });
		expect(failureOf(() => parseJsonText(SUBJECT, '\uFEFF[1', ARGUMENTS_ADVICE)).message).toMatch(
			/close bracket expected at line 1, column 3$/,
		);
		expect(failureOf(() => parseJsonText(SUBJECT, '\uFEFF ', ARGUMENTS_ADVICE)).message).toMatch(
			/ is empty$/,
		);
	});

	it.each([
		['{\u00a0}', 2, '00A0'],
		['{"a":\f1}', 6, '000C'],
		['[\u200b1]', 2, '200B'],
		['\uFEFF\uFEFF{}', 1, 'FEFF'],
	])('is refused with the name of the character: %j', (text, column, code) => {
		expect(failureOf(() => parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE)).message).toBe(
			`'Arguments (JSON)' is not valid JSON: invalid symbol at line 1, column ${column} (an invisible character, U+${code})`,
		);
	});
});

describe('a name in JSON that a user typed', () => {
	it.each<[text: string, name: string, line: number, column: number]>([
		['{"a": 1, "a": 2}', 'a', 1, 10],
		['{"a": {"b": 1},\n "c": [{"b": 1, "d": 1, "b": 1}]}', 'b', 2, 25],
		['{"a:": ":", "a\\u003a": 1}', 'a:', 1, 13],
		['{"__proto__": 1, "__proto__": 1}', '__proto__', 1, 18],
		['{"subject": "x", "subject": "admin"}', 'subject', 1, 18],
	])('is refused where it is doubled: %s', (text, name, line, column) => {
		expectRefusal(
			() => parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE),
			`'Arguments (JSON)' has '${name}' twice, again at line ${line}, column ${column}`,
			/^Remove one of them\. .*use an expression for the whole field/,
		);
	});

	it('is taken once for each object that has it, whatever texts hold', () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: 5 }), fc.boolean(), (value, isSpaced) => {
				const text = JSON.stringify({ value, ':': value }, undefined, isSpaced ? 2 : 0);
				expect(parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE)).toEqual(JSON.parse(text));
			}),
			{ numRuns: 500 },
		);
	});
});

describe('a number in JSON that a user typed', () => {
	it.each<[text: string, value: unknown]>([
		['[1e300, 1e21, 100000000000000000000]', [1e300, 1e21, 1e20]],
		['[0.1, 0.1234567890123456789, 1e-400]', [0.1, 0.12345678901234568, 0]],
		['{"id": "9007199254740993"}', { id: '9007199254740993' }],
		['{"id 9007199254740993": 9007199254740991}', { 'id 9007199254740993': 9007199254740991 }],
		['["\\\\", "\\"9007199254740993", "\\\\\\"", 1]', ['\\', '"9007199254740993', '\\"', 1]],
	])('is kept: %s', (text, value) => {
		expect(parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE)).toEqual(value);
	});

	it.each<[text: string, place: string]>([
		['{"id": 9007199254740993}', "'Arguments (JSON)': 'id'"],
		['{"user": {"ids": [1, -90071992547409930]}}', "'Arguments (JSON)': 'user.ids[1]'"],
		['{"a": "9007199254740993", "b": 9.007199254740993e15}', "'Arguments (JSON)': 'b'"],
		['{"a\\"": "\\\\", "b": 9007199254740993.0}', "'Arguments (JSON)': 'b'"],
		['[0.12345678901234567, "x", 9007199254740993]', "'Arguments (JSON)': '[2]'"],
		['{"a": 1e400}', "'Arguments (JSON)': 'a'"],
		['[1e+30, -1E+400]', "'Arguments (JSON)': '[1]'"],
		['9007199254740993', "'Arguments (JSON)'"],
	])('is refused where a double would round it: %s', (text, place) => {
		expectRefusal(
			() => parseJsonText(SUBJECT, text, ARGUMENTS_ADVICE),
			`${place} is a whole number beyond 2^53, which a number would round`,
			/^Put it in quotes, .*'Using Function Arguments'.*'Int64'\.$/,
		);
	});

	it('is refused exactly where a double does not keep it, however it is written', () => {
		const digits = fc.stringMatching(/^(?:0|[1-9]\d{0,24})$/);
		const fraction = fc.option(fc.stringMatching(/^\d{1,24}$/), { nil: undefined });
		const power = fc.option(fc.stringMatching(/^[eE][+-]?\d{1,3}$/), { nil: undefined });
		fc.assert(
			fc.property(fc.boolean(), digits, fraction, power, (isNegative, whole, behind, exponent) => {
				const point = behind === undefined ? '' : `.${behind}`;
				const number = `${isNegative ? '-' : ''}${whole}${point}${exponent ?? ''}`;
				const read = () => parseJsonText(SUBJECT, `["1", ${number}, 1]`, ARGUMENTS_ADVICE);
				if (isKeptByDouble(number)) expect(read()).toEqual(['1', Number(number), 1]);
				else expect(failureOf(read).message).toContain("'[1]' is a whole number beyond 2^53");
			}),
			{ numRuns: 1_000 },
		);
	});
});

describe('JSON that a server sent', () => {
	it('is an object', () => {
		expect(parseJsonObject(' {"status": "success", "value": null}\n')).toEqual({
			status: 'success',
			value: null,
		});
	});

	it.each(['', '[]', '[{}]', 'null', '"text"', '1', 'true', '{"a":', '<html></html>', '\uFEFF{}'])(
		'%j is none of Convex',
		(text) => {
			expect(parseJsonObject(text)).toBeUndefined();
		},
	);
});
