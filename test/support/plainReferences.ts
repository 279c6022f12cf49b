/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import fc, { type Arbitrary } from 'fast-check';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	NodeParameterValueType,
} from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import { CachedParameters } from '../../nodes/Convex/parameters/cachedParameters';
import { calling, runConvex } from './convexNode';

interface Comparison {
	/** What the node reads, and what n8n's engine gives, for each item. */
	node: string[];
	engine: string[];
	/** How often the node asked n8n's engine. */
	engineCalls: number;
}

/** Reads a parameter for each item in both ways, within a run of n8n's real engine. */
async function readInBothWays(
	parameter: NodeParameterValueType,
	items: unknown[],
	name = 'argumentsJson',
): Promise<Comparison> {
	const comparison: Comparison = { node: [], engine: [], engineCalls: 0 };
	const { run } = await runConvex({
		credential: {},
		parameters: calling(
			'query',
			'values:echo',
			'{}',
			{},
			{
				argumentsMode: name === 'argumentFields' ? 'fields' : 'json',
				[name]: parameter,
			},
		),
		input: items.map((json): INodeExecutionData => ({ json: json as IDataObject })),
		nodeType: comparingNode(name, comparison),
	});
	if (run.data.resultData.error) throw run.data.resultData.error;
	return comparison;
}

function comparingNode(name: string, comparison: Comparison): INodeType {
	return {
		description: new Convex().description,
		async execute(this: IExecuteFunctions) {
			const counted: IExecuteFunctions = Object.create(this, {
				getNodeParameter: {
					value: (asked: string, itemIndex: number, fallback?: unknown) => {
						comparison.engineCalls += 1;
						return this.getNodeParameter(asked, itemIndex, fallback);
					},
				},
			}) as IExecuteFunctions;
			const parameters = new CachedParameters(counted, 'query');
			for (const itemIndex of this.getInputData().keys()) {
				const byNode = outcome(() => parameters.getNodeParameter(name, itemIndex));
				comparison.node.push(byNode);
				comparison.engine.push(outcome(() => this.getNodeParameter(name, itemIndex)));
			}
			return [[]];
		},
	};
}

/** A value with all that it is (-0, holes, dates, undefined), whatever its realm and how V8 stores it. */
function outcome(read: () => unknown): string {
	let value: unknown;
	try {
		value = read();
	} catch (thrown) {
		return `throws ${String(thrown)}`;
	}
	try {
		const limits = { depth: null, maxArrayLength: null, maxStringLength: null };
		return inspect(deserialize(serialize(value)), limits);
	} catch {
		return `no data: ${Object.prototype.toString.call(value)}`;
	}
}

const NAMES = [
	...['a', 'b', 'title', '_id', '_creationTime', 'a b', 'é', 'x-y', '0', '1', 'length', 'values'],
	...[
		'constructor',
		'constructors',
		'__proto__',
		'__n8nType',
		'__isArray',
		'__isObject',
		'__isError',
	],
	...['__n8nEscaped', '__value', 'arguments', 'toString', 'toJSON', 'hasOwnProperty', 'isProxy'],
	...['globalThis', 'process', 'require', 'this', 'window', 'extend', 'callee', 'binding'],
	...['prototype', 'class', 'json', '$json', 'name', 'first', 'isEmpty', 'x:y@z/+.-'],
];
/** Often the same few, so that references lead somewhere. */
const name = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom('a', 'b', 'a b') },
	{ weight: 1, arbitrary: fc.constantFrom(...NAMES) },
);

const step = fc.oneof(
	{ weight: 5, arbitrary: name.map((each) => (/^\w+$/.test(each) ? `.${each}` : `["${each}"]`)) },
	{ weight: 2, arbitrary: name.map((each) => `['${each}']`) },
	{ weight: 2, arbitrary: fc.nat({ max: 3 }).map((each) => `[${each}]`) },
	fc.constantFrom(
		'?.a',
		'[-1]',
		'["0"]',
		'[01]',
		'.length',
		'.a()',
		'["a\\u0062"]',
		'[ "a" ]',
		'["}}"]',
		'[$json.a]',
		' .a',
		'.a.toUpperCase()',
		'.toString()',
		'[1e0]',
	),
);

/** A reference, or what looks like one. */
const expression: Arbitrary<string> = fc
	.tuple(
		fc.array(step, { maxLength: 4 }),
		fc.constantFrom(
			...Array<[string, string]>(12).fill(['={{ ', ' }}']),
			...([
				['={{', '}}'],
				['={{\n', '\t}}'],
				['= {{ ', ' }}'],
				['={{ ', ' }} '],
				['={{ ', ';}}'],
				['={{ (', ') }}'],
				['={{ ', ' }}{{ $json.b }}'],
				['={{ ', ' /* a */ }}'],
				['=a {{ ', ' }}'],
				['={{\u00a0', ' }}'],
			] as Array<[string, string]>),
		),
	)
	.map(([steps, [before, after]]) => `${before}$json${steps.join('')}${after}`);

/** What JSON can hold, with names that mean something elsewhere. */
const json: Arbitrary<unknown> = values(
	fc.oneof(
		fc.string({ unit: 'binary', maxLength: 6 }),
		fc.constantFrom(
			'',
			'={{ $json.a }}',
			'{{ 1 + 1 }}',
			'\ud800',
			'2026-11-29T10:00:00Z',
			'[object Object]',
		),
		fc.integer(),
		fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0)),
		fc.boolean(),
		fc.constant(null),
	),
);

