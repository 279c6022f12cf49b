import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('none');

type Field = Record<string, unknown>;

const increment = (parameters: ConvexRunOptions['parameters']) => ({
	...calling('mutation', 'counters:increment'),
	...parameters,
});
const withPath = (value: unknown) =>
	increment({ functionPath: { __rl: true, mode: 'path', value } as never });
const withJson = (argumentsJson: string) => increment({ argumentsJson });
const withFields = (...argument: Field[]) =>
	increment({ argumentsMode: 'fields', argumentFields: { argument } as never });

/** A tower of objects, as deep as asked for. */
const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

const cases: Array<[what: string, parameters: ConvexRunOptions['parameters'], message: RegExp]> = [
	['an empty function path', withPath('={{ "" }}'), /^The function path is empty/],
	['a blank function path', withPath('={{ " " }}'), /^The function path is empty/],
	['a path that is not text', withPath('={{ 5 }}'), /^'Function' is not text/],
	['a path with a blank in it', withPath('my tasks:list'), /invalid part 'my tasks'/],
	['a path out of the app', withPath('../tasks:list'), /invalid part '\.\.'/],
	['an absolute path', withPath('/tasks:list'), /not relative to the convex folder/],
	['a path with a bad name', withPath('tasks:li-st'), /no valid function name \('li-st'\)/],
	['an api path without a function', withPath('api.tasks'), /names a module but no function/],
	[
		'arguments that are an array',
		withJson('[1]'),
		/^'Arguments \(JSON\)' is an array, not an object/,
	],
	[
		'arguments that are a number',
		withJson('={{ 5 }}'),
		/^'Arguments \(JSON\)' is a number, not an object/,
	],
	['arguments that are null', withJson('null'), /^'Arguments \(JSON\)' is null, not an object/],
	['no arguments at all', withJson(''), /^'Arguments \(JSON\)' is empty/],
	['broken JSON', withJson('{\n  "name": oops\n}'), /not valid JSON: .* at line 2, column 11/],
	[
		'an unknown type',
		withFields({ name: 'name', type: 'money', value: '1' }),
		/'name' has the unknown type 'money'/,
	],
	[
		'an int64 out of range',
		withFields({ name: 'n', type: 'int64', value: '9223372036854775808' }),
		/^'Arguments': 'n' is out of range/,
	],
	[
		'a fractional int64',
		withFields({ name: 'n', type: 'int64', value: '1.5' }),
		/^'Arguments': 'n' is text \('1\.5'\), not a whole number/,
	],
	[
		'an int64 that lost digits',
		withFields({ name: 'n', type: 'int64', value: '={{ 9007199254740993 }}' }),
		/beyond 2\^53/,
	],
	[
		'bytes that are not base64',
		withFields({ name: 'b', type: 'bytes', value: 'not base64!' }),
		/^'Arguments': 'b' is not base64/,
	],
	[
		'a number that is none',
		withFields({ name: 'n', type: 'number', value: '={{ "twelve" }}' }),
		/^'Arguments': 'n' is text \('twelve'\), not a number/,
	],
	[
		'a boolean that is none',
		withFields({ name: 'f', type: 'boolean', value: '={{ "maybe" }}' }),
		/^'Arguments': 'f' is text \('maybe'\), not true or false/,
	],
	[
		'a date that is none',
		withFields({ name: 'd', type: 'date', value: 'someday' }),
		/^'Arguments': 'd' is text \('someday'\), not a date/,
	],
	[
		'the text Room 12 as a date',
		withFields({ name: 'd', type: 'date', value: 'Room 12' }),
		/^'Arguments': 'd' is text \('Room 12'\), not a date/,
	],
	[
		'the text 5 as a date',
		withFields({ name: 'd', type: 'date', value: '5' }),
		/^'Arguments': 'd' is text \('5'\), not a date/,
	],
	[
		'the text 2024-02-30 as a date',
		withFields({ name: 'd', type: 'date', value: '2024-02-30' }),
		/^'Arguments': 'd' is text \('2024-02-30'\), not a date/,
	],
	[
		'the text 2024-01-31 9:00 as a date',
		withFields({ name: 'd', type: 'date', value: '2024-01-31 9:00' }),
		/^'Arguments': 'd' is text \('2024-01-31 9:00'\), not a date/,
	],
	[
		'a date with a time zone that is none',
		withFields({ name: 'd', type: 'date', value: '2024-01-31T09:00:00+99:00' }),
		/^'Arguments': 'd' is text \('2024-01-31T09:00:00\+99:00'\), not a date/,
	],
	[
		'the text 01/02/2024 as a date',
		withFields({ name: 'd', type: 'date', value: '01/02/2024' }),
		/^'Arguments': 'd' is text \('01\/02\/2024'\), not a date/,
	],
	[
		'a whole number that a number would round',
		withFields({ name: 'n', type: 'number', value: '={{ "9007199254740993" }}' }),
		/^'Arguments': 'n' is a whole number beyond 2\^53/,
	],
	...['9007199254740993', '90071992547409930', '9.007199254740993e15'].flatMap(
		(digits): typeof cases => [
			[
				`the number ${digits} in JSON`,
				withJson(`{ "name": { "ids": [${digits}] } }`),
				/^'Arguments \(JSON\)': 'name\.ids\[0\]' is a whole number beyond 2\^53/,
			],
			[
				`the number ${digits} in an object`,
				withFields({ name: 'o', type: 'object', value: `{ "id": ${digits} }` }),
				/^'Arguments': 'o\.id' is a whole number beyond 2\^53/,
			],
			[
				`the number ${digits} in an array`,
				withFields({ name: 'a', type: 'array', value: `[${digits}]` }),
				/^'Arguments': 'a\[0\]' is a whole number beyond 2\^53/,
			],
		],
	),
	...(['auto', 'string', 'date', 'number', 'array'] as const).map(
		(type): (typeof cases)[number] => [
			`an invalid date as ${type}`,
			withFields({ name: 'd', type, value: '={{ DateTime.fromISO("nonsense") }}' }),
			/^'Arguments': 'd' is (?:an invalid date|text \('Invalid DateTime'\)|not valid JSON)/,
		],
	),
	[
		'an invalid date in JSON',
		withJson('={{ ({ name: "a", at: [{ due: DateTime.fromISO("nonsense") }] }) }}'),
		/^'Arguments \(JSON\)': 'at\[0\]\.due' is an invalid date/,
	],
	[
		'an invalid date of JavaScript',
		withFields({ name: 'd', type: 'auto', value: '={{ new Date("nonsense") }}' }),
		/^'Arguments': 'd' is an invalid date/,
	],
	[
		'fields to send that are no choice',
		increment({ argumentsMode: 'item', itemFields: 'exept', itemFieldNames: 'secret' }),
		/^'Fields to Send' is not one of its choices/,
	],
	...[null, '', '={{ $json.missing }}'].flatMap((value): typeof cases => [
		[
			`the option valueFormat with ${JSON.stringify(value)}`,
			increment({ options: { valueFormat: value } as never }),
			/^The option 'Value Format' is not one of its choices/,
		],
		[
			`the output ${JSON.stringify(value)}`,
			increment({ output: value }),
			/^'Output' is not one of its choices/,
		],
	]),
	...[null, 'maybe', '={{ $json.missing }}'].map((value): (typeof cases)[number] => [
		`the option convertTypes with ${JSON.stringify(value)}`,
		increment({ options: { convertTypes: value } as never }),
		/^The option 'Convert Argument Types' is neither true nor false/,
	]),
	[
		'field names that are no names',
		increment({
			argumentsMode: 'item',
			itemFields: 'except',
			itemFieldNames: '={{ ["x", $json.missing] }}',
		}),
		/^'Field Names' has an entry that is missing, not a name/,
	],
	[
		'an object that is an array',
		withFields({ name: 'o', type: 'object', value: '[1]' }),
		/^'Arguments': 'o' is an array, not an object/,
	],
	[
		'an array in broken JSON',
		withFields({ name: 'a', type: 'array', value: '[1' }),
		/^'Arguments': 'a' is not valid JSON: .* at line 1, column 3/,
	],
	[
		"a field name that starts with '$'",
		withJson('{"name": {"$ref": 1, "b": 2}}'),
		/'name\.\$ref' has a name that starts with '\$'/,
	],
	[
		'an argument without a name',
		withFields({ name: ' ', type: 'string', value: 'x' }),
		/argument without a name \(number 1\)/,
	],
	[
		'an argument twice',
		withFields({ name: 'a', type: 'null' }, { name: 'a', type: 'null' }),
		/the argument 'a' twice/,
	],
	[
		'nesting over 64',
		withJson(JSON.stringify({ name: nested(63) })),
		/nested more than 64 levels deep/,
	],
	[
		'a binary field that is not base64',
		withFields({
			name: 'f',
			type: 'binary',
			value: '={{ ({ data: "hello world", mimeType: "text/plain" }) }}',
		}),
		/'f': the content of the file is not base64/,
	],
	[
		'JSON with an expression that is not marked as one',
		withJson('{ "name": "{{ $json.name }}" }'),
		/^'Arguments \(JSON\)' holds an expression, but is set to Fixed/,
	],
	[
		'a missing binary field',
		withFields({ name: 'f', type: 'binary', value: 'photo' }),
		/'f': the input item has no binary field 'photo'/,
	],
	[
		'field names that are missing',
		increment({ argumentsMode: 'item', itemFields: 'only', itemFieldNames: ' , ' }),
		/^'Field Names' is empty/,
	],
	[
		'an unknown place of arguments',
		increment({ argumentsMode: 'somewhere' }),
		/^'Arguments' is not one of its choices/,
	],
	['an unknown output', increment({ output: 'everything' }), /^'Output' is not one of its choices/],
	[
		'a timeout that is none',
		increment({ options: { timeout: '={{ "soon" }}' } as never }),
		/^The option 'Timeout' is not a whole number of milliseconds of at least 1 \[/,
	],
	[
		'a timeout that no timer can have',
		increment({ options: { timeout: 2_592_000_000 } as never }),
		/^The option 'Timeout' is not a whole number of milliseconds between 1 and 2147483647 \[/,
	],
	[
		'an expression that fails',
		withJson('={{ $("Nowhere").item.json }}'),
		/^Referenced node doesn't exist/,
	],
];

describe('bad input', () => {
	it.each(cases)('%s is refused before anything is sent', async (_what, parameters, message) => {
		const stopped = await convex.run({ parameters });
		expect(stopped.stoppedBy).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(message),
			description: expect.stringMatching(/\w{3}/),
			context: { itemIndex: 0 },
		});
		expect(stopped.stoppedBy?.message).toMatch(/ \[item 0\]$/);

		const branched = await convex.run({
			parameters,
			input: [{ kept: true }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(branched.success).toEqual([]);
		expect(branched.error.map((item) => item.json)).toEqual([
			{
				kept: true,
				error: expect.stringMatching(message),
				details: expect.objectContaining({
					operation: 'mutation',
					kind: 'input',
					retryable: false,
					outcome: 'notExecuted',
					reason: expect.stringMatching(/^(invalidParameter|notBase64)$/),
					hint: stopped.stoppedBy?.description,
				}),
			},
		]);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('does not hold up the other items, and names the one it is in', async () => {
		const { success, error } = await convex.run({
			parameters: withJson('={{ $json }}'),
			input: [{ name: 'a' }, { name: { $bad: 1, x: 2 } }, { name: 'a' }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map((item) => item.json.value)).toEqual([1, 2]);
		expect(success.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(error.map((item) => item.json.error)).toEqual([
			expect.stringMatching(/'name\.\$bad' has a name that starts with '\$' \[item 1\]$/),
		]);
	});

	it.each([
		['deploymentUrl', { deploymentUrl: 'not a url' }, /'Deployment URL' is not a URL/],
		['deploymentUrl', { deploymentUrl: 'https://a.convex.site' }, /ends in \.convex\.site/],
		['token', { authentication: 'deployKey', token: '' }, /'Deploy Key' is empty/],
	])('a credential with a wrong %s is refused for every item', async (_field, fields, message) => {
		const { success, error, run } = await convex.run({
			credential: { ...convex.credential, ...fields },
			parameters: calling('query', 'version'),
			input: [{ a: 1 }, { a: 2 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(run.data.resultData.error).toBeUndefined();
		expect(success).toEqual([]);
		expect(error.map((item) => item.json)).toEqual([
			expect.objectContaining({ a: 1, error: expect.stringMatching(message) }),
			expect.objectContaining({ a: 2, error: expect.stringMatching(message) }),
		]);
	});
});
