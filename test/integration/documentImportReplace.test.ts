import type { IDataObject } from 'n8n-workflow';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { adminRequests, fieldsOf, importing } from '../support/importRequests';

/** A table is replaced by all of its rows together, or stays as it is. */
const convex = useEmbeddedDeployment('deployKey');

const { documents } = adminRequests(() => convex.deployment);

const task = (title: string, more: object = {}) => ({ title, status: 'open', ...more });

const continuing = { onError: 'continueErrorOutput' } as const;

const titles = async () => (await documents('tasks')).map(({ title }) => title);

const requestsTo = async (path: string) =>
	(await convex.deployment.requestStats()).endpoints[path]?.requests ?? 0;

/** The node's parameters for replacing a table by the items, without what only the parameters are about. */
const replacing = (more: object = {}, table = 'tasks') =>
	importing(table, 'replace', {
		itemFields: 'except',
		itemFieldNames: 'own, to',
		...more,
	});

beforeEach(async () => {
	await convex.run({ parameters: importing('tasks', 'append'), input: [task('old')] });
});

it('rows of the same table whose options differ do not delete each other', async () => {
	const { error, success } = await convex.run({
		parameters: replacing({ options: { timeout: '={{ $json.own }}' } }),
		input: [task('a', { own: 5_000 }), task('b', { own: 6_000 }), task('c', { own: 5_000 })],
		settings: continuing,
	});
	expect(success).toEqual([]);
	expect(error.map(({ json }) => json.error)).toEqual(
		Array(3).fill("The table 'tasks' was not replaced, because its rows would be 2 imports"),
	);
	expect(await titles()).toEqual(['old']);
});

it('rows of the same table by different keys do not delete each other', async () => {
	const other = await convex.deployment.createKey([
		'deployment:data:view',
		'deployment:backups:view',
		'deployment:backups:import',
	]);
	const { stoppedBy } = await convex.run({
		credential: { ...convex.credential, token: '={{ $json.own }}' },
		parameters: replacing(),
		input: [task('a', { own: convex.credential.token }), task('b', { own: other })],
	});
	expect(stoppedBy?.message).toContain('its rows would be 2 imports');
	expect(await titles()).toEqual(['old']);
});

it('several tables are replaced each by its rows, also where their options differ', async () => {
	const { success, stoppedBy } = await convex.run({
		parameters: replacing({ options: { timeout: '={{ $json.own }}' } }, '={{ $json.to }}'),
		input: [
			task('a', { own: 5_000, to: 'tasks' }),
			{ name: 'x', count: 1, own: 6_000, to: 'counters' },
			task('b', { own: 5_000, to: 'tasks' }),
		],
	});
	expect(stoppedBy).toBeUndefined();
	expect(success.map(({ json }) => [json.table, json.imported])).toEqual([
		['tasks', 2],
		['counters', 1],
	]);
});