/** What nodes give beside JSON. */
const unusual: Arbitrary<unknown> = values(
	fc.oneof(
		fc.constantFrom<unknown>(
			undefined,
			-0,
			Number.NaN,
			Infinity,
			new Date(0),
			new Date(Number.NaN),
		),
		fc.constantFrom<unknown>(
			'text',
			1,
			null,
			/a/,
			new Map([['a', 1]]),
			new (class Own {
				a = 1;
			})(),
		),
		fc.constantFrom<unknown>(
			10n,
			Object.assign([1], { 2: 3 }),
			Object.create(null),
			Buffer.from('a'),
			new Error('a'),
		),
		fc.constantFrom<unknown>(
			{
				get a() {
					return 1;
				},
			},
			Object.create({ a: 1 }),
			{ toJSON: () => 'a' },
			() => 1,
		),
		fc.constantFrom<unknown>(
			Object.assign([1, 2], { extra: 1 }),
			Object.defineProperty({}, 'a', { value: 1 }),
		),
		fc.constantFrom<unknown>({ [Symbol('a')]: 1, b: 2 }),
	),
);

function values(leaf: Arbitrary<unknown>): Arbitrary<unknown> {
	return fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
		value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
		object: fc
			.array(fc.tuple(name, tie('value')), { maxLength: 8 })
			.map((entries) => Object.fromEntries(entries)),
	})).object;
}

/** Compares both ways for so many expressions, each for some items. */
async function compareReferences(items: Arbitrary<unknown>, count: number): Promise<number> {
	let plainReads = 0;
	await fc.assert(
		fc.asyncProperty(
			expression,
			fc.array(items, { minLength: 2, maxLength: 8 }),
			async (parameter, given) => {
				const { node, engine, engineCalls } = await readInBothWays(parameter, given);
				expect(node).toEqual(engine);
				plainReads += given.length - engineCalls;
			},
		),
		{ seed: 20261129, numRuns: count },
	);
	return plainReads;
}

/**
 * The tests that hold in each engine of n8n.
 *
 * @param count - of random expressions, for each kind of item
 */
export function describePlainReferences(count: number): void {
	it('random references give what the engine of n8n gives, and many are read without it', async () => {
		expect(await compareReferences(json, count)).toBeGreaterThan(count / 2);
	});

	it('items with what JSON does not know give what the engine of n8n gives', async () => {
		expect(await compareReferences(unusual, count)).toBeGreaterThan(count / 10);
	});

	it.each(NAMES)('a field %j gives what the engine of n8n gives', async (field) => {
		const items = [1, -0, 'text', { [field]: [2] }].map((value) =>
			Object.fromEntries([[field, value]]),
		);
		const access = /^\w+$/.test(field) ? [`.${field}`, `["${field}"]`] : [`["${field}"]`];
		for (const step of access) {
			const { node, engine } = await readInBothWays(`={{ $json${step} }}`, items);
			expect(node).toEqual(engine);
		}
	});

	it.each([
		['={{ $json.a.b }}'],
		['={{$json["a b"]}}'],
		["={{ $json['a b'] }}"],
		['={{ $json.list[1].x }}'],
		['={{ $json.list }}'],
		['={{ $json }}'],
	])('%s is read without the engine of n8n', async (parameter) => {
		const item = { a: { b: 'text' }, 'a b': 1, list: [true, { x: null }] };
		const { node, engine, engineCalls } = await readInBothWays(parameter, [item, item, item]);
		expect(node).toEqual(engine);
		expect(engineCalls).toBe(0);
	});

	it('a form of references is read without the engine of n8n, and one with a call by it', async () => {
		const fields = (value: string) => ({
			argument: [
				{ name: 'a', type: 'auto', value: '={{ $json.list }}' },
				{ name: 'b', type: 'string', value },
				{ name: 'c', type: 'null', value: null },
			],
		});
		const items = [
			{ a: { x: [1] }, list: [1] },
			{ a: 'b', list: [] },
		];
		const plain = await readInBothWays(fields('={{ $json.a }}'), items, 'argumentFields');
		expect(plain.node).toEqual(plain.engine);
		expect(plain.engineCalls).toBe(0);
		const called = await readInBothWays(
			fields('={{ $json.a.toString() }}'),
			items,
			'argumentFields',
		);
		expect(called.node).toEqual(called.engine);
		expect(called.engineCalls).toBe(2);
	});

	it('a missing field is left to the engine of n8n, for its item only', async () => {
		const items = [{ a: 1 }, {}, { a: 3 }];
		const { node, engine, engineCalls } = await readInBothWays('={{ $json.a }}', items);
		expect(node).toEqual(engine);
		expect(engineCalls).toBe(1);
	});

	it.each(['={{ $json.list[0] }}', '={{ $json.list }}', '={{ $json.object.a }}', '={{ $json }}'])(
		'%s of a proxy that shows another value than it holds gives what is shown',
		async (parameter) => {
			// As n8n's own proxies around items do, whose changes lie beside what they hold.
			const showing = <Held extends object>(held: Held, name: string) =>
				new Proxy(held, {
					get: (target, key): unknown => (key === name ? 2 : Reflect.get(target, key)),
				});
			const item = { list: showing([1, 7], '0'), object: showing({ a: 1 }, 'a') };
			const { node, engine, engineCalls } = await readInBothWays(parameter, [item, item]);
			expect(node).toEqual(engine);
			expect(engineCalls).toBe(2);
		},
	);

	it('a single item, which a tool also has, is left to the engine of n8n', async () => {
		expect((await readInBothWays('={{ $json.a }}', [{ a: 1 }])).engineCalls).toBe(1);
	});
}
