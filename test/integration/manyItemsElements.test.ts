import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { calling, userOf } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany, creatingMany, echoingMany, forMany, mapped } from '../support/manyItems';
import { keys } from '../support/sessions';

const convex = useEmbeddedDeployment('deployKey');
const continuing = { onError: 'continueErrorOutput' } as const;
const withoutKey = () => ({ ...convex.credential, authentication: 'none', token: '' });

describe('an item of a call for many, by the validator of the list', () => {
	const LISTS = { operation: 'query', path: 'values:lists', options: { valueFormat: 'encoded' } };
	const asked = async (listArgument: string, by: object, input: IDataObject[], shared = {}) =>
		await convex.run({
			parameters: forMany({ ...LISTS, listArgument, element: '', shared }, by),
			input,
			settings: continuing,
		});

	it('is filled in by the form of the element, and converted', async () => {
		const value = { big: '={{ $json.big }}', at: '2026-01-31T12:00:00Z', note: null };
		const { success, error } = await asked(
			'rows',
			mapped(value),
			[{ big: 1 }, { big: '2' }, { big: 'three' }],
			{ total: '9007199254740993' },
		);
		expect(success.map(({ json }) => json.value)).toEqual([
			{
				rows: [1, 2].map((big) => ({
					big: { $integer: Buffer.from([big, 0, 0, 0, 0, 0, 0, 0]).toString('base64') },
					at: Date.parse('2026-01-31T12:00:00Z'),
				})),
				total: { $integer: 'AQAAAAAAIAA=' },
			},
		]);
		expect(error.map(({ json }) => json.error)).toEqual([
			"'Arguments': 'big' is text ('three'), not a whole number [item 2]",
		]);
	});

	it('is taken from the item by the names of the element', async () => {
		const { success } = await asked('rows', mapped(null, 'autoMapInputData'), [
			{ big: 1, note: 'n', other: true },
		]);
		expect(success[0]?.json.value).toEqual({
			rows: [{ big: { $integer: 'AQAAAAAAAAA=' }, note: 'n' }],
		});
	});

	it('is the one value where the elements are no objects', async () => {
		const both = [mapped({ value: '={{ $json.value }}' }), mapped(null, 'autoMapInputData')];
		for (const by of both) {
			const { success, error } = await asked('several', by, [{ value: 5 }, { value: [1] }, {}]);
			expect(success[0]?.json.value).toEqual({ several: [{ $integer: 'BQAAAAAAAAA=' }] });
			expect(error.map(({ json }) => json.error)).toEqual([
				expect.stringMatching(/: 'value' is an array, .* \[item 1\]$/),
				expect.stringMatching(/^(?:'Arguments'|The input item) lacks 'value'.* \[item 2\]$/),
			]);
		}
	});

	it('is what the form says where the elements may be anything', async () => {
		const { success } = await asked('anything', mapped({ a: '={{ $json.a }}' }), [{ a: 1 }]);
		expect(success[0]?.json.value).toEqual({ anything: [{ a: 1 }] });
	});

	it('is not mapped automatically where the elements may be anything', async () => {
		const automatically = mapped(null, 'autoMapInputData');
		const { error } = await asked('anything', automatically, [{ a: 1 }]);
		expect(error[0]?.json.error).toBe(
			'The function does not declare what an element of its list is, so no field can be mapped automatically [item 0]',
		);
	});

	it('is converted elsewhere too, when asked', async () => {
		const options = { valueFormat: 'encoded', convertTypes: true };
		const { success, error } = await asked(
			'rows',
			{ argumentsMode: 'item', itemFields: 'all', options },
			[{ big: '1', note: null }, { big: null }],
		);
		expect(success[0]?.json.value).toEqual({ rows: [{ big: { $integer: 'AQAAAAAAAAA=' } }] });
		expect(error[0]?.json.error).toMatch(/^The input item: 'big' is null, not a whole number/);
	});

	it.each([true, false])(
		'is the very text of an expression (converted: %p)',
		async (convertTypes) => {
			const texts = [
				'1.10',
				'1e5',
				'-0',
				'true',
				'null',
				'SKU-1',
				'"quoted"',
				'[draft] a',
				'{b',
				' ',
				'',
			];
			const add = async (keys: unknown[], element: string) =>
				await convex.run({
					parameters: addingMany({ element, options: { convertTypes } }),
					input: keys.map((key) => ({ key })) as IDataObject[],
				});
			expect((await add(texts, '={{ $json.key }}')).stoppedBy).toBeUndefined();
			expect(
				(await add(['1.10', 'b'], '={{ JSON.stringify($json.key) }}')).stoppedBy,
			).toBeUndefined();
			expect((await add(['c'], '="{{ $json.key }}"')).stoppedBy).toBeUndefined();
			const { success } = await convex.run({
				parameters: calling(
					'query',
					'counters:additions',
					{ name: 'list' },
					{},
					{ output: 'value' },
				),
			});
			expect(success.map(({ json }) => json.value)).toEqual([...texts, '1.10', 'b', 'c']);
			for (const element of ['={{ $json.key }}\n', '= {{ $json.key }}']) {
				expect((await add(['1.10'], element)).stoppedBy?.message).toMatch(/beside its expression/);
			}
		},
	);

	it.each([
		'={{ /* JSON.stringify */ $json.sku }}',
		'={{ $json.sku // JSON.stringify($json.sku)\n }}',
		'={{ $json.sku.replace("JSON.stringify", "") }}',
		'={{ $json.toJsonString_result ?? $json.sku }}',
	])('is text where only a comment, a text or a name speaks of JSON: %s', async (element) => {
		const skus = ['1.10', 'null', '"q"'];
		const { success } = await convex.run({
			parameters: echoingMany(element),
			input: skus.map((sku) => ({ sku })),
			settings: continuing,
		});
		expect(success.map(({ json }) => json.value)).toEqual(skus);
	});

	it('is JSON where the expression makes it', async () => {
		for (const element of ['={{ JSON.stringify($json.v) }}', '={{ $json.v.toJsonString() }}']) {
			const { success } = await convex.run({
				parameters: echoingMany(element),
				input: [{ v: { a: '1.10' } }, { v: ['null'] }],
			});
			expect(success.map(({ json }) => json.value)).toEqual([{ a: '1.10' }, ['null']]);
		}
	});

	it('is refused where the expression makes JSON perhaps, and it may be either', async () => {
		const { success, error } = await convex.run({
			parameters: echoingMany(
				"={{ typeof $json.v === 'object' ? JSON.stringify($json.v) : $json.v }}",
			),
			input: [{ v: 'SKU-1' }, { v: ['1.10'] }, { v: 5 }, { v: '12' }, { v: '"q"' }, { v: 'null' }],
			settings: continuing,
		});
		expect(success.map(({ json }) => json.value)).toEqual(['SKU-1', ['1.10'], 5]);
		expect(error.map(({ json }) => json.error)).toEqual(
			['12', '"q"', 'null'].map((text, index) =>
				expect.stringContaining(
					`gives '${text}', and makes JSON only in a part of it: this may be JSON or a text [item ${index + 3}]`,
				),
			),
		);
	});

	it('goes to a list that may be null', async () => {
		const { success } = await asked('nullable', mapped({ value: 'a' }), [{}, {}]);
		expect(success[0]?.json.value).toEqual({ nullable: ['a', 'a'] });
	});

	it('goes with those of the same user only, who is acted as', async () => {
		const { success } = await convex.run({
			parameters: addingMany({
				options: {
					actAsUser: userOf('={{ ({ issuer: "https://i.test", subject: $json.user }) }}'),
				},
			}),
			input: ['ada', 'ada', 'bob', 'ada'].map((user, row) => ({ user, key: `${user}${row}` })),
		});
		expect(success.map(({ json }) => json.value)).toEqual(['ada0', 'ada1', 'bob2', 'ada3']);
		expect((await convex.deployment.executions())['counters:addMany']).toBe(3);
	});

	it('reaches functions of any type by path', async () => {
		const { success } = await convex.run({
			parameters: addingMany({ operation: 'run' }, mapped({ value: '={{ $json.key }}' })),
			input: keys(3),
		});
		expect(success.map(({ json }) => json.value)).toEqual(keys(3).map(({ key }) => key));
	});
});

