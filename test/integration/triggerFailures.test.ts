import type { Value } from 'convex/values';
import { sleep, type INodeParameters } from 'n8n-workflow';
import { userOf } from '../support/convexNode';
import { watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

const put = async (value: Value) => await use.mutate('boards:put', { name: 'a', value });

const board = (parameters = {}) =>
	watching('boards:read', { name: 'a' }, { emit: 'changes', ...parameters });

const refusals: Array<[what: string, parameters: INodeParameters, sentence: RegExp]> = [
	[
		'a mutation',
		watching('tasks:create', { title: 'x' }),
		/Trying to execute tasks\.js:create as Query, but it is defined as Mutation\. Only queries can be watched\. Choose a query in 'Function'/,
	],
	[
		'a path that does not exist',
		watching('tasks:lst'),
		/Could not find public function for 'tasks:lst'\. Did you mean 'tasks:list'\?/,
	],
	[
		'arguments that the query refuses',
		watching('tasks:list', { status: 'closed' }),
		/ArgumentValidationError[^]*Compare 'Arguments' with it/,
	],
	[
		'arguments that are no object',
		watching('tasks:list', []),
		/'Arguments \(JSON\)' is an array, not an object/,
	],
	[
		'an argument with a field that a live connection does not carry',
		watching('values:echo', {}, { argumentsJson: '{ "value": { "__proto__": [1] } }' }),
		/a field called '__proto__', which a live connection.*Rename the field, or leave it out\."?$/,
	],
	[
		'bytes that are not base64, without a word of files',
		watching(
			'values:describe',
			{},
			{
				argumentsMode: 'fields',
				argumentFields: { argument: [{ name: 'value', type: 'bytes', value: '?' }] },
			},
		),
		/'value' is not base64\. Encode the bytes in base64 \(.*at the end\)\."$/,
	],
	[
		'an argument of the form that is missing',
		watching(
			'counters:get',
			{},
			{ argumentsMode: 'mapping', mappedArguments: { mappingMode: 'defineBelow', value: {} } },
		),
		/'Arguments'.*'name'/,
	],
	[
		'a mutation with the form of its arguments',
		watching(
			'tasks:create',
			{},
			{ argumentsMode: 'mapping', mappedArguments: { mappingMode: 'defineBelow', value: {} } },
		),
		/'tasks:create' is a mutation, not a query\. Only queries can be watched/,
	],
	[
		'an input item, which a trigger has not',
		watching('tasks:list', {}, { argumentsMode: 'item' }),
		/'Arguments' is not one of its choices\. Choose from the list/,
	],
	[
		'a result that is no list',
		watching('counters:get', { name: 'a' }, { emit: 'changes' }),
		/The query's result is a number, not a list of documents\. Set 'Trigger On' to/,
	],
	[
		'a result that is a page',
		watching('tasks:page', { paginationOpts: { numItems: 1, cursor: null } }, { emit: 'changes' }),
		/The query's result is an object, not a list of documents\. The query returns its documents page by page/,
	],
	[
		'no key field that distinguishes documents',
		watching('tasks:list', {}, { emit: 'changes', keyField: ' ' }),
		/'Key Field' is empty/,
	],
	[
		'a key field that is no text',
		watching('tasks:list', {}, { emit: 'changes', keyField: 5 }),
		/'Key Field' is a number, not text/,
	],
	[
		'arguments that are mapped automatically',
		watching(
			'tasks:list',
			{},
			{ argumentsMode: 'mapping', mappedArguments: { mappingMode: 'autoMapInputData' } },
		),
		/The mapping mode of 'Arguments' is not one of its choices/,
	],
	[
		'an initial result that is neither wanted nor not',
		watching('tasks:list', {}, { emitInitialResult: 'maybe' }),
		/'Emit Initial Result' is neither true nor false/,
	],
	[
		'an initial result by an expression that gives nothing',
		watching('tasks:list', {}, { emitInitialResult: '={{ undefined }}' }),
		/'Emit Initial Result' is neither true nor false/,
	],
	[
		'a value format that an expression does not give',
		watching('tasks:list', {}, { options: { valueFormat: '={{ undefined }}' } }),
		/The option 'Value Format' is not one of its choices/,
	],
	[
		'something else to trigger on',
		watching('tasks:list', {}, { emit: 'both' }),
		/'Trigger On' is not one of its choices/,
	],
	['an empty path', watching(''), /The function path is empty/],
	[
		'a component and a user',
		watching(
			'marks:count',
			{},
			{
				options: { componentPath: 'tally', actAsUser: userOf({ issuer: 'i', subject: 's' }) },
			},
		),
		/'Component' and 'Act as User' do not go together/,
	],
];

describe('an activation', () => {
	it.each(refusals)('refuses %s', async (_what, parameters, sentence) => {
		const trigger = use.trigger(parameters);
		await expect(trigger.activate()).rejects.toThrow(sentence);
		expect(trigger.failedExecutions.all).toEqual([]);
		await use.socketsClosed();
	});

	it.each([
		[
			'without the field',
			[{ _id: 'a' }, { id: 'b' }],
			/a document without the field '_id': number 2 of the list\. Set 'Key Field'/,
		],
		[
			'with a field that is no key',
			[{ _id: null }],
			/a document whose '_id' is null, not text or a number/,
		],
		[
			'with a number that is no key',
			[{ _id: 0 }, { _id: -0 }],
			/a document whose '_id' is NaN, infinite or -0, not text or a number: number 2/,
		],
		[
			'with the same key',
			[{ _id: 'a' }, { _id: 'a' }],
			/Two documents of the query's result have the same '_id': "a"/,
		],
		[
			'among other things',
			[{ _id: 'a' }, 'b'],
			/not a list of documents: number 2 of the list is text/,
		],
	])('refuses documents %s', async (_what, list, sentence) => {
		await put(list);
		await expect(use.trigger(board()).activate()).rejects.toThrow(sentence);
	});

	it('refuses a user to act as without a deploy key', async () => {
		const trigger = use.trigger(
			watching(
				'users:whoami',
				{},
				{ options: { actAsUser: userOf({ issuer: 'i', subject: 's' }) } },
			),
			{ credential: { deploymentUrl: use.deployment.url, authentication: 'none' } },
		);
		await expect(trigger.activate()).rejects.toThrow("'Act as User' needs a deploy key");
	});

	it('after a restart of n8n does not end for what a deployment may fix', async () => {
		const trigger = await use.activate(watching('tasks:lst'), { mode: 'init' });
		await trigger.failedExecutions.until(({ message }) => message.startsWith('Could not find'));
		expect(trigger.failedExecutions.all).toEqual([
			{
				message: "Could not find public function for 'tasks:lst'.",
				description: expect.stringMatching(
					/^Did you mean 'tasks:list'\?.*The trigger keeps watching, and recovers on its own\.$/,
				),
			},
		]);
	});
});

describe('a query that throws', () => {
	const odd = () => watching('failures:throwWhenOdd', { name: 'a' });
	const increment = async () => await use.mutate('counters:increment', { name: 'a' });

	it('is reported once, does not end the trigger, and is named in the next item', async () => {
		const trigger = await use.activate(odd());
		await increment();
		await trigger.failedExecutions.until(() => true);
		await use.deployment.killSockets();
		await increment();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([
			{
				value: 2,
				previousValue: 0,
				reason: 'change',
				recovered: { message: expect.stringContaining('ODD'), since: expect.any(String) },
			},
		]);
		await increment();
		await trigger.failedExecutions.until(() => trigger.failedExecutions.all.length > 1);
		await increment();
		await trigger.nthStart(2);
		expect(trigger.failedExecutions.all).toHaveLength(2);
		expect(trigger.failedExecutions.all[0]).toEqual({
			message: expect.stringContaining('ODD'),
			description: expect.stringMatching(/^The query threw.*up to the app\. The trigger keeps/),
		});
	});

	it('at activation is no reason not to watch it', async () => {
		await increment();
		const trigger = await use.activate(odd());
		await trigger.failedExecutions.until(() => true);
		await increment();
		await increment();
		await increment();
		await trigger.starts.until(({ items }) => items[0]?.value === 4);
	});
});

describe('a page whose cursor does not fit the query any more', () => {
	const chosen = () =>
		watching('pages:ofChosenGroup', {
			board: 'a',
			paginationOpts: { numItems: 1, cursor: null },
		});

	it('is requested again, as a first page', async () => {
		await use.mutate('documents:fill', { group: 'one', count: 3 });
		await use.mutate('documents:fill', { group: 'two', count: 3 });
		await put('one');
		const trigger = await use.activate(chosen());
		await put('two');
		const { items } = await trigger.nthStart(1);
		expect(items[0]).toMatchObject({ value: { page: [{ group: 'two', number: 1 }] } });
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('nor as a first page is reported, and not asked for again and again', async () => {
		const trigger = await use.activate(watching('pages:readChosenCursor', { board: 'a' }));
		// Counts connections.
		await use.deployment.addFault({ kind: 'delay', path: 'sync/handshake', ms: 0, times: 100 });
		await put('invalid');
		await trigger.failedExecutions.until(({ message }) => message.includes('InvalidCursor'));
		await sleep(3_000);
		expect((await use.deployment.requestStats()).faults).toEqual({ delay: 1 });
		await put('valid');
		await trigger.nthStart(1);
		expect(trigger.failedExecutions.all).toHaveLength(1);
	});
});

describe('a result that cannot be watched', () => {
	it('is reported once, and later items have what changed meanwhile', async () => {
		await put([{ _id: 'a' }, { _id: 'b' }]);
		const trigger = await use.activate(board());
		await put('closed');
		await trigger.failedExecutions.until(() => true);
		await put('still closed');
		await put([{ _id: 'b' }]);
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([
			expect.objectContaining({
				change: 'removed',
				key: 'a',
				recovered: expect.objectContaining({ message: expect.stringContaining('is text') }),
			}),
		]);
		expect(trigger.failedExecutions.all).toHaveLength(1);
	});
});
