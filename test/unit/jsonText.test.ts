import { parseJsonObject, parseJsonText } from '../../nodes/Convex/convex/jsonText';
import { expectRefusal, failureOf } from './refusal';

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
		expect(parseJsonText(SUBJECT, text)).toEqual(value);
	});

	it.each(['', '  ', '\n\t'])('%j is refused as empty', (text) => {
		expectRefusal(
			() => parseJsonText(SUBJECT, text),
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
			() => parseJsonText(SUBJECT, text),
			`'Arguments (JSON)' is not valid JSON: ${reason} at line ${line}, column ${column}`,
			/^Check quotes, commas and brackets\. Put double quotes around names and texts/,
		);
	});

	it('only the first of several faults is named', () => {
		expect(failureOf(() => parseJsonText(SUBJECT, '{a: 1,\nb: }')).message).toBe(
			"'Arguments (JSON)' is not valid JSON: invalid symbol at line 1, column 2",
		);
	});

	it.each(['{"a": 01}', '{"a": +1}', '{"a": .5}', '-', '}', '\uFEFF{', '\uFEFF[1'])(
		'%j is refused with a place, as jsonc-parser is no laxer than JSON.parse',
		(text) => {
			expect(failureOf(() => parseJsonText(SUBJECT, text)).message).toMatch(
				/ is not valid JSON: [a-z ]+ at line 1, column \d+$/,
			);
		},
	);
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
