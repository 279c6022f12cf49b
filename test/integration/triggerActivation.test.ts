/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sleep, type INodeParameters, type INodeType } from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { userOf } from '../support/convexNode';
import { runWorkflow } from '../support/engine';
import { TcpProxy } from '../support/tcpProxy';
import { TRIGGER_TYPE, triggerNode, watching } from '../support/triggers';
import { useTriggers, watchingBoard, watchingCounter } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

/** The deployment answers nothing over HTTP, and everything over the live connection. */
const holdCheck = async (times: number) =>
	await use.deployment.addFault({ kind: 'delay', path: 'check_admin_key', ms: 60_000, times });

/** An activation that waits for the deployment's answer, and watches already. */
async function pendingActivation(workflowId: string) {
	await holdCheck(1);
	const trigger = use.trigger(watchingCounter(), { workflowId });
	const activated = trigger.activate();
	await use.untilSockets((sockets) => sockets === 1);
	return { trigger, activated };
}

describe('a workflow that is unpublished while its trigger is still activating', () => {
	it('and published again, starts once for a change', async () => {
		const { trigger, activated } = await pendingActivation('again');
		await trigger.deactivate();
		const next = await use.activate(watchingCounter(), { workflowId: 'again' });
		await activated;
		await use.untilSockets((sockets) => sockets === 1);
		await use.increment();
		await next.nthStart(1);
		expect(trigger.starts.all).toEqual([]);
		await next.deactivate();
		await use.socketsClosed();
	});
});

/** A trigger of another service, which cannot be activated. */
const failing: INodeType = {
	description: {
		displayName: 'Other',
		name: 'otherTrigger',
		description: '',
		group: ['trigger'],
		version: 1,
		defaults: { name: 'Other' },
		inputs: [],
		outputs: ['main'],
		properties: [],
	},
	trigger: async () => {
		throw new Error('the other service refuses its credential');
	},
};

it('a workflow whose other trigger was refused while this one activated, and that is published without it, starts for a change', async () => {
	await holdCheck(1);
	const workflowId = 'refused';
	const refused = use.trigger(watchingCounter(), { workflowId, otherTrigger: failing });
	const activated = expect(refused.activate()).rejects.toThrow(/the other service refuses/);
	await use.untilSockets((sockets) => sockets === 1);
	await refused.deactivate();
	const published = await use.activate(watchingCounter(), { workflowId });
	await activated;
	await use.increment();
	await published.nthStart(1);
	await published.deactivate();
	await use.socketsClosed();
});

describe('a workflow that is published again while it is still being unpublished', () => {
	let proxy: TcpProxy;
	beforeEach(async () => {
		proxy = await TcpProxy.inFrontOf(use.deployment.url);
		await proxy.up();
	});
	afterEach(async () => {
		// n8n cannot close what it has forgotten; publishing once more ends it.
		await (await use.activate(watchingCounter(), { workflowId: 'overlapping' })).deactivate();
		await proxy.down();
	});

	it('continues, though n8n has forgotten its trigger', async () => {
		setFlagsFromString('--expose-gc');
		const collectGarbage: () => void = runInNewContext('gc');
		const credential = { ...use.credential, deploymentUrl: proxy.url };
		const before = await use.activate(watchingCounter(), { workflowId: 'overlapping', credential });
		// So closing it takes its time.
		proxy.silence();
		const unpublished = before.deactivate();
		const after = await use.activate(watchingCounter(), { workflowId: 'overlapping' });
		await unpublished;
		for (let tries = 0; tries < 4; tries++) {
			collectGarbage();
			await sleep(20);
		}
		await use.increment();
		await after.nthStart(1);
	});
});

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
		await use.put(list);
		await expect(use.trigger(watchingBoard()).activate()).rejects.toThrow(sentence);
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

	it('takes what is wrong from the live connection, when nothing answers over HTTP', async () => {
		await holdCheck(100);
		const trigger = use.trigger(watching('tasks:create', { title: 'x' }));
		await expect(trigger.activate()).rejects.toThrow(/Only queries can be watched/);
		await use.socketsClosed();
	});

	it('refuses a path that does not exist, though the list of functions does not come', async () => {
		await use.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 60_000, times: 100 });
		const trigger = use.trigger(watching('tasks:missing'));
		await expect(trigger.activate()).rejects.toThrow(/Could not find public function/);
		await use.socketsClosed();
	});

	it('that fails leaves nothing behind', async () => {
		const trigger = use.trigger(watching('tasks:lst'), { workflowId: 'wrong' });
		await expect(trigger.activate()).rejects.toThrow(/Could not find/);
		await use.socketsClosed();
	});

	it('says what page to give of a paginated query, and nothing of options of the node', async () => {
		const mappedArguments = { mappingMode: 'defineBelow', value: {} };
		const parameters = { ...watching('documents:page'), argumentsMode: 'mapping', mappedArguments };
		const trigger = use.trigger(parameters, { workflowId: 'wrong' });
		const refusal = await trigger.activate().catch((error: unknown) => error);
		expect(refusal).toMatchObject({
			message: expect.stringMatching(/'paginationOpts' is empty.*the trigger watches that page/s),
		});
		expect(refusal).not.toMatchObject({ message: expect.stringContaining("'Operation'") });
	});

	it('is not ended by a run by hand of the same trigger', async () => {
		const active = await use.activate(watchingCounter(), { workflowId: 'test' });
		const { run } = await runWorkflow(
			{
				nodeTypes: { [TRIGGER_TYPE]: new ConvexTrigger() },
				credentialTypes: { convexApi: new ConvexApi() },
				credentials: { convexApi: use.credential },
			},
			{ name: 'test', nodes: [triggerNode(watchingCounter())], connections: {} },
		);
		expect(run.status).toBe('success');
		await use.increment();
		expect((await active.nthStart(1)).items[0]?.value).toBe(1);
	});

	it('is not ended by one of another workflow, nor of another trigger of the same', async () => {
		const [first, second] = [
			await use.activate(watchingCounter(), { workflowId: 'one' }),
			await use.activate(watchingCounter(), { workflowId: 'two' }),
		];
		await use.increment();
		await Promise.all([first.nthStart(1), second.nthStart(1)]);
	});
});
