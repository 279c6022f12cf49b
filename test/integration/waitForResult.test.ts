import type { INodeExecutionData } from 'n8n-workflow';
import { calling, userOf } from '../support/convexNode';
import { useTriggers } from '../support/triggersOfTest';
import { until } from '../support/waiting';
import { waitingFor, waitingForBoard, whereField } from '../support/waitingForResults';

const convex = useTriggers('deployKey');

const LONG_NUMBERS = '{ "ids": [9007199254740993, -9223372036854775808] }';

const valuesOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.value);

/** Resolves when so many queries are watched. */
const watched = async (count: number) =>
	await until(async () => (await convex.deployment.syncStats()).subscriptions === count, watched);

describe('a wait for a result', () => {
	it('ends with one that is there already', async () => {
		await convex.put({ status: 'done' });
		const { success } = await convex.run({ parameters: waitingForBoard() });
		expect(success).toEqual([
			{
				json: { value: { status: 'done' }, logLines: [], waitedMs: expect.any(Number) },
				pairedItem: { item: 0 },
			},
		]);
		await convex.socketsClosed();
	});

	it('ends as soon as there is one', async () => {
		const running = convex.run({ parameters: waitingForBoard() });
		await watched(1);
		await convex.put([]);
		await convex.put([1]);
		expect(valuesOf((await running).success)).toEqual([[1]]);
		await convex.socketsClosed();
	});

	it('ends when it changes, and not before', async () => {
		await convex.put('same');
		const running = convex.run({ parameters: waitingForBoard({ waitUntil: 'changed' }) });
		await watched(1);
		await convex.put('same');
		await convex.put('other');
		expect(valuesOf((await running).success)).toEqual(['other']);
	});

	it('ends when a field of it is as wanted', async () => {
		await convex.put({ steps: [{ state: 'running' }] });
		const running = convex.run({
			parameters: waitingForBoard(whereField('steps[0].state', 'oneOf', 'done, failed')),
		});
		await watched(1);
		await convex.put({ steps: [{ state: 'paused' }] });
		await convex.put({ steps: [{ state: 'failed' }], note: 'last' });
		expect(valuesOf((await running).success)).toEqual([
			{ steps: [{ state: 'failed' }], note: 'last' },
		]);
	});

	it.each([
		['oneOf', '"failed", "done"'],
		['oneOf', '"failed, or not", "done"'],
		['oneOf', ' failed , done '],
		['equals', ' done '],
	])('takes what was typed as it is meant: %s %s', async (comparison, expected) => {
		await convex.put({ a: 'done' });
		const { success, stoppedBy } = await convex.run({
			parameters: waitingForBoard(whereField('a', comparison, expected), { timeout: 3_000 }),
		});
		expect([success.length, stoppedBy?.message]).toEqual([1, undefined]);
	});

	it('takes the blanks of what an expression gives as they are', async () => {
		await convex.put({ a: ' done ' });
		const { success } = await convex.run({
			parameters: waitingForBoard(whereField('a', 'equals', '={{ " done " }}')),
		});
		expect(success).toHaveLength(1);
	});

	it('takes what the item says, also as numbers, booleans, dates and lists', async () => {
		const date = '2026-01-31T12:00:00.000Z';
		const cases: Array<[field: object, comparison: string, expected: unknown]> = [
			[{ a: 5 }, 'equals', 5],
			[{ a: 5n }, 'equals', '5'],
			[{ a: true }, 'equals', true],
			[{ a: 'x' }, 'oneOf', ['x', 1]],
			[{ a: [1] }, 'equals', [1]],
			[{ a: Date.parse(date) }, 'equals', `={{ new Date("${date}") }}`],
			[{ a: 2n ** 60n }, 'greaterThan', '1152921504606846975'],
			// A number of Convex has lost the same digits; no int64 is as large as 1e19.
			[{ a: 2 ** 60 }, 'equals', 2 ** 60],
			[{ a: 2n ** 60n }, 'lessThan', 1e19],
			[{ a: Number.NaN }, 'equals', 'NaN'],
			[{ a: -0 }, 'equals', 0],
			[{ a: new Uint8Array([1, 2, 3]).buffer }, 'equals', 'AQID'],
			[{ a: null }, 'equals', 'null'],
			[{ a: { ids: [2n ** 53n + 1n, -(2n ** 63n)] } }, 'equals', LONG_NUMBERS],
			[{ a: { ids: [2n ** 53n, -(2n ** 63n)] } }, 'notEquals', LONG_NUMBERS],
			[{ a: [] }, 'notEquals', '["no JSON 9007199254740993'],
			[{ a: [1e22] }, 'notEquals', '[10000000000000000000001]'],
		];
		for (const [value, comparison, expected] of cases) {
			await convex.put(value as never);
			const isExpression = typeof expected === 'string' && expected.startsWith('=');
			const { success, stoppedBy } = await convex.run({
				parameters: waitingForBoard(
					whereField('a', comparison, isExpression ? expected : '={{ $json.expected }}'),
				),
				input: [{ expected: isExpression ? '' : (expected as never) }],
			});
			expect([expected, stoppedBy?.message, success.length]).toEqual([expected, undefined, 1]);
		}
	});

	it('gives the value alone, a list element by element', async () => {
		await convex.put([{ a: 1 }, 2]);
		const { success } = await convex.run({ parameters: waitingForBoard({ output: 'value' }) });
		expect(success.map(({ json }) => json)).toEqual([{ a: 1 }, { value: 2 }]);
	});

	it.each([
		['json', { big: '5', bytes: 'AQID' }],
		['encoded', { big: { $integer: 'BQAAAAAAAAA=' }, bytes: { $bytes: 'AQID' } }],
	])('gives values in the format %s', async (valueFormat, value) => {
		await convex.put({ big: 5n, bytes: new Uint8Array([1, 2, 3]).buffer });
		const { success } = await convex.run({ parameters: waitingForBoard({}, { valueFormat }) });
		expect(valuesOf(success)).toEqual([value]);
	});

	it('gives the log lines of the query', async () => {
		const { success } = await convex.run({
			parameters: waitingFor('logs:everyLevel', {}, whereField('', 'notEquals', 'nothing')),
		});
		expect(success[0]?.json.logLines).toContain("[LOG] 'plain' 42");
	});

	it('takes a field called error for no failure', async () => {
		await convex.put({ error: 'not a failure' });
		const { success } = await convex.run({
			parameters: waitingForBoard({ output: 'value' }),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map(({ json }) => json)).toEqual([{ value: { error: 'not a failure' } }]);
	});

	it('takes arguments from a form of the query', async () => {
		await convex.put('there');
		const { success } = await convex.run({
			parameters: {
				...waitingForBoard(),
				argumentsMode: 'mapping',
				mappedArguments: {
					mappingMode: 'defineBelow',
					value: { name: '={{ $json.board }}' },
				} as never,
			},
			input: [{ board: 'a' }],
		});
		expect(valuesOf(success)).toEqual(['there']);
	});

	it('is made as a user, or of a function of a component', async () => {
		const user = { issuer: 'https://issuer.test', subject: 'ada', name: 'Ada' };
		const asUser = await convex.run({
			parameters: waitingFor('users:whoami', {}, {}, { actAsUser: userOf(JSON.stringify(user)) }),
		});
		expect(asUser.success[0]?.json.value).toMatchObject({ subject: 'ada' });
		await convex.run({
			parameters: calling('mutation', 'marks:add', { label: 'a' }, { componentPath: 'tally' }),
		});
		const ofComponent = await convex.run({
			parameters: waitingFor('marks:count', {}, whereField('', 'equals', '1'), {
				componentPath: 'tally',
			}),
		});
		expect(valuesOf(ofComponent.success)).toEqual([1]);
	});
});

describe('items that wait', () => {
	const waitingForEach = (condition: object = {}, options: object = {}) =>
		waitingFor('boards:read', '={{ { name: $json.name } }}', condition as never, options as never);

	const named = (count: number) =>
		Array.from({ length: count }, (_, index) => ({ name: `board ${index}` }));

	it('do so over one connection, and those for the same query share it', async () => {
		const input = [...named(3), ...named(3)];
		const running = convex.run({ parameters: waitingForEach(), input });
		await watched(3);
		expect((await convex.deployment.syncStats()).sockets).toBe(1);
		for (const { name } of named(3)) await convex.mutate('boards:put', { name, value: name });
		expect(valuesOf((await running).success)).toEqual(input.map(({ name }) => name));
		await convex.socketsClosed();
		const { closeCodes } = await convex.deployment.syncStats();
		expect(Object.values(closeCodes)).toEqual([1]);
	});

	it('are at most as many at once as Concurrency says', async () => {
		const running = convex.run({
			parameters: waitingForEach({}, { concurrency: 2 }),
			input: named(5),
		});
		await watched(2);
		await convex.mutate('boards:put', { name: 'board 1', value: 1 });
		await until(async () => (await convex.deployment.receivedCalls()).some(isOfBoard('board 2')));
		expect((await convex.deployment.syncStats()).subscriptions).toBe(2);
		for (const { name } of named(5)) await convex.mutate('boards:put', { name, value: 1 });
		expect((await running).success).toHaveLength(5);
	});

	const isOfBoard = (name: string) => (call: object) => JSON.stringify(call).includes(name);

	it('are twenty at once unless told otherwise', async () => {
		const running = convex.run({ parameters: waitingForEach(), input: named(30) });
		await watched(20);
		for (const { name } of named(30)) await convex.mutate('boards:put', { name, value: 1 });
		expect((await running).success).toHaveLength(30);
	});

	it('behind one that waits for the same query get its present result', async () => {
		await convex.put('first');
		const { success, error } = await convex.run({
			parameters: waitingForBoard(whereField('', '={{ $json.comparison }}', 'second'), {
				concurrency: 2,
				timeout: 5_000,
			}),
			input: [{ comparison: 'equals' }, { comparison: 'exists' }, { comparison: 'exists' }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(valuesOf(success)).toEqual(['first', 'first']);
		expect(error.map(({ json }) => json.error)).toEqual([
			'The result was still "first" after 5 seconds',
		]);
	});

	it('get it too if the fields of their arguments are in another order', async () => {
		const waiting = waitingFor(
			'values:echo',
			'={{ $json.args }}',
			whereField('length', 'equals', '={{ $json.length }}'),
			{ concurrency: 2, timeout: 5_000 },
		);
		const { success, error } = await convex.run({
			parameters: waiting,
			input: [
				{ args: { value: [{ a: 1, b: 2 }] }, length: 2 },
				{ args: { value: [] }, length: 0 },
				{ args: { value: [{ b: 2, a: 1 }] }, length: 1 },
			],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(valuesOf(success)).toEqual([[], [{ a: 1, b: 2 }]]);
		expect(error.map(({ json }) => json.error)).toEqual(["'length' was still 1 after 5 seconds"]);
	});

	it('get values of their own', async () => {
		await convex.put({ list: [1] });
		const { success } = await convex.run({
			parameters: waitingForBoard({}, { valueFormat: 'encoded' }),
			input: [{}, {}],
		});
		const [one, other] = valuesOf(success);
		expect(one).toEqual(other);
		expect(one).not.toBe(other);
	});

	it('as users of their own have connections of their own, as many as may wait', async () => {
		const input = Array.from({ length: 6 }, (_, index) => ({ subject: `user ${index}` }));
		const user = userOf('={{ ({ issuer: "https://issuer.test", subject: $json.subject }) }}');
		const { success } = await convex.run({
			parameters: waitingFor('users:whoami', {}, {}, { actAsUser: user, concurrency: 2 }),
			input,
		});
		expect(success.map(({ json }) => Object(json.value).subject)).toEqual(
			input.map(({ subject }) => subject),
		);
		await convex.socketsClosed();
	});
});
