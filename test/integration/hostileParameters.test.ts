import type { INodeParameters } from 'n8n-workflow';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

/** What an expression may give by accident or by malice, as its source. */
const HOSTILE = [
	...['null', 'undefined', '""', '" "', 'NaN', '-1', '0.5', '1e309', '"9".repeat(400)'],
	...['[]', '[[]]', '{}', '{ value: 1 }', 'new Date(NaN)', 'DateTime.fromISO("x")'],
	...['"__proto__"', '"constructor"', '"toString"', '"hasOwnProperty"', '"x".repeat(100000)'],
];

const without = (...sources: string[]) => HOSTILE.filter((source) => !sources.includes(source));

const fields = (field: object) => ({
	argumentsMode: 'fields',
	argumentFields: { argument: [{ name: 'name', type: 'string', value: 'a', ...field }] },
});

type Parameters = (hostile: string) => object;

const option =
	(name: string): Parameters =>
	(hostile) => ({ options: { [name]: hostile } });

const MANY_ITEMS = {
	callFor: 'manyItems',
	listArgument: { __rl: true, mode: 'name', value: 'names' },
};

/** What has a date's own name in it and is none. */
const NO_DATES = ['new Date(NaN)', 'DateTime.fromISO("x")'];

const NOTHING = ['null', 'undefined', '""', '" "', 'NaN'];

const waiting = (parameters: object) => ({ operation: 'waitForResult', ...parameters });

const whereField = (parameters: object) =>
	waiting({ waitUntil: 'field', field: 'a', comparison: 'equals', expected: 'b', ...parameters });

/** Each parameter of the node: how a value gets there, how it is named, and what is no attack on it. */
const NODE: Array<[parameter: string, Parameters, named: RegExp, values?: string[]]> = [
	[
		'Function',
		(value) => ({ functionPath: { __rl: true, mode: 'path', value } }),
		/'Function'|The function (?:path|name in)|A part of the function path/,
		// The names of objects are names of files, too.
		without('"constructor"', '"toString"', '"hasOwnProperty"', '"__proto__"'),
	],
	[
		'Arguments',
		(argumentsMode) => ({ argumentsMode, itemFieldNames: 'a' }),
		/^'Arguments' is not one of/,
	],
	[
		'Arguments (JSON)',
		(argumentsJson) => ({ argumentsJson }),
		/^'Arguments \(JSON\)'/,
		without('{}', '{ value: 1 }'),
	],
	[
		'Fields',
		(argument) => ({ argumentsMode: 'fields', argumentFields: { argument } }),
		/^'Arguments' has an/,
		without('[]', '[[]]'),
	],
	[
		'Name',
		(name) => fields({ name }),
		/^'Arguments' has an argument without|has a name/,
		without(
			'DateTime.fromISO("x")',
			'"9".repeat(400)',
			'"__proto__"',
			'"constructor"',
			'"toString"',
			'"hasOwnProperty"',
		),
	],
	['Type', (type) => fields({ type }), /^'Arguments': 'name' has the unknown type/],
	[
		'Fields to Send',
		(itemFields) => ({ argumentsMode: 'item', itemFields, itemFieldNames: 'a' }),
		/^'Fields to Send' is not one of/,
	],
	[
		'Field Names',
		(itemFieldNames) => ({ argumentsMode: 'item', itemFields: 'only', itemFieldNames }),
		/^'Field Names'/,
		['null', 'undefined', '""', '" "', '[]', '[[]]', '{}', '{ value: 1 }', 'true'],
	],
	['Call For', (callFor) => ({ callFor }), /^'Call For' is an expression, which it does not take/],
	[
		'List Argument',
		(value) => ({ callFor: 'manyItems', listArgument: { __rl: true, mode: 'name', value } }),
		/^'List Argument'/,
		// What may be the name of an argument is asked about.
		without(
			'DateTime.fromISO("x")',
			'"9".repeat(400)',
			'"__proto__"',
			'"constructor"',
			'"toString"',
			'"hasOwnProperty"',
		),
	],
	[
		'Items per Call',
		(itemsPerCall) => ({ ...MANY_ITEMS, itemsPerCall }),
		/^'Items per Call' is an expression, which it does not take/,
	],
	[
		'Shared Arguments (JSON)',
		(sharedArguments) => ({ ...MANY_ITEMS, sharedArguments }),
		/^'Shared Arguments \(JSON\)' is/,
		without('{}', '{ value: 1 }'),
	],
	['Pagination', (pagination) => ({ operation: 'query', pagination }), /^'Pagination' is neither/],
	[
		'Return All',
		(returnAll) => ({ operation: 'query', pagination: true, returnAll }),
		/^'Return All' is neither/,
	],
	[
		'Limit',
		(limit) => ({ operation: 'query', pagination: true, limit }),
		/^'Limit' is not a whole/,
	],
	['Output', (output) => ({ output }), /^'Output' is not one of/],
	['Act as User', option('actAsUser'), /^The option 'Act as User'/],
	[
		'Component',
		option('componentPath'),
		/^The option 'Component'/,
		without('"constructor"', '"toString"', '"hasOwnProperty"', '"__proto__"'),
	],
	[
		'Concurrency',
		option('concurrency'),
		/^The option 'Concurrency' is an expression, which it does not take/,
	],
	[
		'Convert Argument Types',
		option('convertTypes'),
		/^The option 'Convert Argument Types' is neither/,
	],
	[
		'Delivery',
		option('delivery'),
		/^The option 'Delivery' is an expression, which it does not take/,
	],
	[
		'Maximum Retries',
		option('maxRetries'),
		/^The option 'Maximum Retries' is an expression, which it does not take/,
	],
	['Timeout', option('timeout'), /^The option 'Timeout' is not/],
	['Value Format', option('valueFormat'), /^The option 'Value Format' is not one of/],
	[
		'Batch Size',
		(batchSize) => ({ operation: 'query', options: { batchSize } }),
		/^The option 'Batch Size' is an expression, which it does not take/,
	],
	[
		'Single Snapshot',
		(snapshot) => ({ operation: 'query', options: { snapshot } }),
		/^The option 'Single Snapshot' is/,
	],
	['Wait Until', (waitUntil) => waiting({ waitUntil }), /^'Wait Until' is not one of/],
	[
		'Field',
		(field) => whereField({ field }),
		/^'Field' is/,
		// Any text without brackets and points may be a name.
		HOSTILE.filter((source) => !source.startsWith('"')),
	],
	['Comparison', (comparison) => whereField({ comparison }), /^'Comparison' is not one of/],
	['Value', (expected) => whereField({ expected }), /^'Value' is/, [...NOTHING, ...NO_DATES]],
	[
		'Values',
		(expected) => whereField({ comparison: 'oneOf', expected }),
		/^'Values' is/,
		[...NOTHING, ...NO_DATES, '[]'],
	],
	[
		'Value to be greater than',
		(expected) => whereField({ comparison: 'greaterThan', expected }),
		/^'Value' is/,
		[...NOTHING, ...NO_DATES, '[]', '[[]]', '{}', '{ value: 1 }', 'true'],
	],
	[
		'Timeout of a wait',
		(timeout) => waiting({ options: { timeout } }),
		/^The option 'Timeout' is not/,
	],
	[
		'Concurrency of waits',
		(concurrency) => waiting({ options: { concurrency } }),
		/^The option 'Concurrency' is an expression, which it does not take/,
	],
	...(['One Item Per', 'On Invalid Cursor', 'Page Size'] as const).map(
		(shown): (typeof NODE)[number] => {
			const name = {
				'One Item Per': 'itemPer',
				'On Invalid Cursor': 'onInvalidCursor',
				'Page Size': 'pageSize',
			}[shown];
			return [
				shown,
				(value) => ({ operation: 'query', pagination: true, options: { [name]: value } }),
				new RegExp(`^The option '${shown}' is not`),
			];
		},
	),
];

