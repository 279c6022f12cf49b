import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { userOf } from '../support/convexNode';
import { useTriggers } from '../support/triggersOfTest';
import { until } from '../support/waiting';
import { waitingFor, waitingForBoard, whereField } from '../support/waitingForResults';

const convex = useTriggers('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const detailsOf = ({ json }: INodeExecutionData) => json.details as IDataObject;

const watched = async (count: number) =>
	await until(async () => (await convex.deployment.syncStats()).subscriptions === count, watched);

/** What JavaScript makes of 1234567890123456789 in JSON. */
const ROUNDED_ID = 1234567890123456768n;

/** For a first result, on a busy machine too. */
const LONG_ENOUGH_MS = 3_000;

/** Resolves when the deployment has run a query that is watched. */
const untilRun = async (path: string) => {
	await watched(1);
	await until(async () => (await convex.deployment.executions())[path] !== undefined, untilRun);
};

describe('a wait whose time is over', () => {
	const tooLong = (options: object = {}) =>
		waitingForBoard(whereField('status', 'equals', 'done'), {
			timeout: LONG_ENOUGH_MS,
			...options,
		} as never);

	it('fails with the last result, on the error branch with the fields of the item', async () => {
		await convex.put({ status: 'running' });
		const { success, error } = await convex.run({
			parameters: tooLong(),
			input: [{ order: 7 }],
			settings: continuing,
		});
		expect(success).toEqual([]);
		expect(error.map(({ json }) => json)).toEqual([
			{
				order: 7,
				error: '\'status\' was still "running" after 3 seconds',
				details: {
					functionPath: 'boards:read',
					operation: 'waitForResult',
					kind: 'timeout',
					reason: 'timedOut',
					retryable: true,
					outcome: 'failed',
					lastValue: { status: 'running' },
					hint: expect.stringMatching(/^Raise 'Timeout' in the node's options/),
				},
			},
		]);
		await convex.socketsClosed();
	});

	it('stops the workflow unless the node continues', async () => {
		const { stoppedBy } = await convex.run({ parameters: tooLong() });
		expect(stoppedBy?.name).toBe('NodeApiError');
		expect(stoppedBy?.message).toBe("'status' was still not in the result after 3 seconds");
		expect(stoppedBy?.context.data).toMatchObject({ kind: 'timeout', lastValue: null });
		expect(stoppedBy?.context.itemIndex).toBe(0);
	});

	it('is an item in the one output of a node that continues', async () => {
		const { success } = await convex.run({
			parameters: tooLong(),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(success.map(({ json }) => Object.keys(json))).toEqual([['error', 'details']]);
	});

	it('leaves the other items alone', async () => {
		await convex.mutate('boards:put', { name: 'b', value: { status: 'done' } });
		const { success, error } = await convex.run({
			parameters: {
				...tooLong(),
				argumentsJson: '={{ { name: $json.name } }}',
			},
			input: [{ name: 'a' }, { name: 'b' }],
			settings: continuing,
		});
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }]);
		expect(error.map(({ json }) => json.name)).toEqual(['a']);
	});

	it('has the last result in the format of the item, and no more of it than an error bears', async () => {
		await convex.put({ big: 5n });
		const encoded = await convex.run({
			parameters: tooLong({ valueFormat: 'encoded' }),
			settings: continuing,
		});
		expect(encoded.error.map((item) => detailsOf(item).lastValue)).toEqual([
			{ big: { $integer: 'BQAAAAAAAAA=' } },
		]);
		await convex.put('x'.repeat(500_000));
		const { error } = await convex.run({ parameters: tooLong(), settings: continuing });
		expect(String(error.map((item) => detailsOf(item).lastValue)).length).toBeLessThan(20_000);
	});

	it('is waited for again by Retry On Fail, which changes nothing', async () => {
		const running = convex.run({
			parameters: waitingForBoard({}, { timeout: LONG_ENOUGH_MS }),
			settings: { retryOnFail: true, maxTries: 5, waitBetweenTries: 1 },
		});
		await until(async () => ((await convex.deployment.executions())['boards:read'] ?? 0) > 1);
		await convex.put('there');
		expect((await running).success.map(({ json }) => json.value)).toEqual(['there']);
	});

	it('shows no secret that the result quotes', async () => {
		const { deployKey } = convex.deployment;
		await convex.put({ status: deployKey });
		const { error } = await convex.run({ parameters: tooLong(), settings: continuing });
		expect(JSON.stringify(error)).toContain('[redacted]');
		expect(JSON.stringify(error)).not.toContain(deployKey.slice(deployKey.indexOf('|') + 1));
	});
});

describe('a query that fails while it is waited for', () => {
	it('fails the item with its own text, data and log lines', async () => {
		const running = convex.run({
			parameters: waitingFor(
				'failures:throwWhenOdd',
				{ name: 'a' },
				whereField('', 'equals', '100'),
			),
			settings: continuing,
		});
		await watched(1);
		await convex.increment();
		const { error } = await running;
		expect(error.map(({ json }) => json)).toEqual([
			{
				error: expect.stringMatching(/^Uncaught ConvexError: \{.*"ODD"/),
				details: expect.objectContaining({
					functionPath: 'failures:throwWhenOdd',
					operation: 'waitForResult',
					kind: 'application',
					errorData: { code: 'ODD', count: 1 },
					lastValue: 0,
				}),
			},
		]);
		await convex.socketsClosed();
	});

	it('has the data of its error in the format of the item', async () => {
		const parameters = (valueFormat: string) =>
			waitingFor(
				'failures:throwConvexError',
				{ data: { $integer: 'BQAAAAAAAAA=' } },
				{},
				{ valueFormat },
			);
		for (const [format, data] of [
			['json', '5'],
			['encoded', { $integer: 'BQAAAAAAAAA=' }],
		] as const) {
			const { stoppedBy } = await convex.run({ parameters: parameters(format) });
			expect(stoppedBy?.context.data).toMatchObject({ errorData: data });
		}
	});

	it('because the cursor of its page does not fit any more is watched anew, as a first page', async () => {
		await convex.mutate('documents:fill', { group: 'one', count: 3 });
		await convex.mutate('documents:fill', { group: 'two', count: 3 });
		await convex.put('one');
		const running = convex.run({
			parameters: waitingFor(
				'pages:ofChosenGroup',
				{ board: 'a', paginationOpts: { numItems: 1, cursor: null } },
				{ waitUntil: 'changed' },
			),
		});
		await untilRun('pages:ofChosenGroup');
		await convex.put('two');
		expect((await running).success[0]?.json.value).toMatchObject({
			page: [{ group: 'two', number: 1 }],
		});
	});

	it('because of its cursor again and again fails the item', async () => {
		const running = convex.run({
			parameters: waitingFor('pages:readChosenCursor', { board: 'a' }),
		});
		await untilRun('pages:readChosenCursor');
		await convex.put('invalid');
		const { stoppedBy } = await running;
		expect(stoppedBy?.message).toContain('InvalidCursor');
		expect(await convex.deployment.executions()).toMatchObject({ 'pages:readChosenCursor': 3 });
	});

	it('because the deployment is paused says so', async () => {
		const running = convex.run({ parameters: waitingForBoard() });
		await watched(1);
		await convex.deployment.setPaused(true);
		expect((await running).stoppedBy?.message).toMatch(
			/^Cannot run functions while this deployment/,
		);
		await convex.deployment.setPaused(false);
	});

	it('because it is given a list, of which no element is named, says so', async () => {
		await convex.put([{ status: 'done' }]);
		const { stoppedBy } = await convex.run({
			parameters: waitingForBoard(whereField('status', 'equals', 'done')),
		});
		expect(stoppedBy?.message).toBe("'Field' is 'status', but the result is a list [item 0]");
	});

	it.each([
		['equals', ROUNDED_ID, '1234567890123456789', "'Value' is"],
		['notEquals', ROUNDED_ID, '1234567890123456789', "'Value' is"],
		['greaterThanOrEqual', ROUNDED_ID, '1234567890123456789', "'Value' is"],
		['oneOf', ROUNDED_ID, '[1, 1234567890123456789]', "'Values': '[1]' is"],
		['equals', { ids: [ROUNDED_ID] }, '{ "ids": [1234567890123456789] }', "'Value': 'ids[0]' is"],
	])(
		'because an int64 is compared with a number that has lost digits says so: %s',
		async (comparison, stored, expected, place) => {
			await convex.put({ a: stored });
			const { stoppedBy } = await convex.run({
				parameters: waitingForBoard(whereField('a', comparison, '={{ $json.expected }}')),
				input: [JSON.parse(`{ "expected": ${expected} }`)],
			});
			expect(stoppedBy?.message).toBe(
				`${place} a number beyond 2^53, which has already lost digits [item 0]`,
			);
			expect(stoppedBy?.description).toBe('Pass it as text, e.g. "9007199254740993".');
		},
	);
});

describe('what cannot be waited for', () => {
	const requests = async () => (await convex.deployment.requestStats()).requests;

	it.each([
		['a negative time limit', waitingForBoard({}, { timeout: -1 }), "The option 'Timeout' is not"],
		['no number', waitingForBoard({}, { timeout: 'soon' }), "The option 'Timeout' is not"],
		['an endless one', waitingForBoard({}, { timeout: '={{ 1e309 }}' }), "'Timeout' is not"],
		['no value', waitingForBoard(whereField('a', 'equals')), "'Value' is empty"],
		[
			'nothing',
			waitingForBoard(whereField('a', 'equals', '={{ $json.missing }}')),
			"'Value' is empty",
		],
		['no values', waitingForBoard(whereField('a', 'oneOf', ' , ')), "'Values' is empty"],
		['an empty list', waitingForBoard(whereField('a', 'oneOf', '={{ [] }}')), "'Values' is empty"],
		[
			'broken JSON',
			waitingForBoard(whereField('a', 'oneOf', '["a"')),
			"'Values' is not valid JSON",
		],
		[
			'an order of objects',
			waitingForBoard(whereField('a', 'greaterThan', '={{ { a: 1 } }}')),
			"'Value' is an object",
		],
		['no path', waitingForBoard(whereField('a..b', 'exists')), "'Field' is 'a..b'"],
		[
			'a field that an expression leaves empty',
			waitingForBoard(whereField('={{ $json.missing ?? "" }}', 'exists')),
			"'Field' is empty: its expression gives nothing",
		],
		['too many', waitingForBoard({}, { concurrency: 101 }), "The option 'Concurrency' is not"],
		[
			'a field that no live connection carries',
			waitingFor('values:echo', '{ "value": { "__proto__": 1 } }'),
			"The arguments have a field called '__proto__'",
		],
	])('is refused by its name before anything is sent: %s', async (_what, parameters, message) => {
		const { stoppedBy } = await convex.run({ parameters });
		expect(stoppedBy?.message).toContain(message);
		expect(stoppedBy?.name).toBe('NodeOperationError');
		expect(await requests()).toBe(0);
	});

	it('is a mutation, refused before a connection is opened', async () => {
		const { stoppedBy } = await convex.run({
			parameters: waitingFor('counters:increment', { name: 'a' }),
		});
		expect(stoppedBy?.message).toBe(
			"'Function': 'counters:increment' is a mutation, not a query [item 0]",
		);
		expect(stoppedBy?.description).toMatch(/Choose a query in 'Function'/);
		expect((await convex.deployment.syncStats()).closeCodes).toEqual({});
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('is a mutation also for callers to whom the deployment does not tell its functions', async () => {
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, authentication: 'none' },
			parameters: waitingFor('counters:increment', { name: 'a' }),
		});
		expect(stoppedBy?.message).toMatch(/^Trying to execute counters.*defined as Mutation/);
		expect(stoppedBy?.description).toMatch(/Choose a query in 'Function'/);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('is a function that is not there, whose name is nearly that of another', async () => {
		const { stoppedBy } = await convex.run({ parameters: waitingFor('boards:reed', {}) });
		expect(stoppedBy?.message).toMatch(/has no function 'boards:reed'/);
		expect(stoppedBy?.description).toMatch(/Did you mean 'boards:read'\?/);
	});

	it('as a user without a deploy key, or of a wrong key, is told of', async () => {
		const user = userOf('{ "issuer": "https://issuer.test", "subject": "ada" }');
		const withoutKey = await convex.run({
			credential: { ...convex.credential, authentication: 'none' },
			parameters: waitingFor('users:whoami', {}, {}, { actAsUser: user }),
		});
		expect(withoutKey.stoppedBy?.message).toMatch(/^The option 'Act as User' needs a deploy key/);
		const wrong = await convex.run({
			credential: { ...convex.credential, token: 'local-deployment|0123456789abcdef' },
			parameters: waitingForBoard(),
		});
		expect(wrong.stoppedBy?.message).toMatch(/admin key/);
		await convex.socketsClosed();
	});
});
