import type { INodeExecutionData, IWorkflowSettings } from 'n8n-workflow';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('none');

const query = (path: string, parameters: ConvexRunOptions['parameters']) => ({
	operation: 'query',
	functionPath: { __rl: true, mode: 'path', value: path },
	...parameters,
});

const withFields = (...argument: Array<Record<string, unknown>>) =>
	query('values:describeAll', {
		argumentsMode: 'fields',
		argumentFields: { argument } as never,
	});

const withItem = (parameters: ConvexRunOptions['parameters']) =>
	query('values:echo', { argumentsMode: 'item', ...parameters });

describe('arguments as fields', () => {
	it('sends every type as the Convex type that was chosen', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: withFields(
				{ name: 'typed', type: 'auto', value: '42' },
				{ name: 'expression', type: 'auto', value: '={{ 42 }}' },
				{ name: 'nothing', type: 'auto', value: '={{ $json.missing }}' },
				{ name: 'string', type: 'string', value: '={{ 42 }}' },
				{ name: 'number', type: 'number', value: '={{ "1.5" }}' },
				{ name: 'notANumber', type: 'number', value: '={{ "NaN" }}' },
				{ name: 'negativeZero', type: 'number', value: '={{ -0 }}' },
				{ name: 'boolean', type: 'boolean', value: true },
				{ name: 'id', type: 'id', value: 'abc' },
				{ name: 'object', type: 'object', value: '{ "a": [1] }' },
				{ name: 'array', type: 'array', value: '={{ [1, 2] }}' },
				{ name: 'int64', type: 'int64', value: '9007199254740993' },
				{ name: 'bytes', type: 'bytes', value: 'aGVsbG8=' },
				{ name: 'date', type: 'date', value: '2026-01-31T12:00:00Z' },
				{ name: 'now', type: 'date', value: '={{ $now }}' },
				{ name: 'null', type: 'null' },
			),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.value).toEqual({
			typed: 'string',
			expression: 'float64',
			string: 'string',
			number: 'float64',
			notANumber: 'float64',
			negativeZero: 'negative zero',
			boolean: 'boolean',
			id: 'string',
			object: 'object',
			array: 'array',
			int64: 'int64',
			bytes: 'bytes',
			date: 'float64',
			now: 'float64',
			null: 'null',
		});
	});

	it('keeps the value of every type on the way there and back', async () => {
		const { success } = await convex.run({
			parameters: query('values:typed', {
				argumentsMode: 'fields',
				argumentFields: {
					argument: [
						{ name: 'text', type: 'string', value: 'ä 😀' },
						{ name: 'number', type: 'number', value: '={{ Infinity }}' },
						{ name: 'flag', type: 'boolean', value: '={{ "false" }}' },
						{ name: 'big', type: 'int64', value: '-9223372036854775808' },
						{ name: 'bytes', type: 'bytes', value: 'AP+A' },
						{ name: 'nothing', type: 'null' },
						{ name: 'list', type: 'array', value: '["a"]' },
						{ name: 'object', type: 'object', value: '={{ ({ inner: 1 }) }}' },
						{ name: 'literal', type: 'int64', value: '={{ 3 }}' },
					],
				} as never,
				options: { valueFormat: 'encoded' },
			}),
		});
		expect(success[0]?.json.value).toEqual({
			text: 'ä 😀',
			number: { $float: 'AAAAAAAA8H8=' },
			flag: false,
			big: { $integer: 'AAAAAAAAAIA=' },
			bytes: { $bytes: 'AP+A' },
			nothing: null,
			list: ['a'],
			object: { inner: 1 },
			literal: { $integer: 'AwAAAAAAAAA=' },
		});
	});

	describe('with a file', () => {
		const four = {
			data: Buffer.from([0, 255, 128, 10]).toString('base64'),
			mimeType: 'application/octet-stream',
		};
		const saving = (value: unknown) => ({
			...withFields(
				{ name: 'name', type: 'string', value: 'four bytes' },
				{ name: 'content', type: 'binary', value },
			),
			operation: 'mutation',
			functionPath: { __rl: true, mode: 'path', value: 'files:save' },
		});
		const inJson = { binaryMode: 'combined' } as const;

		it.each<[string, unknown, INodeExecutionData, IWorkflowSettings?]>([
			['of the item, by its name', 'data', { json: {}, binary: { data: four } }],
			['that an expression gives', '={{ $json.file }}', { json: { file: four } }],
			[
				'of the item, by an expression',
				'={{ $input.item.binary.data }}',
				{ json: {}, binary: { data: four } },
			],
			['of the JSON, by its path', '_files.data', { json: { _files: { data: four } } }, inJson],
			['in a list of the JSON', 'list[1]', { json: { list: [null, four] } as never }, inJson],
			['beside the JSON all the same', 'data', { json: {}, binary: { data: four } }, inJson],
		])('%s: sends its content as bytes', async (_what, value, item, workflowSettings = {}) => {
			const { success, stoppedBy } = await convex.run({
				parameters: saving(value),
				input: [item, item],
				workflowSettings,
			});
			expect(stoppedBy).toBeUndefined();
			const saved = { name: 'four bytes', size: 4 };
			expect(success.map(({ json }) => json.value)).toEqual([saved, saved]);
		});

		it.each<[string, unknown, RegExp, RegExp, IWorkflowSettings?]>([
			[
				'is no file',
				'={{ { a: 1 } }}',
				/is an object, not the name of a binary field/,
				/e\.g\. data/,
			],
			['is missing', '={{ null }}', /is null, not the name of a binary field/, /e\.g\. data/],
			[
				'is a path to something else',
				'name',
				/the input item has no file in the field 'name' \[item 0\]$/,
				/keeps files in the items' JSON\. .* _files\.data\.$/,
				inJson,
			],
			['lies beside the JSON', '_files.data', /has no binary field '_files\.data'/, /no file/],
		])('that %s: is refused as such', async (_what, value, message, advice, settings = {}) => {
			const { stoppedBy } = await convex.run({
				parameters: saving(value),
				input: [{ name: 'a', _files: { data: four } }],
				workflowSettings: settings,
			});
			expect(stoppedBy?.message).toMatch(message);
			expect(stoppedBy?.description).toMatch(advice);
		});

		it('that n8n gives without its content is refused with the expression that gives it', async () => {
			const { stoppedBy } = await convex.run({
				parameters: saving('={{ $binary.data }}'),
				input: [{ json: {}, binary: { data: four } }],
			});
			expect(stoppedBy?.message).toMatch(
				/'content' is a file without its content, which n8n leaves out of \$binary \[item 0\]$/,
			);
			expect(stoppedBy?.description).toContain('{{ $input.item.binary.data }}');
		});

		it('that is missing among hundreds of attachments names the first of them', async () => {
			const names = Array.from({ length: 400 }, (_, index) => `attachment_${index}`);
			const { stoppedBy } = await convex.run({
				parameters: saving('data'),
				input: [{ json: {}, binary: Object.fromEntries(names.map((name) => [name, four])) }],
			});
			expect(stoppedBy?.description).toBe(
				`Its binary fields are: ${names.slice(0, 50).join(', ')}, 350 more.`,
			);
		});
	});

	it('reads a date without a time zone in the time zone of the workflow', async () => {
		const { success } = await convex.run({
			parameters: query('values:echo', {
				argumentsMode: 'fields',
				argumentFields: {
					argument: [{ name: 'value', type: 'date', value: '2026-01-31T12:00:00' }],
				} as never,
			}),
		});
		// n8n's default time zone is New York, five hours behind in winter.
		expect(success[0]?.json.value).toBe(Date.parse('2026-01-31T17:00:00Z'));
	});

	it.each(['1735689600000', '2025-01-01', '2025-01-01T00:00Z', '2024-12-31 19:00:00'])(
		'takes the date %s',
		async (value) => {
			const { success } = await convex.run({
				parameters: query('values:echo', {
					argumentsMode: 'fields',
					argumentFields: { argument: [{ name: 'value', type: 'date', value }] } as never,
				}),
			});
			const midnight = Date.parse('2025-01-01T00:00Z');
			const inNewYork = value === '2025-01-01' ? 5 * 3_600_000 : 0;
			expect(success[0]?.json.value).toBe(midnight + inNewYork);
		},
	);

	it.each([
		['={{ $now.diff($now.minus({ days: 1 })) }}', 'is a Duration object, not a date'],
		['={{ ({ valueOf: () => 7 }) }}', 'is an object, not a date'],
		['={{ new Date(NaN) }}', 'is an invalid date'],
	])('takes no date that is none: %s', async (value, words) => {
		const { stoppedBy } = await convex.run({
			parameters: withFields({ name: 'due', type: 'date', value }),
		});
		expect(stoppedBy?.message).toBe(`'Arguments': 'due' ${words} [item 0]`);
	});

	it('evaluates expressions for each item', async () => {
		const { success } = await convex.run({
			parameters: query('values:echo', {
				argumentsMode: 'fields',
				argumentFields: {
					argument: [{ name: 'value', type: 'auto', value: '={{ $json.n }}' }],
				} as never,
			}),
			input: [{ n: 1 }, { n: 'two' }, { n: { three: 3 } }],
		});
		expect(success.map((item) => item.json.value)).toEqual([1, 'two', { three: 3 }]);
	});
});