describe('a parameter whose expression gives anything', () => {
	const convex = useEmbeddedDeployment('deployKey');

	it.each(NODE)(
		'is refused by its name before anything is sent: %s',
		async (_name, parameters, named, values = HOSTILE) => {
			for (const source of values) {
				const { stoppedBy } = await convex.run({
					parameters: {
						...calling('mutation', 'counters:increment', { name: 'a' }),
						...parameters(`={{ ${source} }}`),
					} as ConvexRunOptions['parameters'],
				});
				expect([source, stoppedBy?.message]).toEqual([source, expect.stringMatching(named)]);
				expect(stoppedBy?.description).toMatch(/\w{3}/);
			}
			expect(await convex.deployment.executions()).toEqual({});
			expect((await convex.deployment.requestStats()).requests).toBe(0);
		},
	);
});

describe("a trigger's parameter whose expression gives anything", () => {
	const use = useTriggers('deployKey');
	const TRIGGER: Array<
		[parameter: string, (value: string) => INodeParameters, named: string, values?: string[]]
	> = [
		['Trigger On', (emit) => ({ emit }), "'Trigger On' is not one of"],
		[
			'Key Field',
			(keyField) => ({ emit: 'changes', keyField }),
			"'Key Field' is",
			['null', 'undefined', '""', '" "', '5', '[]', '{}'],
		],
		['Changes', (changes) => ({ emit: 'changes', changes }), "'Changes' is not a list"],
		[
			'Emit Initial Result',
			(emitInitialResult) => ({ emitInitialResult }),
			"'Emit Initial Result' is neither",
		],
		['Manual Execution', (manualRun) => ({ manualRun }), "'Manual Execution' is not one of"],
	];

	it.each(TRIGGER)(
		'is refused by its name before anything is sent: %s',
		async (_name, parameters, named, values = HOSTILE) => {
			for (const source of values) {
				const activated = use.activate(watching('tasks:list', {}, parameters(`={{ ${source} }}`)));
				await expect(activated).rejects.toThrow(named);
			}
			expect((await use.deployment.requestStats()).requests).toBe(0);
		},
	);
});
