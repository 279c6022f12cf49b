import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference, type UserIdentity } from 'convex/server';
import { ConvexError, type Value } from 'convex/values';
import type { TestDeployment } from '../../emulator/client';
import { calling, runConvex, type ConvexRunOptions } from '../support/convexNode';
import { deploymentUnderTest } from '../support/deploymentUnderTest';

/**
 * What a Convex deployment does, seen by the official client and by the node. Runs against the
 * embedded deployment, and against a real one that serves examples/convex when CONVEX_URL and
 * CONVEX_DEPLOY_KEY are set. So it relies on nothing but what it does itself.
 */
let deployment: TestDeployment;
let client: ConvexHttpClient;
let credential: ConvexRunOptions['credential'];

/** Methods of the official client that its types leave out; the CLI uses them. */
interface AdminClient {
	setAdminAuth: (key: string, identity?: Partial<UserIdentity>) => void;
	function: (
		reference: unknown,
		componentPath: string | undefined,
		args: unknown,
	) => Promise<Value>;
}

beforeAll(async () => {
	deployment = await deploymentUnderTest();
	credential = {
		deploymentUrl: deployment.url,
		authentication: 'deployKey',
		token: deployment.deployKey,
	};
});

afterAll(async () => await deployment.stop());

beforeEach(() => {
	client = new ConvexHttpClient(deployment.url, { logger: false });
});

const query = makeFunctionReference<'query'>;
const mutation = makeFunctionReference<'mutation'>;
const action = makeFunctionReference<'action'>;
const asAdmin = () => client as unknown as AdminClient;
const unique = (name: string) => `${name} ${Date.now()} ${Math.random()}`;

async function failureOf(call: Promise<unknown>): Promise<Error> {
	const outcome = await call.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (outcome instanceof Error) return outcome;
	throw new Error('the call succeeded');
}

const everyValue: Array<[string, Value]> = [
	['null', null],
	['true', true],
	['a float', 1.5],
	['a whole float', 3],
	['a large float', 1e21],
	['negative zero', -0],
	['NaN', Number.NaN],
	['infinity', Number.POSITIVE_INFINITY],
	['negative infinity', Number.NEGATIVE_INFINITY],
	['the smallest int64', -(2n ** 63n)],
	['the largest int64', 2n ** 63n - 1n],
	['text', 'ä \u0000 😀'],
	['bytes', new Uint8Array([0, 127, 128, 255]).buffer],
	['no bytes', new ArrayBuffer(0)],
	['an array', [1, [2n, 'x'], null]],
	['an object', { a: { b: [] }, c: 1n }],
];

describe('the official client', () => {
	it.each(everyValue)('gets back %s as it was sent', async (_name, value) => {
		expect(await client.query(query('values:echo'), { value })).toStrictEqual(value);
		expect(await client.mutation(mutation('values:echoMutation'), { value })).toStrictEqual(value);
	});

	it('passes every kind of validator', async () => {
		const args = {
			text: 'x',
			number: 1,
			flag: false,
			big: 1n,
			bytes: new ArrayBuffer(2),
			nothing: null,
			list: ['a'],
			object: { inner: 1 },
			record: { any: 1, key: 2 },
			literal: 3n,
		};
		expect(await client.query(query('values:typed'), args)).toStrictEqual(args);
	});

	it('creates, changes and reads documents', async () => {
		const title = unique('task');
		const id: unknown = await client.mutation(mutation('tasks:create'), { title, priority: 1 });
		await client.mutation(mutation('tasks:complete'), { id });
		expect(await client.query(query('tasks:get'), { id })).toMatchObject({
			_id: id,
			_creationTime: expect.any(Number),
			title,
			status: 'done',
			priority: 1,
		});
	});

	it('pages through a query to its end', async () => {
		for (let count = 0; count < 3; count++) {
			await client.mutation(mutation('tasks:create'), { title: unique('page') });
		}
		const ids = new Set<string>();
		let cursor: string | null = null;
		let isDone = false;
		while (!isDone) {
			const paginationOpts = { numItems: 2, cursor };
			const result: { page: Array<{ _id: string }>; isDone: boolean; continueCursor: string } =
				await client.query(query('tasks:page'), { paginationOpts });
			for (const { _id } of result.page) ids.add(_id);
			cursor = result.continueCursor;
			isDone = result.isDone;
		}
		expect(ids.size).toBeGreaterThanOrEqual(3);
	});

	it('runs an action that calls a query and a mutation', async () => {
		const heading = unique('report');
		const text: unknown = await client.action(action('admin/reports:summarize'), { heading });
		expect(text).toMatch(new RegExp(`^${heading}: \\d+ open, \\d+ done$`));
		expect(await client.query(query('admin/reports:latest'), {})).toMatchObject({ text });
	});

	it('finds default exports, subfolders and paths with an extension', async () => {
		expect(await client.query(query('version'), {})).toBe('1.0');
		expect(await client.query(query('version:default'), {})).toBe('1.0');
		expect(await client.query(query('version.js:default'), {})).toBe('1.0');
	});

	it('gets a ConvexError with its data', async () => {
		const data = { code: 'X', big: 3n };
		const error = await failureOf(client.query(query('failures:throwConvexError'), { data }));
		expect(error).toBeInstanceOf(ConvexError);
		expect(error).toMatchObject({ data });
	});

	it.each([
		['a thrown error', 'failures:throwError', {}, /Uncaught Error: boom/],
		['a missing function', 'tasks:nope', {}, /Could not find public function for 'tasks:nope'\./],
		[
			'an internal function',
			'jobs:status',
			{},
			/Could not find public function for 'jobs:status'\./,
		],
		[
			'a missing argument',
			'values:describe',
			{},
			/ArgumentValidationError: Object is missing the required field `value`/,
		],
		[
			'an extra argument',
			'version',
			{ x: 1 },
			/ArgumentValidationError: Object contains extra field `x` that is not in the validator/,
		],
		[
			'a wrong type',
			'tasks:create',
			{ title: 't' },
			/Trying to execute tasks\.js:create as Query, but it is defined as Mutation\./,
		],
	])('gets the error of %s', async (_what, path, args, text) => {
		const error = await failureOf(client.query(query(path), args));
		expect(error.message).toMatch(/^\[Request ID: \w+\] Server Error/);
		expect(error.message).toMatch(text);
	});

	it('finds nothing written by a mutation that threw or whose result was refused', async () => {
		const name = unique('rolled back');
		await failureOf(client.mutation(mutation('failures:writeThenThrow'), { name }));
		await failureOf(client.mutation(mutation('failures:badReturn'), { name }));
		expect(await client.query(query('counters:get'), { name })).toBe(0);
	});

	it('runs parallel mutations one after another', async () => {
		const name = unique('parallel');
		const increments = Array.from({ length: 20 }, async () =>
			client.mutation(mutation('counters:increment'), { name }, { skipQueue: true }),
		);
		const counts = await Promise.all(increments);
		expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
	});

	it('reads consistently at one timestamp', async () => {
		expect(await client.consistentQuery(query('version'), {})).toBe('1.0');
	});
});

