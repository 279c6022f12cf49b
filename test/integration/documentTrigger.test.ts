import type { IDataObject } from 'n8n-workflow';
import { updating } from '../support/documentWrites';
import { usePolls } from '../support/pollsOfTest';
import { until } from '../support/waiting';

/** Workflows that start with the documents of tables that change, in n8n's real engine. */
const use = usePolls();

const titlesOf = (items: IDataObject[] | undefined) =>
	items?.map(({ document }) => (document as IDataObject | null)?.title);

const remove = async (numbers: number[]) => await use.mutate('documents:remove', { numbers });
const fill = async (count: number) => await use.mutate('documents:fill', { count });

describe('a change', () => {
	it('starts the workflow with the document as it is, and when it was written', async () => {
		const workflow = await use.activate(['tasks']);
		expect(await workflow.poll()).toBeUndefined();
		const id = await use.createTask('a');
		expect(await workflow.poll()).toEqual([
			{
				change: 'written',
				table: 'tasks',
				id,
				document: { _id: id, _creationTime: expect.any(Number), title: 'a', status: 'open' },
				timestamp: expect.stringMatching(/^\d{19}$/),
			},
		]);
		expect(await workflow.poll()).toBeUndefined();
		await use.mutate('tasks:complete', { id });
		expect(await workflow.poll()).toMatchObject([{ id, document: { status: 'done' } }]);
	});

	it('may be a deletion, which tells the ID', async () => {
		await fill(2);
		const workflow = await use.activate(['documents']);
		await remove([1]);
		expect(await workflow.poll()).toEqual([
			{
				change: 'deleted',
				table: 'documents',
				id: expect.any(String),
				document: null,
				timestamp: expect.stringMatching(/^\d{19}$/),
			},
		]);
	});

	it('is told once, as it ended, whatever happened to the document in between', async () => {
		const workflow = await use.activate(['tasks', 'documents']);
		const id = await use.createTask('a');
		await use.mutate('tasks:complete', { id });
		await fill(2);
		await remove([1]);
		const items = await workflow.poll();
		expect(items?.map(({ change, document }) => [change, document])).toMatchObject([
			['written', { status: 'done' }],
			['written', { number: 2 }],
			['deleted', null],
		]);
	});

	it('of a table that is not chosen starts nothing', async () => {
		const workflow = await use.activate(['tasks']);
		await fill(1);
		expect(await workflow.poll()).toBeUndefined();
	});

	it.each([
		['written', [['written', 2]]],
		['deleted', [['deleted', undefined]]],
	])('is told if it is one of those that are wanted: %s', async (event, expected) => {
		await fill(1);
		const workflow = await use.activate(['documents'], { events: [event] });
		await remove([1]);
		await fill(1);
		const items = await workflow.poll();
		const numbers = items?.map(({ change, document }) => [
			change,
			(document as IDataObject | null)?.number,
		]);
		expect(numbers).toEqual(expected.map(([change, number]) => [change, number && 1]));
	});
});

