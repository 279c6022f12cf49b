import type { IDataObject } from 'n8n-workflow';
import { importing } from '../support/importRequests';
import { following, type HostKind, type PollingWorkflow } from '../support/polls';
import { usePolls } from '../support/pollsOfTest';
import { until } from '../support/waiting';

/** Where a Convex Document Trigger goes on, whatever happened in between: nothing may be lost. */
const use = usePolls();

const titlesOf = (items: IDataObject[] | undefined) =>
	items?.map(({ change, document }) =>
		change === 'deleted' ? 'deleted' : (document as IDataObject).title,
	);

const task = (title: string) => ({ title, status: 'open' });

const replaceTasks = async (titles: string[]) =>
	await use.run({ parameters: importing('tasks', 'replace'), input: titles.map(task) });

/** A replacement whose rows are written, and have not taken the place of the others yet. */
async function heldReplacement(titles: string[]) {
	await use.deployment.setImportPace({ heldAt: 'importing' });
	const replacing = replaceTasks(titles);
	await until(async () => {
		const { endpoints } = await use.deployment.requestStats();
		return (endpoints['/api/perform_import']?.requests ?? 0) > 0;
	});
	const finish = async () => {
		await use.deployment.setImportPace({ heldAt: '' });
		await replacing;
	};
	return { finish };
}

const pollTitles = async (workflow: PollingWorkflow) => titlesOf(await workflow.poll());

describe.each<HostKind>(['live', 'reloading', 'durable'])('in a host of the kind %s', (host) => {
	const activate = async (parameters = {}) => await use.activate(['tasks'], parameters, { host });

	it('a trigger goes on after a restart with what was written meanwhile', async () => {
		const first = await activate();
		await use.createTask('a');
		expect(await pollTitles(first)).toEqual(['a']);
		await use.createTask('b');
		const second = await use.restart(first);
		const titles = [...second.starts.map(titlesOf), await pollTitles(second)];
		expect(titles.flat().filter((title) => title !== undefined)).toEqual(['b']);
	});

	it('a trigger that has found nothing yet begins where it was activated', async () => {
		const workflow = await activate();
		await use.createTask('a');
		expect(await pollTitles(workflow)).toEqual(['a']);
		expect(await pollTitles(workflow)).toBeUndefined();
	});

	it('a poll that fails loses nothing', async () => {
		const workflow = await activate();
		await use.createTask('a');
		await use.deployment.addFault({
			kind: 'answer',
			path: 'data/sync',
			status: 503,
			body: { code: 'InternalServerError', message: 'It is down' },
			times: 3,
		});
		expect(await workflow.poll()).toBeUndefined();
		expect(workflow.failures).toMatchObject([{ failure: { cause: 'temporarily-unavailable' } }]);
		expect(await pollTitles(workflow)).toEqual(['a']);
	});

	it('a page that does not come after others were read is left to the next poll', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 1 });
		const workflow = await activate();
		for (const title of ['a', 'b', 'c']) await use.createTask(title);
		const fault = { kind: 'serverError', path: 'data/sync', status: 503 } as const;
		await use.deployment.addFault({ ...fault, skip: 2, times: 3 });
		expect(await pollTitles(workflow)).toEqual(['a', 'b']);
		expect(await pollTitles(workflow)).toEqual(['c']);
		expect(workflow.failures).toEqual([]);
	});

	it('reads a big table over several polls where Convex gives no cursor of a time', async () => {
		for (let count = 0; count < 5; count++) await use.createTask('old');
		await use.deployment.setExportPageSizes({ dataSync: 1 });
		await use.deployment.addFault({
			kind: 'answer',
			path: 'data_sync_cursor_from_deltas',
			status: 404,
			times: 100,
		});
		const workflow = await use.activate(['tasks'], {}, { host, budgetMs: 1 });
		await use.createTask('new');
		const titles: unknown[] = [];
		for (let count = 0; count < 10; count++) titles.push(...((await pollTitles(workflow)) ?? []));
		expect(titles).toEqual(['new']);
		expect(workflow.failures).toEqual([]);
	});
});

it('a transient failure is not even seen: the poll sends the request again', async () => {
	const workflow = await use.activate(['tasks']);
	await use.createTask('a');
	await use.deployment.addFault({ kind: 'serverError', path: 'data/sync', status: 503, times: 2 });
	expect(await pollTitles(workflow)).toEqual(['a']);
	expect(workflow.failures).toEqual([]);
});

it('what n8n could not start is reported again where its cursors are durable', async () => {
	let isDown = true;
	const beforeStart = () => {
		if (isDown) throw new Error('the database is away');
	};
	const workflow = await use.activate(['tasks'], {}, { host: 'durable', beforeStart });
	await use.createTask('a');
	expect(await workflow.poll()).toBeUndefined();
	isDown = false;
	expect(await pollTitles(workflow)).toEqual(['a']);
});

