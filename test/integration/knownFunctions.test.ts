import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import { SignatureCache } from '../../nodes/Convex/actions/calls/signatureCache';
import { ItemResults } from '../../nodes/Convex/actions/itemResults';
import { ConvexFailure, inputFailure } from '../../nodes/Convex/convex/failure';
import { parseFunctionPath } from '../../nodes/Convex/convex/functions/functionPath';
import { RetryPolicy } from '../../nodes/Convex/convex/failures/retryPolicy';
import { openCaller } from '../../nodes/Convex/transport/caller';
import { toFailure } from '../../nodes/Convex/transport/nodeError';
import { Retries } from '../../nodes/Convex/transport/retries';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { mapperValue } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import type { CredentialValues } from '../support/engine';
import { forMany } from '../support/manyItems';

const convex = useEmbeddedDeployment('deployKey');

let credential: CredentialValues;

beforeEach(async () => {
	// Lists of functions are cached by key.
	const token = await convex.deployment.createKey(['deployment:data:view']);
	credential = { ...convex.credential, token };
});

const mapped = (path: string, options: IDataObject = {}) =>
	({
		operation: 'mutation',
		functionPath: { __rl: true, mode: 'list', value: path },
		argumentsMode: 'mapping',
		mappedArguments: {
			mappingMode: 'defineBelow',
			value: { title: '={{ $json.title }}', priority: '={{ $json.priority }}' },
			matchingColumns: [],
			schema: [],
		},
		options,
	}) as ConvexRunOptions['parameters'];

const ITEMS = Array.from({ length: 20 }, (_, number) => ({ title: `task ${number}`, priority: 3 }));

async function run(path: string, input: IDataObject[] = ITEMS, options: IDataObject = {}) {
	const before = await specRequests();
	const { success, error } = await convex.run({
		credential,
		parameters: mapped(path, options),
		input,
		settings: { onError: 'continueErrorOutput' },
	});
	const errors = new Set(error.map(({ json }) => json.error));
	return { succeeded: success.length, errors, specRequests: (await specRequests()) - before };
}

/** Queries that are no batch are asked only for lists here. */
async function specRequests(): Promise<number> {
	const { endpoints } = await convex.deployment.requestStats();
	return endpoints['/api/query']?.requests ?? 0;
}

/** What the deployment says of its functions once, as if the newest had not been deployed yet. */
async function answerOnce(value: IDataObject[]): Promise<void> {
	const body = { status: 'success', value };
	await convex.deployment.addFault({ kind: 'answer', path: '/api/query', status: 200, body });
}

const withoutPriority = {
	identifier: 'tasks.js:create',
	functionType: 'Mutation',
	visibility: { kind: 'public' },
	args: { type: 'object', value: { title: { fieldType: { type: 'string' }, optional: false } } },
	returns: { type: 'any' },
};

const manyWithoutPriority = {
	...withoutPriority,
	identifier: 'tasks.js:createMany',
	args: {
		type: 'object',
		value: {
			tasks: { fieldType: { type: 'array', value: withoutPriority.args }, optional: false },
		},
	},
};

describe('what was deployed a moment ago', () => {
	it.each([
		['a function', []],
		['a function of another type', [{ ...withoutPriority, functionType: 'Query' }]],
		['an argument', [withoutPriority]],
	])('%s is known after one more look, for all items', async (_what, oldFunctions) => {
		await answerOnce(oldFunctions);
		// This run asked for the list itself, so it takes its word.
		expect(await run('tasks:create')).toMatchObject({ succeeded: 0, specRequests: 1 });
		// The next one finds that list in the cache.
		expect(await run('tasks:create')).toMatchObject({
			succeeded: 20,
			errors: new Set(),
			specRequests: 1,
		});
	});

	it.each([
		['each item', mapped('tasks:create'), withoutPriority],
		[
			'many items at once',
			forMany({ path: 'tasks:createMany', listArgument: 'tasks' }),
			manyWithoutPriority,
		],
	])(
		'an argument is not left out by Map Automatically: %s',
		async (_what, parameters, oldFunction) => {
			const mappedArguments = mapperValue(null, 'autoMapInputData');
			const run = async () => {
				const before = await specRequests();
				await convex.run({
					credential,
					parameters: { ...parameters, argumentsMode: 'mapping', mappedArguments },
					input: [
						{ title: 'a', priority: 3, ofNoInterest: 1 },
						{ title: 'b', priority: 3 },
					],
				});
				expect((await specRequests()) - before).toBe(1);
				const { success } = await convex.run({ parameters: calling('query', 'tasks:list') });
				return success.map(({ json }) => json.value).flat();
			};
			await answerOnce([oldFunction]);
			// This run asked for the list itself, so it takes its word.
			expect(await run()).toMatchObject([{ title: 'a' }, { title: 'b' }]);
			// The next one finds that list in the cache.
			expect((await run()).slice(2)).toMatchObject([{ priority: 3 }, { priority: 3 }]);
		},
	);

	it('is looked for once in a run, not for each item that is refused', async () => {
		expect(await run('tasks:create')).toMatchObject({ succeeded: 20, specRequests: 1 });
		const wrong = ITEMS.map((item) => ({ ...item, priority: 'high' }));
		expect(await run('tasks:create', wrong)).toMatchObject({ succeeded: 0, specRequests: 1 });
		expect(await run('tasks:nothing')).toMatchObject({ succeeded: 0, specRequests: 1 });
	});

	it('does not hide why an item is refused when the deployment cannot be asked', async () => {
		await convex.form(mapped('tasks:create'), credential).getArguments();
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query',
			status: 403,
			body: '<html>',
			times: 100,
		});
		const wrong = ITEMS.map((item) => ({ ...item, priority: 'high' }));
		const { errors, specRequests: requests } = await run('tasks:create', wrong);
		expect(requests).toBe(1);
		expect([...errors].every((text) => /priority/.test(String(text)))).toBe(true);
	});
});

