import { parseAnswerJson } from '../../../../nodes/Convex/convex/values/answerJson';

describe('the JSON of a server', () => {
	it.each([
		['9007199254740993', '9007199254740993'],
		['-12345678901234567890', '-12345678901234567890'],
		['1e400', '1e400'],
		[
			'{"id":9007199254740993,"list":[9007199254740992,90071992547409931]}',
			{ id: '9007199254740993', list: [9007199254740992, '90071992547409931'] },
		],
		[
			'{"9007199254740993":"9007199254740993","a":" 9007199254740993 "}',
			{ '9007199254740993': '9007199254740993', a: ' 9007199254740993 ' },
		],
	])('keeps the digits of a number that a double would round, as text: %s', (text, value) => {
		expect(parseAnswerJson(text)).toEqual({ status: 'json', value });
	});

	it.each(['1e300', '9007199254740991', '0.1234567890123456789', '[1,2.5,-0,1e21]', '"a"', 'null'])(
		'stays as it is where a double keeps it: %s',
		(text) => {
			expect(parseAnswerJson(text)).toEqual({ status: 'json', value: JSON.parse(text) });
		},
	);

	it('is told from what is none, and from what is nested too deeply for an item', () => {
		expect(parseAnswerJson('{"a":')).toEqual({ status: 'notJson' });
		expect(parseAnswerJson('')).toEqual({ status: 'notJson' });
		expect(parseAnswerJson(`${'['.repeat(501)}${']'.repeat(501)}`)).toEqual({ status: 'tooDeep' });
		expect(parseAnswerJson(`${'['.repeat(500)}${']'.repeat(500)}`).status).toBe('json');
	});

	it('is read in one go where a hundred thousand numbers are long', () => {
		const numbers = Array.from(
			{ length: 100_000 },
			(_, index) => `${9_007_199_254_740_993n + 2n * BigInt(index)}`,
		);
		const parsed = parseAnswerJson(`[${numbers.join(',')}]`);
		expect(parsed.status === 'json' && parsed.value).toEqual(numbers);
	});
});