describe('arguments from the input item', () => {
	it.each(["={{ [' secret'] }}", ' secret ,other'])(
		'keeps back what is named, whatever blanks stand around it: %s',
		async (itemFieldNames) => {
			const { success } = await convex.run({
				parameters: query('values:describeAll', {
					argumentsMode: 'item',
					itemFields: 'except',
					itemFieldNames,
				}),
				input: [{ ' secret': 1, secret: 2, 'secret ': 3, kept: 4 }],
			});
			expect(success[0]?.json.value).toEqual({ kept: 'float64' });
		},
	);

	it('keeps back what a list in JSON names', async () => {
		const { success } = await convex.run({
			parameters: query('values:describeAll', {
				argumentsMode: 'item',
				itemFields: 'except',
				itemFieldNames: '={{ JSON.stringify(["secret", "missing"]) }}',
			}),
			input: [{ secret: 1, kept: 2 }],
		});
		expect(success[0]?.json.value).toEqual({ kept: 'float64' });
	});

	it.each(["Owner's Email", `={{ ["Owner's Email"] }}`, '[internal], x', 'address.city'])(
		'sends an item that lacks a field which another has: %s',
		async (itemFieldNames) => {
			const { success } = await convex.run({
				parameters: query('values:describeAll', {
					argumentsMode: 'item',
					itemFields: 'except',
					itemFieldNames,
				}),
				input: [
					{ "Owner's Email": 1, '[internal]': 1, 'address.city': 1 },
					{ name: 'b', address: 1 },
				],
			});
			expect(success[1]?.json.value).toEqual({ name: 'string', address: 'float64' });
		},
	);

	it.each(['user.secret', 'secret;other', '"secret"', "'secret'", 'secret\nother'])(
		'sends nothing where what is to be kept back is no field: %j',
		async (itemFieldNames) => {
			const { stoppedBy } = await convex.run({
				parameters: query('values:describeAll', {
					argumentsMode: 'item',
					itemFields: 'except',
					itemFieldNames,
				}),
				input: [{ secret: 1, user: { secret: 2 } }],
			});
			expect(stoppedBy?.message).toMatch(
				/^'Field Names' (?:has .* no field of the item|is not valid JSON)/s,
			);
			expect(await convex.deployment.executions()).toEqual({});
		},
	);

	it('keeps back a field with a point in its name', async () => {
		const { success } = await convex.run({
			parameters: withItem({ itemFields: 'except', itemFieldNames: 'a.b, not.there' }),
			input: [{ value: 1, 'a.b': 3 }],
		});
		expect(success[0]?.json.value).toBe(1);
	});

	it('sends only what a list names, to the letter', async () => {
		const { success } = await convex.run({
			parameters: query('values:describeAll', {
				argumentsMode: 'item',
				itemFields: 'only',
				itemFieldNames: "={{ [' a', 'b,c', 7] }}",
			}),
			input: [{ a: 1, ' a': 2, 'b,c': 3, b: 4, 7: 5 }],
		});
		expect(success[0]?.json.value).toEqual({ ' a': 'float64', 'b,c': 'float64', 7: 'float64' });
	});

	it.each([
		['only', 'user.name'],
		['only', 'value; extra'],
		['only', '"value", "extra"'],
		['only', '{{ $json.name }}'],
		['only', 'Value'],
		['only', '={{ $json.user.name }}'],
		['except', '={{ $json.user.name }}'],
		['only', '=value, {{ $json.missing }}'],
		['except', '=extra, {{ $json.missing }}'],
	])('refuses what is no name of a field: %s %s', async (itemFields, itemFieldNames) => {
		const { stoppedBy } = await convex.run({
			parameters: query('values:describeAll', {
				argumentsMode: 'item',
				itemFields,
				itemFieldNames,
			}),
			input: [{ value: 1, extra: 2, user: { name: 'a' }, name: 'value' }],
		});
		expect(stoppedBy?.message).toMatch(/^'Field Names' (?:has|holds|names) /);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('sends all fields, all except some, or only some', async () => {
		const input = [{ value: 1, extra: 2 }];
		const only = await convex.run({
			parameters: withItem({ itemFields: 'only', itemFieldNames: ' value , missing' }),
			input,
		});
		expect(only.success[0]?.json.value).toBe(1);
		const except = await convex.run({
			parameters: withItem({ itemFields: 'except', itemFieldNames: "={{ ['extra'] }}" }),
			input,
		});
		expect(except.success[0]?.json.value).toBe(1);
		const all = await convex.run({
			parameters: query('values:describeAll', { argumentsMode: 'item', itemFields: 'all' }),
			input,
		});
		expect(all.success[0]?.json.value).toEqual({ value: 'float64', extra: 'float64' });
	});
});

describe('arguments as JSON', () => {
	it('takes text, an expression inside the text, and an expression that gives an object', async () => {
		for (const argumentsJson of [
			'{ "value": "x" }',
			'={ "value": "{{ $json.v }}" }',
			'={{ ({ value: $json.v }) }}',
		]) {
			const { success } = await convex.run({
				parameters: query('values:echo', { argumentsMode: 'json', argumentsJson }),
				input: [{ v: 'x' }],
			});
			expect(success[0]?.json.value).toBe('x');
		}
	});

	it('takes values in the encoding that Convex returns', async () => {
		const value = {
			big: { $integer: 'KgAAAAAAAAA=' },
			bytes: { $bytes: 'aGk=' },
			nan: { $float: 'AAAAAAAA+H8=' },
		};
		const { success } = await convex.run({
			parameters: calling('query', 'values:echo', { value }, { valueFormat: 'encoded' }),
		});
		expect(success[0]?.json.value).toEqual(value);
	});
});

describe('results', () => {
	const echo = async (value: unknown, more: Record<string, string>, options = {}) => {
		const { success, error } = await convex.run({
			parameters: calling('query', 'values:echo', { value }, options, more),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toEqual([]);
		return success.map((item) => item.json);
	};

	it('writes Convex types as plain JSON unless asked for the encoding', async () => {
		const value = [{ $integer: 'KgAAAAAAAAA=' }, { $bytes: 'aGk=' }, { $float: 'AAAAAAAA+H8=' }];
		expect(await echo(value, {})).toEqual([{ value: ['42', 'aGk=', 'NaN'], logLines: [] }]);
	});

	it('gives the value alone: an object as the item, a list item by item', async () => {
		const value = { output: 'value' };
		expect(await echo({ a: 1 }, value)).toEqual([{ a: 1 }]);
		expect(await echo([{ a: 1 }, 2, null, [3]], value)).toEqual([
			{ a: 1 },
			{ value: 2 },
			{ value: null },
			{ value: [3] },
		]);
		expect(await echo('text', value)).toEqual([{ value: 'text' }]);
		expect(await echo(null, value)).toEqual([{ value: null }]);
		expect(await echo([], value)).toEqual([]);
	});

	it('gives what is encoded as an object as the value that it is', async () => {
		const valueOf = async (value: unknown) =>
			await echo(value, { output: 'value' }, { valueFormat: 'encoded' });
		const numbers = [{ $integer: 'KgAAAAAAAAA=' }, { $bytes: 'aGk=' }, { $float: 'AAAAAAAA+H8=' }];
		for (const value of numbers) expect(await valueOf(value)).toEqual([{ value }]);
		expect(await valueOf([...numbers, 1])).toEqual([...numbers, 1].map((value) => ({ value })));
		expect(await valueOf({ count: numbers[0] })).toEqual([{ count: numbers[0] }]);
	});

	it('keeps an object with an error field nested, as n8n would take it for a failure', async () => {
		const value = { error: 'just data', message: 'm' };
		expect(await echo(value, { output: 'value' })).toEqual([{ value }]);
		expect(await echo([value], { output: 'value' })).toEqual([{ value }]);
		expect(await echo(value, {})).toEqual([{ value, logLines: [] }]);
	});
});