describe('a function that is gone', () => {
	it('is looked for once, also in a component that is gone', async () => {
		const { specRequests: requests, errors } = await run('marks:add', ITEMS, {
			componentPath: 'nowhere',
		});
		expect(requests).toBe(1);
		expect(errors.size).toBe(20);
		expect([...errors][0]).toMatch(/^The deployment has no component 'nowhere'/);
	});

	it('is looked up once for all items', async () => {
		const failures = new Set<unknown>();
		const node = new Convex();
		node.execute = async function () {
			const retries = new Retries(new RetryPolicy(0), new AbortController().signal);
			const caller = await openCaller(this);
			const functions = new SignatureCache(this, () => retries);
			const functionPath = parseFunctionPath('tasks:creat');
			const target = { operation: 'mutation' as const, functionPath, componentPath: undefined };
			for (let item = 0; item < 3; item++) {
				await functions
					.signature(caller, target, 30_000)
					.catch((thrown: unknown) => failures.add(thrown));
			}
			return [[]];
		};
		await convex.run({ credential, parameters: mapped('tasks:creat'), nodeType: node });
		expect([...failures].map((failure) => toFailure(failure).message)).toEqual([
			"The deployment has no function 'tasks:creat'",
		]);
	});
});

describe('a reason to fail that all items share', () => {
	/** Counts how often an item was given it. */
	class CountedFailure extends ConvexFailure {
		count = 0;

		override ofCall(names: Parameters<ConvexFailure['ofCall']>[0]): ConvexFailure {
			this.count += 1;
			return super.ofCall(names);
		}
	}

	async function failAll(onError?: 'continueRegularOutput') {
		const failure = new CountedFailure('The token is empty', 'Fill it in.', {
			kind: 'deployment',
			outcome: 'notExecuted',
		});
		const node = new Convex();
		node.execute = async function (): Promise<INodeExecutionData[][]> {
			const items = new ItemResults(this, 'function', 'mutation');
			items.failRemaining(failure);
			return [items.output()];
		};
		const { success, stoppedBy } = await convex.run({
			credential,
			parameters: mapped('tasks:create'),
			input: ITEMS,
			nodeType: node,
			...(onError && { settings: { onError } }),
		});
		return { count: failure.count, items: success.length, message: stoppedBy?.message };
	}

	it('is the error of each item when the node continues, and made once', async () => {
		expect(await failAll('continueRegularOutput')).toEqual({
			count: 1,
			items: 20,
			message: undefined,
		});
	});

	it('is made into one error when the node stops', async () => {
		expect(await failAll()).toEqual({ count: 1, items: 0, message: 'The token is empty' });
	});

	it('leaves open what became of an item that was in flight', async () => {
		const node = new Convex();
		node.execute = async function (): Promise<INodeExecutionData[][]> {
			const items = new ItemResults(this, 'function', 'mutation');
			items.next();
			items.failRemaining(inputFailure('It broke', 'Fix it.'));
			return [items.output()];
		};
		const { success } = await convex.run({
			credential,
			parameters: mapped('tasks:create'),
			input: ITEMS.slice(0, 2),
			nodeType: node,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(success.map(({ json }) => json)).toEqual([
			{
				error: expect.stringMatching(/^It broke\. The function may have run: do not call it again/),
				details: expect.objectContaining({ kind: 'input', outcome: 'unknown' }),
			},
			{
				error: 'It broke',
				details: expect.objectContaining({ kind: 'input', outcome: 'notExecuted' }),
			},
		]);
	});
});