describe('the official client with a deploy key', () => {
	it('runs internal functions and functions of any type', async () => {
		asAdmin().setAdminAuth(deployment.deployKey);
		expect(await client.query(query('jobs:status'), {})).toBe('idle');
		expect(await asAdmin().function(query('jobs:status'), undefined, {})).toBe('idle');
		expect(await asAdmin().function(action('jobs:runAll'), undefined, {})).toBe('ticked');
	});

	it('acts as a user', async () => {
		const identity = { tokenIdentifier: 'test|ä', subject: 'ä', issuer: 'test', name: 'Ada' };
		asAdmin().setAdminAuth(deployment.deployKey, identity);
		expect(await client.query(query('users:whoami'), {})).toMatchObject(identity);
	});

	it('is refused with a wrong key', async () => {
		asAdmin().setAdminAuth('wrong|key');
		const error = await failureOf(client.query(query('version'), {}));
		expect(JSON.parse(error.message)).toMatchObject({ code: 'BadAdminKey' });
	});

	it('needs the key for functions of any type', async () => {
		const error = await failureOf(asAdmin().function(query('version'), undefined, {}));
		expect(JSON.parse(error.message)).toMatchObject({ code: 'BadDeployKey' });
	});
});

describe('the node', () => {
	const run = async (operation: string, path: string, args: unknown) => {
		const { success, error, stoppedBy } = await runConvex({
			credential,
			parameters: calling(operation, path, args as Record<string, unknown>),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(stoppedBy).toBeUndefined();
		return { value: success[0]?.json.value, failure: error[0]?.json };
	};

	it('runs a query, a mutation, an action and a function by path', async () => {
		const name = unique('node');
		expect(await run('mutation', 'counters:increment', { name })).toMatchObject({ value: 1 });
		expect(await run('run', 'counters:increment', { name })).toMatchObject({ value: 2 });
		expect(await run('query', 'counters:get', { name })).toMatchObject({ value: 2 });
		expect(await run('action', 'counters:wait', { ms: 1 })).toMatchObject({ value: 1 });
		expect(await run('run', 'version', {})).toMatchObject({ value: '1.0' });
		expect(await run('mutation', 'internal.jobs.tick', { name })).toMatchObject({
			value: 'ticked',
		});
	});

	it.each([
		['query', 'failures:throwError', {}, 'function', 'failed'],
		['query', 'failures:throwConvexError', { data: 1 }, 'application', 'failed'],
		['query', 'tasks:nope', {}, 'function', 'notExecuted'],
		['run', 'tasks:nope', {}, 'function', 'notExecuted'],
		['query', 'tasks:create', { title: 't' }, 'function', 'notExecuted'],
		['mutation', 'tasks:create', { title: 1 }, 'function', 'notExecuted'],
		['mutation', 'failures:badReturn', { name: 'n' }, 'function', 'failed'],
	])('%s %s %j fails as it should', async (operation, path, args, kind, outcome) => {
		const { failure } = await run(operation, path, args);
		expect(failure).toMatchObject({ details: { kind, outcome } });
	});
});