describe('a row of which it is not known what table it is for', () => {
	it.each<[string, IDataObject]>([
		['by its table', { to: '' }],
		['by the name of no table', { to: 'taskz' }],
		['by its options', { to: 'tasks', own: 'never' }],
	])('keeps every table from being replaced: refused %s', async (_why, wrong) => {
		const { error, success } = await convex.run({
			parameters: replacing({ options: { timeout: '={{ $json.own }}' } }, '={{ $json.to }}'),
			input: [
				task('a', { to: 'tasks', own: 5_000 }),
				{ ...task('b', { own: 5_000 }), ...wrong },
				task('c', { to: 'tasks', own: 5_000 }),
			],
			settings: continuing,
		});
		expect(success).toEqual([]);
		expect(error[0]?.json.error).toBe(
			"The table 'tasks' was not replaced, because the row of item 1 was refused",
		);
		expect(await titles()).toEqual(['old']);
		expect(await requestsTo('/api/import/start_upload')).toBe(1);
	});

	it('is the first one where only that asked for the tables in vain', async () => {
		const code = 'TooManyConcurrentRequests';
		await convex.deployment.addFault({ path: '/api/query', kind: 'rejection', code });
		const { error } = await convex.run({
			parameters: replacing({ options: { maxRetries: 0 } }),
			input: [task('a'), task('b')],
			settings: continuing,
		});
		expect(error.map(({ json }) => (json.details as IDataObject).outcome)).toEqual([
			'notExecuted',
			'notExecuted',
		]);
		expect(await titles()).toEqual(['old']);
	});

	it('may pass with its outage, and then all rows are sent again', async () => {
		// The first row's table is asked for in vain, the second one's is not.
		await convex.deployment.addFault({ path: '/api/query', kind: 'answer', status: 502, body: '' });
		const parameters = replacing({ options: { maxRetries: 0 } });
		const input = [task('a'), task('b'), task('c')];
		const { error } = await convex.run({ parameters, input, settings: continuing });
		const details = error.map(({ json }) => json.details as IDataObject);
		expect(details.map(({ outcome }) => outcome)).toEqual(Array(3).fill('notExecuted'));
		expect(details.map(({ retryable }) => retryable)).toEqual(Array(3).fill(true));
		expect(error.map(({ json }) => json.error)).toEqual([
			expect.not.stringContaining('was not replaced'),
			...Array(2).fill(
				expect.stringMatching(/^The table 'tasks' was not replaced, because item 0 failed: .*502/),
			),
		]);
		expect(await titles()).toEqual(['old']);
	});

	it('is named where it was refused, also behind one that an outage kept away', async () => {
		await convex.deployment.addFault({ path: '/api/query', kind: 'answer', status: 502, body: '' });
		const { error } = await convex.run({
			parameters: replacing({ options: { maxRetries: 0 } }),
			input: [task('a'), task('b'), { title: 'no status' }],
			settings: continuing,
		});
		expect(error[1]?.json.error).toBe(
			"The table 'tasks' was not replaced, because the row of item 2 was refused",
		);
		expect(await titles()).toEqual(['old']);
	});

	it.each<[string, IDataObject[]]>([
		['for all attempts', []],
		["where the first one's table is another", [{ name: 'x', count: 1, to: 'counters' }]],
	])('never is part of what replaces a table, %s', async (_which, before) => {
		const rows = ['a', 'b', 'c'].map((title) => task(title, { to: 'tasks' }));
		const refused = { title: 'no status', to: 'tasks' };
		for (const input of [
			[...before, ...rows],
			[...before, rows[0] ?? {}, refused, ...rows],
		]) {
			for (let skip = 0; skip < 6; skip++) {
				await convex.deployment.reset();
				await convex.run({ parameters: importing('tasks', 'append'), input: [task('old')] });
				const outage = { kind: 'answer', status: 502, body: '' } as const;
				await convex.deployment.addFault({ path: '/api/query', ...outage, skip });
				await convex.run({
					parameters: replacing({ options: { maxRetries: 0 } }, '={{ $json.to }}'),
					input,
					settings: { ...continuing, retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
				});
				const all = input.includes(refused) ? 'old' : 'a,b,c';
				expect([skip, (await titles()).join()]).toEqual([skip, all]);
			}
		}
	});

	it('does not keep other rows from being appended', async () => {
		const { success, error } = await convex.run({
			parameters: importing('={{ $json.to }}', 'append', {
				itemFields: 'except',
				itemFieldNames: 'to',
			}),
			input: [task('a', { to: 'tasks' }), task('b', { to: '' })],
			settings: continuing,
		});
		expect([success.length, error.length]).toEqual([1, 1]);
		expect(fieldsOf(await documents('tasks'))).toEqual([task('old'), task('a')]);
	});
});

it.each(['replace', 'append'] as const)(
	'an item without fields, as a node that finds nothing may give, is no row: %s',
	async (mode) => {
		const before = await documents('tasks');
		for (const [input, more] of [
			[{}, {}],
			[{}, { itemFields: 'only', itemFieldNames: 'nothing' }],
		] as const) {
			const { stoppedBy } = await convex.run({
				parameters: importing('reminders', mode, { options: { createTable: true }, ...more }),
				input: [input],
			});
			expect(stoppedBy?.message).toBe('The input item has no fields to write [item 0]');
		}
		expect(await documents('tasks')).toEqual(before);
		expect(await requestsTo('/api/import/start_upload')).toBe(1);
	},
);

it('a second run in an execution says that the rows of the first one are gone', async () => {
	const hintsOf = async (mode: 'append' | 'replace', runs: number) => {
		const { run } = await convex.run({
			parameters: importing('tasks', mode),
			input: [task('a')],
			runs,
			settings: { onError: 'continueErrorOutput' },
		});
		const { runData } = run.data.resultData;
		return runData.Convex?.map(({ hints = [] }) => hints.map(({ message }) => message));
	};
	expect(await hintsOf('replace', 2)).toEqual([
		[],
		[expect.stringMatching(/^This is run 2 .*to the same table, its rows are gone/)],
	]);
	expect(await titles()).toEqual(['a']);
	expect(await hintsOf('append', 2)).toEqual([[], []]);
	const body = { code: 'TooManyConcurrentRequests', message: 'Busy' };
	const path = '/api/perform_import';
	await convex.deployment.addFault({ path, kind: 'answer', status: 429, body, skip: 1, times: 9 });
	expect(await hintsOf('replace', 2)).toEqual([[], []]);
	expect(await titles()).toEqual(['a']);
});
