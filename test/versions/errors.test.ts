import type { IDataObject } from 'n8n-workflow';
import type { Fault } from '../../emulator/faults';
import {
	startHttpServer,
	startUntrustedServer,
	unusedUrl,
	type TestServer,
} from '../support/awkwardServers';
import { calling } from '../support/convexNode';
import { nodeAt, outputsOf, passThroughNode, runWorkflow } from '../support/engine';
import { useBuiltPackage } from './built';
import { CAPABILITIES } from './capabilities';

const built = useBuiltPackage();

interface Kind {
	what: string;
	operation: 'query' | 'mutation';
	/** The call that fails, between two that do not. */
	path: string;
	args: unknown;
	faults?: Fault[];
	options?: { timeout: number };
	message: RegExp;
	details: IDataObject;
}

const data = { code: 'NO_STOCK', left: 0 };

const KINDS: Kind[] = [
	{
		what: 'arguments that are no JSON',
		operation: 'query',
		path: 'version',
		args: 'nonsense',
		message: /'Arguments \(JSON\)'.*\[item 1\]$/,
		details: { kind: 'input', outcome: 'notExecuted', retryable: false },
	},
	{
		what: 'a function that does not exist',
		operation: 'mutation',
		path: 'tasks:nowhere',
		args: {},
		message: /Could not find public function for 'tasks:nowhere'/,
		details: { kind: 'function', outcome: 'notExecuted' },
	},
	{
		what: 'a function that throws',
		operation: 'query',
		path: 'failures:throwError',
		args: {},
		message: /^Uncaught Error: boom/,
		details: { kind: 'function', outcome: 'failed', functionPath: 'failures:throwError' },
	},
	{
		what: 'a ConvexError',
		operation: 'mutation',
		path: 'failures:refuse',
		args: { data },
		message: /^Uncaught ConvexError: .*NO_STOCK/,
		details: { kind: 'application', outcome: 'failed', errorData: data },
	},
	{
		what: 'a deployment that does too much already',
		operation: 'mutation',
		path: 'counters:increment',
		args: { name: 'a' },
		faults: [
			{ kind: 'rejection', code: 'TooManyConcurrentRequests', path: '/api/mutation', skip: 1 },
		],
		message: /concurrent|too many/i,
		details: { kind: 'deployment', outcome: 'notExecuted', httpStatus: 429, retryable: true },
	},
	{
		what: 'an answer that is lost',
		operation: 'mutation',
		path: 'counters:increment',
		args: { name: 'a' },
		faults: [{ kind: 'dropAfter', path: '/api/mutation', skip: 1 }],
		message: /connection broke/,
		details: { kind: 'network', outcome: 'unknown', retryable: false, code: 'ECONNRESET' },
	},
	{
		what: 'an answer that is cut off',
		operation: 'mutation',
		path: 'counters:increment',
		args: { name: 'a' },
		faults: [{ kind: 'cut', path: '/api/mutation', skip: 1 }],
		message: /./,
		details: { kind: 'network', outcome: 'unknown', retryable: false },
	},
	{
		what: 'an answer that is late',
		operation: 'mutation',
		path: 'counters:increment',
		args: { name: 'a' },
		faults: [{ kind: 'delay', ms: 20_000, path: '/api/mutation', skip: 1 }],
		options: { timeout: 3_000 },
		message: /did not answer within 3000 ms/,
		details: { kind: 'network', outcome: 'unknown', retryable: false },
	},
	{
		what: 'an answer that never ends',
		operation: 'mutation',
		path: 'counters:increment',
		args: { name: 'a' },
		faults: [{ kind: 'drip', bytes: 5, everyMs: 50, path: '/api/mutation', skip: 1 }],
		options: { timeout: 3_000 },
		message: /did not answer within 3000 ms/,
		details: { kind: 'network', outcome: 'unknown', retryable: false },
	},
];

const GOOD = {
	query: { path: 'version', args: {} },
	mutation: { path: 'counters:increment', args: { name: 'good' } },
};

/** Runs three items, of which the second fails. */
async function runKind({ operation, path, args, faults = [], options }: Kind, onError: OnError) {
	await built.deployment.reset();
	for (const fault of faults) await built.deployment.addFault(fault);
	const items = [GOOD[operation], { path, args }, GOOD[operation]];
	return await built.run({
		parameters: calling(operation, '={{ $json.path }}', '={{ $json.args }}', {
			maxRetries: 0,
			...options,
		}),
		input: items.map((item, order) => ({ ...item, order })) as IDataObject[],
		settings: { onError },
	});
}

type OnError = 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';