describe('documents', () => {
	it('keep all digits of int64 values, and have the other types of Convex as elsewhere', async () => {
		const workflow = await use.activate(['boards']);
		const value = { big: 2n ** 63n - 1n, small: 5n, number: 5, half: 0.5, list: [-(2n ** 63n)] };
		await use.mutate('boards:put', { name: 'a', value });
		const bytes = new Uint8Array([1, 2]).buffer;
		await use.mutate('boards:put', { name: 'b', value: { bytes, nan: Number.NaN, zero: -0 } });
		const [first, second] = (await workflow.poll()) ?? [];
		expect(first?.document).toMatchObject({
			value: {
				big: '9223372036854775807',
				small: '5',
				number: 5,
				half: 0.5,
				list: ['-9223372036854775808'],
			},
		});
		expect(second?.document).toMatchObject({ value: { bytes: 'AQI=', nan: 'NaN', zero: -0 } });
	});

	it('keep all digits beside one that holds the deploy key, which is taken out', async () => {
		const workflow = await use.activate(['boards']);
		const { token } = use.credential;
		await use.mutate('boards:put', { name: 'key', value: `it is ${String(token)}` });
		await use.mutate('boards:put', { name: 'numbers', value: { big: 2n ** 63n - 1n, number: 5 } });
		const [first, second] = (await workflow.poll()) ?? [];
		expect(first?.document).toMatchObject({ value: 'it is [redacted]' });
		expect(second?.document).toMatchObject({ value: { big: '9223372036854775807', number: 5 } });
		expect(await workflow.poll()).toBeUndefined();
	});

	it('come without a field that was removed', async () => {
		const id = String(await use.mutate('tasks:create', { title: 'a', priority: 1 }));
		const workflow = await use.activate(['tasks']);
		const parameters = updating('tasks', '{"title":"b"}', { unsetFields: ['priority'] });
		await use.run({ parameters, input: [{ _id: id }] });
		expect((await workflow.poll())?.map(({ document }) => document)).toEqual([
			{ _id: id, _creationTime: expect.any(Number), title: 'b', status: 'open' },
		]);
	});

	it('come without the fields that are excluded, of one table or of all', async () => {
		const workflow = await use.activate(['tasks', 'boards'], {
			excludedFields: ['tasks.title', 'name', '_creationTime'],
		});
		const id = await use.createTask('secret');
		await use.mutate('boards:put', { name: 'secret', value: 1 });
		const items = await workflow.poll();
		expect(items?.map(({ document }) => document)).toEqual([
			{ _id: id, status: 'open' },
			{ _id: expect.any(String), value: 1 },
		]);
	});

	it('of a component come from its tables', async () => {
		const workflow = await use.activate(['marks'], { options: { componentPath: 'tally' } });
		await use.mutate('marks:add', { label: 'one' }, 'tally');
		expect(await workflow.poll()).toMatchObject([{ table: 'marks', document: { label: 'one' } }]);
	});
});

describe('a trigger that starts from the beginning', () => {
	it('starts with all documents at once, and then follows', async () => {
		for (const title of ['a', 'b', 'c']) await use.createTask(title);
		const workflow = await use.activate(['tasks'], { startFrom: 'beginning' });
		expect(workflow.starts.map(titlesOf)).toEqual([['a', 'b', 'c']]);
		await use.createTask('d');
		expect(titlesOf(await workflow.poll())).toEqual(['d']);
	});

	it('reads pages until there are no more', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 2 });
		await fill(9);
		const workflow = await use.activate(['documents'], { startFrom: 'beginning' });
		expect(workflow.starts.map((items) => items.length)).toEqual([9]);
	});
});

describe('many changes', () => {
	const numbersOf = (items: IDataObject[] | undefined) =>
		items?.map(({ document }) => (document as IDataObject).number);

	it('go into executions of no more items than are allowed, each document once', async () => {
		const workflow = await use.activate(['documents'], { options: { maxItems: 3 } });
		await fill(8);
		const starts = [await workflow.poll(), await workflow.poll(), await workflow.poll()];
		expect(starts.map(numbersOf)).toEqual([
			[1, 2, 3],
			[4, 5, 6],
			[7, 8],
		]);
		expect(await workflow.poll()).toBeUndefined();
	});

	it('of one page are read once, however many executions they make', async () => {
		const workflow = await use.activate(['documents'], { options: { maxItems: 2 } });
		await fill(9);
		const pages = async () =>
			(await use.deployment.requestStats()).endpoints['/api/v1/data/sync']?.requests ?? 0;
		const before = await pages();
		expect(await workflow.pollAll()).toHaveLength(9);
		// The page, and the one behind it in the last two polls.
		expect((await pages()) - before).toBeLessThanOrEqual(3);
	});

	it('of one page come as they were when it was read for a quarter of an hour, however often it is polled', async () => {
		const workflow = await use.activate(['documents'], { options: { maxItems: 1 } });
		await fill(9);
		expect(numbersOf(await workflow.poll())).toEqual([1]);
		await use.mutate('documents:remove', { numbers: [3, 9] });
		const now = performance.now.bind(performance);
		let minutes = 0;
		const clock = jest.spyOn(performance, 'now');
		clock.mockImplementation(() => now() + minutes * 60_000);
		const told: unknown[] = [];
		for (; minutes <= 30; minutes += 5) {
			const [item] = (await workflow.poll()) ?? [];
			told.push((item?.document as IDataObject | null)?.number ?? item?.change);
		}
		clock.mockRestore();
		expect(told).toEqual([2, 3, 4, 5, 6, 7, 8]);
		expect(await workflow.pollAll()).toMatchObject([{ change: 'deleted' }, { change: 'deleted' }]);
	});

	it('are divided within pages, also while more is written', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 4 });
		const workflow = await use.activate(['documents'], { options: { maxItems: 3 } });
		for (let count = 0; count < 7; count++) await fill(1);
		const first = await workflow.poll();
		await fill(1);
		const rest = await workflow.pollAll();
		expect([...(numbersOf(first) ?? []), ...(numbersOf(rest) ?? [])]).toEqual([
			1, 2, 3, 4, 5, 6, 7, 8,
		]);
	});

	it('are read over several polls when n8n allows little time', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 1 });
		await fill(1);
		const workflow = await use.activate(['documents'], {}, { budgetMs: 1 });
		for (let count = 0; count < 3; count++) await fill(1);
		expect((await workflow.poll())?.length).toBe(1);
		expect((await workflow.pollAll()).length).toBe(2);
	});
});