describe('hostile items of calls for many', () => {
	const run = async (element: unknown, input: Array<IDataObject | INodeExecutionData>) =>
		await convex.run({ parameters: echoingMany(element), input, settings: continuing });
	const HOSTILE = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'then'];

	it.each(HOSTILE)('are sent as they are with fields and a list called %s', async (name) => {
		const element = `{ "${name}": { "${name}": [1] } }`;
		await convex.run({
			parameters: forMany({
				operation: 'query',
				path: 'values:describeAll',
				listArgument: name,
				element,
				shared: '{ "beside": 1 }',
			}),
			input: [{}, {}],
			credential: withoutKey(),
			settings: continuing,
		});
		const [received] = await convex.deployment.receivedCalls();
		const list = `[${element},${element}]`.replaceAll(' ', '');
		expect(JSON.stringify(received?.args)).toBe(`{"beside":1,"${name}":${list}}`);
	});

	it.each(HOSTILE)(
		'are refused for a list argument called %s, which there is not',
		async (name) => {
			const { error } = await convex.run({
				parameters: creatingMany({ listArgument: name }),
				input: [{ title: 'a' }],
				settings: continuing,
			});
			expect(error[0]?.json.error).toBe(
				`'List Argument' names '${name}', which the function does not take [item 0]`,
			);
			const shared = await convex.run({
				parameters: creatingMany({ shared: `{ "${name}": 1 }`, listArgument: name }),
				settings: continuing,
			});
			expect(shared.error[0]?.json.error).toMatch(/^'Shared Arguments \(JSON\)' has/);
		},
	);

	it('with null, nothing, gaps and half characters fail by themselves or are sent as they are', async () => {
		const sources = ['null', 'undefined', '[1,,2]', '"\\ud83d"', 'NaN', '({})', '[[]]'];
		const { success, error } = await run(
			`={{ [${sources.join(', ')}][$json.n] }}`,
			sources.map((_, n) => ({ n })),
		);
		expect(success.map(({ json }) => json.value)).toEqual([null, 'NaN', {}, [[]]]);
		expect(error.map(({ json }) => [json.n, json.error])).toEqual([
			[1, expect.stringMatching(/^'Arguments \(JSON\)' is missing \[item 1\]$/)],
			[2, expect.stringMatching(/^'Arguments \(JSON\)': '\[1\]' is missing \[item 2\]$/)],
			[3, expect.stringMatching(/not valid JSON|half of a Unicode character/)],
		]);
		expect(error[0]?.json.details).toMatchObject({
			hint: 'The expression gives nothing here: check that what it refers to is there, or have it give null.',
		});
	});

	it('are refused in a session, each by itself, with a field called __proto__', async () => {
		const { success, error } = await convex.run({
			parameters: addingMany({
				element: '={{ $json.key ?? JSON.parse($json.bad) }}',
				options: { delivery: 'session' },
			}),
			input: [{ key: 'a' }, { bad: '{ "__proto__": [1] }' }, { key: 'b' }],
			settings: continuing,
		});
		expect(success.map(({ json }) => json.value)).toEqual(['a', 'b']);
		expect(error.map(({ json }) => json.error)).toEqual([
			"The arguments have a field called '__proto__', which a live connection (WebSocket) does not carry [item 1]",
		]);
		expect(error[0]?.json.details).toMatchObject({
			outcome: 'notExecuted',
			functionPath: 'counters:addMany',
		});
	});

	it('are refused where they are nested deeper than a list allows', async () => {
		const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
		const { success, error } = await run('={{ $json.tower }}', [
			{ tower: nested(61) as IDataObject[] },
			{ tower: nested(62) as IDataObject[] },
		]);
		expect([success.length, error.length]).toEqual([1, 1]);
		expect(error[0]?.json.error).toMatch(/is nested more than 64 levels deep \[item 1\]$/);
	});
});