describe.each(KINDS)('$what', (kind) => {
	const message = expect.stringMatching(kind.message);
	const details = expect.objectContaining({ operation: kind.operation, ...kind.details });

	it('stops the workflow', async () => {
		const { stoppedBy, success } = await runKind(kind, 'stopWorkflow');
		expect(success).toEqual([]);
		expect(stoppedBy).toMatchObject({ message, context: { itemIndex: 1, data: details } });
		expect(stoppedBy?.description).toMatch(/\.$/);
	});

	it('leaves by the one output, in its place', async () => {
		const { success, stoppedBy } = await runKind(kind, 'continueRegularOutput');
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
		expect(success[1]?.json).toEqual({ error: message, details });
		for (const item of success) expect(Reflect.ownKeys(item)).not.toContain('error');
	});

	it('leaves by the error output, with the fields of the input item', async () => {
		const { success, error, stoppedBy } = await runKind(kind, 'continueErrorOutput');
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		const { path, args } = kind;
		expect(error.map(({ json }) => json)).toEqual([
			{ path, args, order: 1, error: message, details },
		]);
	});
});

describe('a deployment that cannot be reached', () => {
	const servers: TestServer[] = [];
	afterAll(async () => void (await Promise.all(servers.map(async ({ stop }) => await stop()))));

	const urlOf = (server: TestServer) => {
		servers.push(server);
		return server.url;
	};

	it.each<[what: string, url: () => Promise<string>, details: IDataObject, message: RegExp]>([
		[
			'because nothing listens',
			unusedUrl,
			{ code: 'ECONNREFUSED', outcome: 'notExecuted', retryable: true },
			/connection was refused$/,
		],
		[
			'because its host does not exist',
			async () => 'http://nowhere.invalid',
			{ outcome: 'notExecuted' },
			/host name/,
		],
		[
			'because its certificate is not trusted',
			async () => urlOf(await startUntrustedServer()),
			{ outcome: 'notExecuted', retryable: false },
			/certificate is not trusted/,
		],
		[
			'because it speaks no TLS',
			async () =>
				urlOf(await startHttpServer((_request, response) => response.end())).replace(
					'http',
					'https',
				),
			{ outcome: 'notExecuted', retryable: false },
			/No secure connection/,
		],
	])('%s, fails every item and says why', async (_what, url, details, message) => {
		const { error, success } = await built.run({
			credential: { ...built.credential, deploymentUrl: await url() },
			parameters: calling('mutation', 'counters:increment', { name: 'a' }, { maxRetries: 0 }),
			input: [{ order: 0 }, { order: 1 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toEqual([]);
		expect(error.map(({ json }) => json)).toEqual(
			[0, 1].map((order) => ({
				order,
				error: expect.stringMatching(message),
				details: expect.objectContaining({ kind: 'network', ...details }),
			})),
		);
	});
});

describe('an item on the error branch', () => {
	const failing = calling('query', 'failures:throwError', {}, { maxRetries: 0 });
	const settings = { onError: 'continueErrorOutput' } as const;

	it('keeps in its details what `error` and `details` replace', async () => {
		const { error } = await built.run({
			parameters: failing,
			input: [{ error: 'mine', details: { of: 'me' }, other: 1 }, { details: 0 }, { other: 2 }],
			settings,
		});
		expect(error.map(({ json }) => (json.details as IDataObject).inputFields)).toEqual([
			{ error: 'mine', details: { of: 'me' } },
			{ details: 0 },
			undefined,
		]);
		for (const { json } of error) expect(json.error).toMatch(/boom/);
		expect(Object.keys(error[0]?.json ?? {}).sort()).toEqual(['details', 'error', 'other']);
	});

	it('keeps its files', async () => {
		const binary = { photo: { data: 'AQI=', mimeType: 'image/png', fileName: 'a.png' } };
		const { error } = await built.run({
			parameters: failing,
			input: [{ json: { order: 7 }, binary }],
			settings,
		});
		expect(error[0]?.binary?.photo).toMatchObject(binary.photo);
	});

	it('keeps its own fields, and no failure before, where it failed again and again', async () => {
		let input: IDataObject[] = [{ error: 'mine', details: { of: 'me' } }, { order: 7 }];
		for (let pass = 0; pass < 3; pass++) {
			const { error } = await built.run({ parameters: failing, input, settings });
			input = error.map(({ json }) => json);
		}
		const inputFields = input.map(({ details }) => (details as IDataObject).inputFields);
		expect(inputFields).toEqual([{ error: 'mine', details: { of: 'me' } }, undefined]);
	});

	it('is the same after it was saved, copied and read again', async () => {
		const { run, error } = await built.run({
			parameters: failing,
			input: [{ order: 7 }],
			settings,
		});
		const saved = outputsOf(JSON.parse(JSON.stringify(run)), 'Convex')[1];
		const [item] = outputsOf(run, 'Convex')[1] ?? [];
		expect(saved).toEqual([item]);
		expect(structuredClone(error)).toEqual(error);
		expect(Reflect.ownKeys(item ?? {})).not.toContain('error');
		expect(item?.json).toMatchObject({ order: 7, error: expect.stringMatching(/boom/) });
	});

	it('is paired with its input item, also for the nodes behind it', async () => {
		const behind = passThroughNode('behind');
		behind.execute = async function () {
			const orders = this.getInputData().map((_item, index) =>
				this.evaluateExpression("{{ $('Start').item.json.order }}", index),
			);
			return [[{ json: { orders } }]];
		};
		const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];
		const { run } = await runWorkflow(
			{
				nodeTypes: {
					'test.start': passThroughNode('start'),
					'test.behind': behind,
					'n8n-nodes-convex.convex': built.nodeType(),
				},
				credentialTypes: { convexApi: built.credentialType() },
				credentials: { convexApi: built.credential },
			},
			{
				name: 'pairing',
				nodes: [
					nodeAt('Start', 'test.start'),
					nodeAt('Convex', 'n8n-nodes-convex.convex', {
						parameters: calling('query', '={{ $json.path }}', {}, { maxRetries: 0 }),
						credentials: { convexApi: { id: '1', name: 'Convex' } },
						...settings,
					}),
					nodeAt('Behind', 'test.behind'),
				],
				connections: {
					Start: { main: [to('Convex')] },
					Convex: { main: [[], to('Behind')] },
				},
				pinData: {
					Start: [
						{ json: { order: 1, path: 'failures:throwError' } },
						{ json: { order: 2, path: 'version' } },
						{ json: { order: 3, path: 'failures:throwError' } },
					],
				},
			},
		);
		expect(outputsOf(run, 'Behind')[0]?.[0]?.json).toEqual({ orders: [1, 3] });
	});

	it('keeps its details where no node is in front', async () => {
		const { run } = await runWorkflow(
			{
				nodeTypes: { 'n8n-nodes-convex.convex': built.nodeType() },
				credentialTypes: { convexApi: built.credentialType() },
				credentials: { convexApi: built.credential },
			},
			{
				name: 'alone',
				nodes: [
					nodeAt('Convex', 'n8n-nodes-convex.convex', {
						parameters: failing,
						credentials: { convexApi: { id: '1', name: 'Convex' } },
						...settings,
					}),
				],
				connections: {},
			},
		);
		const [success, error] = outputsOf(run, 'Convex');
		const item = { error: expect.stringMatching(/boom/), details: expect.anything() };
		const [with_, without] = CAPABILITIES.knowsErrorItemsByJson
			? [error, success]
			: [success, error];
		expect(with_?.map(({ json }) => json)).toEqual([item]);
		expect(without ?? []).toEqual([]);
	});
});

describe('Retry On Fail', () => {
	const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
	const increment = calling('mutation', 'counters:increment', '={{ $json }}', { maxRetries: 0 });

	it.each([
		['stopWorkflow', 0],
		['stopWorkflow', 1],
		['continueErrorOutput', 0],
		['continueErrorOutput', 1],
		['continueRegularOutput', 1],
	] as const)('sends again only what did not run (%s, item %i)', async (onError, skip) => {
		await built.deployment.addFault({ kind: 'rejection', code: 'TooManyConcurrentRequests', skip });
		const { success, error } = await built.run({
			parameters: increment,
			input: [{ name: 'a' }, { name: 'b' }],
			settings: { ...retrying, onError },
		});
		expect(success.map(({ json }) => json.value)).toEqual([1, 1]);
		expect(error).toEqual([]);
		expect(await built.deployment.executions()).toEqual({ 'counters:increment': 2 });
	});

	it('gives all other items beside one that fails in every attempt', async () => {
		const fault = { kind: 'rejection', code: 'TooManyConcurrentRequests' } as const;
		await built.deployment.addFault({ ...fault, skip: 1, times: 9 });
		const { success, error, stoppedBy } = await built.run({
			parameters: increment,
			input: [{ name: 'a' }, { name: 'b' }],
			settings: { ...retrying, onError: 'continueErrorOutput' },
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => json.value)).toEqual([1]);
		expect(error.map(({ json }) => json.name)).toEqual(['b']);
		expect((await built.deployment.requestStats()).requests).toBe(4);
	});

	it('never sends a mutation again whose answer was lost', async () => {
		await built.deployment.addFault({ kind: 'dropAfter' });
		const { error } = await built.run({
			parameters: increment,
			input: [{ name: 'a' }, { name: 'b' }],
			settings: { ...retrying, onError: 'continueErrorOutput' },
		});
		expect(error.map(({ json }) => json)).toEqual([
			{
				name: 'a',
				error: expect.any(String),
				details: expect.objectContaining({ outcome: 'unknown' }),
			},
		]);
		expect(await built.deployment.executions()).toEqual({ 'counters:increment': 2 });
	});
});
