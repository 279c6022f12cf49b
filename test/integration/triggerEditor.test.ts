import { sleep, type INodeParameters, type INodeProperties, type IRun } from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { unusedUrl } from '../support/awkwardServers';
import {
	editorContext,
	nodeAt,
	outputsOf,
	passThroughNode,
	runWorkflow,
	type CredentialValues,
} from '../support/engine';
import { TRIGGER_TYPE, triggerNode, watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';
import { until } from '../support/waiting';

/** The trigger in n8n's editor: its form, and a run by hand. */
const use = useTriggers('deployKey');

const { description, methods } = new ConvexTrigger();

function form(parameters: INodeParameters, credential: CredentialValues = use.credential) {
	const context = editorContext(
		{
			nodeTypes: { [TRIGGER_TYPE]: new ConvexTrigger() },
			credentialTypes: { convexApi: new ConvexApi() },
			credentials: { convexApi: credential },
		},
		triggerNode(parameters),
	);
	return {
		searchFunctions: async () => (await methods.listSearch.searchFunctions.call(context)).results,
		getArguments: async () => await methods.resourceMapping.getArguments.call(context),
	};
}

it.each<[string, object]>([
	['takes no arguments', {}],
	['takes a number', { name: { fieldType: { type: 'number' }, optional: false } }],
	[
		'takes one more',
		{
			name: { fieldType: { type: 'string' }, optional: false },
			other: { fieldType: { type: 'string' }, optional: false },
		},
	],
])(
	'a list of functions older than the form is asked for again: it says that the query %s',
	async (_what, value) => {
		const outdated = {
			identifier: 'counters.js:get',
			functionType: 'Query',
			visibility: { kind: 'public' },
			args: { type: 'object', value },
			returns: { type: 'any' },
		};
		await use.deployment.addFault({
			kind: 'answer',
			path: '/api/query',
			status: 200,
			body: { status: 'success', value: [outdated] },
		});
		const token = await use.deployment.createKey(['deployment:data:view']);
		const credential = { ...use.credential, token };
		const parameters = {
			...watching('counters:get'),
			argumentsMode: 'mapping',
			mappedArguments: { mappingMode: 'defineBelow', value: { name: 'a' } },
		};
		// The editor keeps the list for some seconds.
		await form(parameters, credential).getArguments();
		const trigger = await use.activate(parameters, { credential });
		await use.increment();
		expect((await trigger.nthStart(1)).items).toMatchObject([{ value: 1 }]);
	},
);

describe("the trigger's form", () => {
	it('lists queries, and nothing else', async () => {
		const names = (await form(watching('')).searchFunctions()).map(({ name }) => name);
		expect(names).toEqual(expect.arrayContaining(['tasks:list', 'jobs:status (internal)']));
		expect(names).not.toContain('tasks:create');
	});

	it("shows the query's own arguments", async () => {
		const { fields } = await form(watching('tasks:list')).getArguments();
		expect(fields).toMatchObject([{ id: 'status', type: 'options', required: false }]);
	});

	it.each([
		['a mutation', watching('tasks:create'), /not a query\. Only queries can be watched/],
		[
			'an expression',
			watching('=tasks:list'),
			/Set 'Arguments' to 'Using Fields Below' or 'Using JSON'\.$/,
		],
	])('says what to do about %s', async (_what, parameters, sentence) => {
		const { fields, emptyFieldsNotice } = await form(parameters).getArguments();
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toMatch(sentence);
	});

	it('offers nothing that needs an input item', () => {
		const offered = JSON.stringify(description.properties);
		expect(offered).not.toMatch(/[Ii]nput item|Input Item|binary/);
		expect(valuesOf('argumentsMode')).toEqual(['fields', 'mapping', 'json']);
		expect(offered).toContain('"supportAutoMap":false');
	});

	it('offers the options that matter to a watched query', () => {
		const names = (property('options').options ?? []).map(({ name }) => name);
		expect(names).toEqual(['actAsUser', 'componentPath', 'valueFormat']);
	});
});

function property(wanted: string): INodeProperties {
	const found = description.properties.find(({ name }) => name === wanted);
	if (found === undefined) throw new Error(`no parameter '${wanted}'`);
	return found;
}

function valuesOf(name: string): unknown[] {
	return (property(name).options ?? []).map((option) => 'value' in option && option.value);
}

/** Runs a workflow by hand, as the editor does: from the trigger, with one node behind it. */
async function execute(
	parameters: INodeParameters,
	credential: CredentialValues = use.credential,
	cancelSignal?: AbortSignal,
): Promise<IRun> {
	const { run } = await runWorkflow(
		{
			nodeTypes: {
				[TRIGGER_TYPE]: new ConvexTrigger(),
				'test.passThrough': passThroughNode('end'),
			},
			credentialTypes: { convexApi: new ConvexApi() },
			credentials: { convexApi: credential },
		},
		{
			name: 'test',
			nodes: [triggerNode(parameters), nodeAt('Next', 'test.passThrough')],
			connections: {
				'Convex Trigger': { main: [[{ node: 'Next', type: 'main', index: 0 }]] },
			},
		},
		cancelSignal,
	);
	return run;
}

const itemsOf = (run: IRun) => outputsOf(run, 'Next')[0]?.map(({ json }) => json);

describe('a run by hand', () => {
	afterEach(async () => await use.socketsClosed());

	it('gives the result as it is now, and ends', async () => {
		await use.mutate('counters:increment', { name: 'a' });
		const run = await execute(watching('counters:get', { name: 'a' }));
		expect(itemsOf(run)).toEqual([{ value: 1, previousValue: null, reason: 'initial' }]);
	});

	it('gives each document that is there', async () => {
		await use.mutate('tasks:create', { title: 'Write' });
		await use.mutate('tasks:create', { title: 'Read' });
		const run = await execute(watching('tasks:list', {}, { emit: 'changes' }));
		expect(itemsOf(run)).toEqual([
			expect.objectContaining({ change: 'added', reason: 'initial' }),
			expect.objectContaining({ change: 'added', reason: 'initial' }),
		]);
	});

	it.each<[what: string, changes: string[], item: object]>([
		['added', ['added', 'removed'], { change: 'added', reason: 'initial' }],
		[
			'changed',
			['changed', 'removed'],
			{ change: 'changed', previousDocument: expect.objectContaining({ title: 'Write' }) },
		],
		['removed', ['removed'], { change: 'removed', document: null }],
	])('gives an item of the first wanted change: %s', async (_what, changes, item) => {
		await use.mutate('tasks:create', { title: 'Write' });
		const run = await execute(watching('tasks:list', {}, { emit: 'changes', changes }));
		expect(itemsOf(run)).toEqual([expect.objectContaining(item)]);
	});

	it('gives a sample where there is no document', async () => {
		const run = await execute(watching('tasks:list', {}, { emit: 'changes' }));
		expect(itemsOf(run)).toEqual([
			expect.objectContaining({ change: 'added', key: 'sample', reason: 'sample' }),
		]);
	});

	it('may wait for the next change, and ends with it', async () => {
		await use.mutate('tasks:create', { title: 'Write' });
		const running = execute(
			watching('tasks:list', {}, { emit: 'changes', manualRun: 'nextChange' }),
		);
		let hasEnded = false;
		void running.finally(() => (hasEnded = true));
		// The first result may come at any time, and is no change.
		for (let number = 1; !hasEnded; number++) {
			await use.mutate('tasks:create', { title: `Read ${number}` });
			await sleep(20);
		}
		expect(itemsOf(await running)).toMatchObject([
			{ change: 'added', reason: 'change', document: { title: expect.stringMatching(/^Read/) } },
		]);
	});

	it('that waits for a change can be stopped', async () => {
		const stop = new AbortController();
		const parameters = watching('tasks:list', {}, { manualRun: 'nextChange' });
		const running = execute(parameters, use.credential, stop.signal);
		await use.untilSockets((sockets) => sockets === 1);
		stop.abort();
		expect((await running).status).toBe('canceled');
	});

	it.each([
		['a mutation', watching('tasks:create', { title: 'x' }), /Trying to execute/],
		['a path that does not exist', watching('tasks:lst'), /Could not find/],
		[
			'no list',
			watching('counters:get', { name: 'a' }, { emit: 'changes' }),
			/is a number, not a list/,
		],
		['a query that throws', watching('failures:throwError', { message: 'boom' }), /boom/],
		['a ConvexError', watching('failures:throwConvexError', { data: 'no' }), /no/],
	])('fails with what is wrong: %s', async (_what, parameters, message) => {
		const { error } = (await execute(parameters)).data.resultData;
		expect(error?.message).toMatch(message);
		expect(error).toHaveProperty('description', expect.stringMatching(/./));
		expect(error).toHaveProperty('description', expect.not.stringContaining('error branch'));
	});

	it('fails at once when nothing is there', async () => {
		const credential = { ...use.credential, deploymentUrl: await unusedUrl() };
		const { error } = (await execute(watching('tasks:list'), credential)).data.resultData;
		expect(error?.message).toBe(
			'Nothing answers at the deployment URL: the connection was refused',
		);
	});

	it('fails with a key that is refused', async () => {
		const credential = { ...use.credential, token: 'other|0123' };
		const { error } = (await execute(watching('tasks:list'), credential)).data.resultData;
		expect(error?.message).toContain('The provided admin key was invalid');
	});

	it('can be stopped', async () => {
		await use.deployment.addFault({ kind: 'delay', path: 'sync/Transition', ms: 60_000 });
		const stop = new AbortController();
		const running = execute(watching('tasks:list'), use.credential, stop.signal);
		await use.untilSockets((sockets) => sockets === 1);
		stop.abort();
		expect((await running).status).toBe('canceled');
	});

	it('can be stopped before the deployment has answered at all', async () => {
		await use.deployment.addFault({ kind: 'delay', path: 'check_admin_key', ms: 60_000 });
		const stop = new AbortController();
		const running = execute(watching('tasks:list'), use.credential, stop.signal);
		const asked = async () => (await use.deployment.requestStats()).requests >= 1;
		await until(asked);
		stop.abort();
		expect((await running).status).toBe('canceled');
	}, 50_000);
});