describe('polls at the same time', () => {
	it('do not report a change twice: the second one does nothing', async () => {
		const workflow = await use.activate(['tasks']);
		await use.createTask('a');
		await use.deployment.addFault({ kind: 'delay', path: 'data/sync', ms: 500 });
		await Promise.all([workflow.poll(), workflow.poll()]);
		expect(workflow.starts.map(titlesOf)).toEqual([['a']]);
		expect(workflow.failures).toEqual([]);
		await use.createTask('b');
		expect(titlesOf(await workflow.poll())).toEqual(['b']);
	});

	it('of different workflows have nothing to do with each other', async () => {
		const workflows = [await use.activate(['tasks']), await use.activate(['tasks'])];
		await use.createTask('a');
		const starts = await Promise.all(workflows.map(async (workflow) => await workflow.poll()));
		expect(starts.map(titlesOf)).toEqual([['a'], ['a']]);
	});
});

describe('a run by hand', () => {
	it('shows the newest documents, and leaves the trigger where it is', async () => {
		for (const title of ['a', 'b']) await use.createTask(title);
		const workflow = await use.activate(['tasks'], { excludedFields: ['tasks.status'] });
		const id = await use.createTask('c');
		const shown = await workflow.execute();
		expect(shown[0]).toEqual({
			json: {
				change: 'written',
				table: 'tasks',
				id,
				document: { _id: id, _creationTime: expect.any(Number), title: 'c' },
				timestamp: expect.stringMatching(/^\d{19}$/),
			},
		});
		expect(shown).toHaveLength(3);
		expect(titlesOf(await workflow.poll())).toEqual(['c']);
	});

	it('shows what a deletion looks like by one that is made up, whatever documents there are', async () => {
		await use.createTask('a');
		const workflow = use.workflow(['tasks'], { events: ['deleted'] });
		expect(await workflow.execute()).toEqual([
			{ json: { change: 'deleted', table: 'tasks', id: 'sample', document: null, timestamp: '0' } },
		]);
		expect(workflow.savedStaticData).toEqual({});
		const both = use.workflow(['tasks'], { events: ['deleted', 'written'] });
		expect((await both.execute()).map(({ json }) => json.change)).toEqual(['written']);
	});
});

it('the forms list the tables, and the fields of those that are chosen', async () => {
	await use.mutate('marks:add', { label: 'one' }, 'tally');
	const workflow = use.workflow(['tasks']);
	expect(await workflow.options('getTables')).toEqual(expect.arrayContaining(['boards', 'tasks']));
	expect((await workflow.options('getTableFields')).toSorted()).toEqual([
		'tasks.dueAt',
		'tasks.priority',
		'tasks.status',
		'tasks.title',
	]);
	const ofComponent = use.workflow(['marks'], { options: { componentPath: 'tally' } });
	expect(await ofComponent.options('getTables')).toEqual(['marks']);
	await until(async () => (await ofComponent.options('getTableFields')).includes('marks.label'));
});