describe('an import that replaces a table', () => {
	it('is all of its documents, also those that were written into it before the last poll', async () => {
		await use.createTask('old');
		const workflow = await use.activate(['tasks', 'boards']);
		const replacing = await heldReplacement(['x', 'y']);
		await use.mutate('boards:put', { name: 'a', value: 1 });
		expect(await workflow.poll()).toMatchObject([{ table: 'boards' }]);
		await replacing.finish();
		expect(await pollTitles(workflow)).toEqual(['x', 'y']);
		expect(await workflow.poll()).toBeUndefined();
	});

	it('is read over several pages and polls, and what is written meanwhile is not lost', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 2 });
		const workflow = await use.activate(['tasks', 'boards'], { options: { maxItems: 3 } });
		await replaceTasks(['a', 'b', 'c', 'd', 'e']);
		const first = await workflow.poll();
		await use.createTask('f');
		await use.mutate('boards:put', { name: 'a', value: 1 });
		const rest = await workflow.pollAll();
		const titles = [...(titlesOf(first) ?? []), ...(titlesOf(rest) ?? [])];
		expect(titles.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', undefined]);
	});

	it('that adds to the table is only what it adds', async () => {
		await use.createTask('old');
		const workflow = await use.activate(['tasks']);
		await use.run({ parameters: importing('tasks', 'append'), input: [task('new')] });
		expect(await pollTitles(workflow)).toEqual(['new']);
	});
});

describe('a position that Convex does not keep any longer', () => {
	it('costs no document that was written meanwhile, and repeats none', async () => {
		await use.createTask('before');
		const workflow = await use.activate(['tasks']);
		await use.createTask('told');
		expect(await pollTitles(workflow)).toEqual(['told']);
		const changed = await use.createTask('meanwhile');
		await use.mutate('tasks:complete', { id: changed });
		await use.deployment.forgetHistory();
		expect(await workflow.poll()).toMatchObject([
			{ id: changed, document: { title: 'meanwhile', status: 'done' } },
		]);
		expect(workflow.failures).toEqual([]);
		await use.createTask('later');
		expect(await pollTitles(workflow)).toEqual(['later']);
	});

	it('gives what was written meanwhile in the order in which it was', async () => {
		const first = await use.createTask('first');
		const second = await use.createTask('second');
		const workflow = await use.activate(['tasks', 'boards']);
		await use.createTask('third');
		await use.mutate('boards:put', { name: 'board', value: 1 });
		await use.mutate('tasks:complete', { id: second });
		await use.mutate('tasks:complete', { id: first });
		await use.deployment.forgetHistory();
		const items = (await workflow.poll()) ?? [];
		const names = items.map(({ document }) => Object(document).title ?? Object(document).name);
		expect(names).toEqual(['third', 'board', 'second', 'first']);
	});

	it('in the middle of the beginning sends everything', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 2 });
		for (const title of ['a', 'b', 'c']) await use.createTask(title);
		const parameters = { startFrom: 'beginning', options: { maxItems: 2 } };
		const workflow = await use.activate(['tasks'], parameters);
		await use.createTask('d');
		await use.deployment.forgetHistory();
		const titles = [
			...workflow.starts.map(titlesOf).flat(),
			...(titlesOf(await workflow.pollAll()) ?? []),
		];
		expect([...new Set(titles)].toSorted()).toEqual(['a', 'b', 'c', 'd']);
	});

	it('in the middle of a table that an import replaced sends all of that table', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 2 });
		const workflow = await use.activate(['tasks', 'boards'], { options: { maxItems: 1 } });
		const replacing = await heldReplacement(['a', 'b', 'c', 'd', 'e']);
		await use.mutate('boards:put', { name: 'a', value: 1 });
		expect(await workflow.poll()).toMatchObject([{ table: 'boards' }]);
		await replacing.finish();
		const first = (await pollTitles(workflow)) ?? [];
		expect(first).toHaveLength(2);
		await use.mutate('documents:fill', { count: 1 });
		await use.deployment.forgetHistory();
		const rest = titlesOf(await workflow.pollAll()) ?? [];
		expect([...new Set([...first, ...rest])].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
	});

	it.each(['now', 'beginning'])(
		'sends of a table that is new what is owed of it, from %s',
		async (startFrom) => {
			await use.mutate('boards:put', { name: 'old', value: 1 });
			const first = await use.activate(['tasks'], { startFrom });
			await use.createTask('told');
			await first.poll();
			await use.mutate('boards:put', { name: 'new', value: 1 });
			await use.deployment.forgetHistory();
			const parameters = following(['tasks', 'boards'], { startFrom });
			const second = await use.restart(first, { mode: 'update', parameters });
			const names = second.starts.flat().map(({ document }) => (document as IDataObject).name);
			expect(names).toEqual(startFrom === 'now' ? ['new'] : ['old', 'new']);
		},
	);

	it('that is refused twice in one poll is left to the next one', async () => {
		const workflow = await use.activate(['tasks']);
		const body = { code: 'DataSyncCursorExpired', message: 'The cursor is too old.' };
		const fault = { kind: 'answer', path: 'data/sync', status: 400, body, times: 2 } as const;
		await use.deployment.addFault(fault);
		await use.createTask('a');
		await workflow.poll();
		expect(await pollTitles(workflow)).toEqual(['a']);
	});
});

it('a server that is behind the one that told the time is asked again', async () => {
	for (let count = 0; count < 3; count++) await use.createTask('old');
	const body = { code: 'InvalidDataSyncCursor', message: 'The cursor is ahead.' };
	const path = 'data_sync_cursor_from_deltas';
	await use.deployment.addFault({ kind: 'answer', path, status: 400, body, times: 2 });
	const workflow = await use.activate(['tasks']);
	const { endpoints } = await use.deployment.requestStats();
	expect(endpoints[`/api/${path}`]?.requests).toBe(3);
	await use.createTask('a');
	expect(await pollTitles(workflow)).toEqual(['a']);
});

it('another deployment is begun as Start From says', async () => {
	const first = await use.activate(['tasks'], { startFrom: 'beginning' });
	await use.createTask('a');
	expect(await pollTitles(first)).toEqual(['a']);
	await use.deployment.renew();
	await use.createTask('other');
	const { credential } = use;
	const second = await use.restart(first, { credential, mode: 'update' });
	expect(second.starts.map(titlesOf)).toEqual([['other']]);
});

it('another deployment is begun as Start From says also where tables are added with it', async () => {
	const first = await use.activate(['tasks']);
	await use.createTask('a');
	expect(await pollTitles(first)).toEqual(['a']);
	await use.deployment.renew();
	const { feed } = first.savedStaticData['node:Convex Document Trigger'] as IDataObject;
	// The other deployment was there before the trigger was.
	const since = `${Date.now()}000000`;
	Object.assign((feed as IDataObject).position as IDataObject, { since });
	await use.createTask('other');
	const { credential } = use;
	const parameters = following(['tasks', 'boards']);
	// n8n was restarted meanwhile: the process does not know better.
	const workflowId = 'of another process';
	const other = { credential, mode: 'update', parameters, workflowId } as const;
	const second = await use.restart(first, other);
	expect(second.starts).toEqual([]);
	await use.createTask('b');
	expect(await pollTitles(second)).toEqual(['b']);
});

describe('settings that are changed', () => {
	const changed = async (
		workflow: PollingWorkflow,
		tables: string[],
		parameters: Record<string, unknown> = {},
	) => {
		const settings = { tables, events: ['written', 'deleted'], startFrom: 'now', ...parameters };
		return await use.restart(workflow, { mode: 'update', parameters: settings as never });
	};

	const toldBy = ({ starts }: PollingWorkflow) =>
		starts.flat().map(({ table, document }) => {
			const { title, name } = (document as IDataObject | null) ?? {};
			return [table, title ?? name];
		});

	const allOf = async (workflow: PollingWorkflow) => {
		await workflow.pollAll();
		return toldBy(workflow);
	};

	const put = async (name: string) => await use.mutate('boards:put', { name, value: 1 });

	it('keep what changed meanwhile of the tables that stay, and take in new ones from there', async () => {
		await put('old');
		const first = await use.activate(['tasks']);
		await use.createTask('a');
		await first.poll();
		await use.createTask('b');
		await put('new');
		const second = await changed(first, ['tasks', 'boards']);
		expect(await allOf(second)).toEqual([
			['tasks', 'b'],
			['boards', 'new'],
		]);
	});

	it('do so also where Convex gives no cursor of a time', async () => {
		await put('old');
		const first = await use.activate(['tasks']);
		await use.createTask('a');
		await first.poll();
		await use.createTask('b');
		await put('new');
		const path = 'data_sync_cursor_from_deltas';
		await use.deployment.addFault({ kind: 'answer', path, status: 404, times: 9 });
		const second = await changed(first, ['tasks', 'boards']);
		expect(await allOf(second)).toEqual([
			['tasks', 'b'],
			['boards', 'new'],
		]);
	});

	it('send all of a new table where the beginning is wanted', async () => {
		await put('old');
		const first = await use.activate(['tasks'], { startFrom: 'beginning' });
		await use.createTask('a');
		await first.poll();
		const second = await changed(first, ['tasks', 'boards'], { startFrom: 'beginning' });
		expect(await allOf(second)).toEqual([['boards', 'old']]);
	});

	it('leave out a table that is not wanted any more', async () => {
		const first = await use.activate(['tasks', 'boards']);
		await use.createTask('a');
		await put('new');
		const second = await changed(first, ['boards']);
		expect(await allOf(second)).toEqual([['boards', 'new']]);
	});

	it('send all of a table that was taken out and put back, also with few items at once', async () => {
		const beginning = { startFrom: 'beginning' };
		for (const title of ['a', 'b']) await use.createTask(title);
		const first = await use.activate(['tasks', 'boards'], beginning);
		for (const name of ['x', 'y', 'z']) await put(name);
		const fewItems = { ...beginning, options: { maxItems: 1 } };
		const second = await changed(first, ['boards'], fewItems);
		const third = await changed(second, ['tasks', 'boards'], fewItems);
		const told = [...toldBy(second), ...(await allOf(third))];
		expect(told.toSorted()).toEqual([
			['boards', 'x'],
			['boards', 'y'],
			['boards', 'z'],
			['tasks', 'a'],
			['tasks', 'b'],
		]);
	});

	it('send everything where the beginning is wanted after now', async () => {
		await use.createTask('a');
		const first = await use.activate(['tasks']);
		const second = await changed(first, ['tasks'], { startFrom: 'beginning' });
		expect(await allOf(second)).toEqual([['tasks', 'a']]);
	});
});

describe('static data that is not what the trigger left there', () => {
	const KEY = 'node:Convex Document Trigger';

	it.each([
		['nothing', {}],
		['no position', { [KEY]: { feed: null } }],
		['text in the place of a position', { [KEY]: { feed: 'mine' } }],
		['a position that is none', { [KEY]: { feed: { position: { phase: 'x' } } } }],
		[
			'a cursor that is none',
			{
				[KEY]: {
					feed: {
						deployment: 'x',
						startFrom: 'now',
						component: '',
						tables: ['tasks'],
						position: { phase: 'following', cursor: 'made up', since: '1' },
					},
				},
			},
		],
	])('makes the trigger begin, with %s', async (_what, staticData) => {
		await use.createTask('old');
		const workflow = await use.activate(['tasks'], {}, { staticData: staticData as IDataObject });
		expect(workflow.starts).toEqual([]);
		await use.createTask('new');
		expect(await pollTitles(workflow)).toEqual(['new']);
	});

	it.each([
		['is none', 0],
		['names no rows', { fingerprint: 'made up' }],
		['is of other rows', { rows: 1, fingerprint: 'made up' }],
	])('begins a page once more where what was passed on of it %s', async (_what, passedOn) => {
		const first = await use.activate(['tasks'], { options: { maxItems: 1 } });
		for (const title of ['a', 'b', 'c']) await use.createTask(title);
		expect(await pollTitles(first)).toEqual(['a']);
		const staticData = structuredClone(first.savedStaticData);
		const { feed } = staticData[KEY] as { feed: { position: IDataObject } };
		feed.position.passedOn = passedOn;
		const second = await use.restart(first, { staticData, workflowId: 'as after a restart' });
		for (let polls = 0; polls < 4; polls++) await second.poll();
		expect(second.starts.map(titlesOf)).toEqual([['a'], ['b'], ['c']]);
	});

	it.each([
		['null', { [KEY]: null }],
		['a list', { [KEY]: [] }],
		['text', { [KEY]: 'x' }],
	])('in which nothing can be kept fails the activation: %s', async (_what, staticData) => {
		const workflow = use.workflow(['tasks'], {}, { staticData: staticData as IDataObject });
		await expect(workflow.activate()).rejects.toThrow(/cannot be kept.*rename the trigger/);
	});
});

it('a page that leads back to itself is not read without end', async () => {
	const workflow = await use.activate(['tasks']);
	const page = (await use.deployment.requestStats()).requests;
	const { feed } = workflow.savedStaticData['node:Convex Document Trigger'] as IDataObject;
	const { position } = feed as IDataObject;
	const body = {
		status: { type: 'snapshotting' },
		truncates: [],
		values: [],
		pagination: { hasMore: true, nextCursor: (position as IDataObject).cursor },
	};
	await use.deployment.addFault({ kind: 'answer', path: 'data/sync', status: 200, body, times: 9 });
	await workflow.poll();
	expect(workflow.failures).toMatchObject([{ message: expect.stringMatching(/leads back/) }]);
	expect((await use.deployment.requestStats()).requests - page).toBeLessThan(5);
});
