import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { adminRequests, fieldsOf, importing } from '../support/importRequests';

/** Rows that are appended to a table, or replace it: by the endpoints of `npx convex import`. */
const convex = useEmbeddedDeployment('deployKey');

const { documents, systemQuery } = adminRequests(() => convex.deployment);

const task = (title: string, more: object = {}) => ({ title, status: 'open', ...more });

const tasks = (count: number) => Array.from({ length: count }, (_, index) => task(`${index}`));

describe('rows that are appended', () => {
	it('become documents beside those of the table, and one item tells of them all', async () => {
		await convex.run({ parameters: importing('tasks', 'append'), input: [task('old')] });
		const { success } = await convex.run({
			parameters: importing('tasks', 'append'),
			input: [task('a'), task('b', { priority: 2 }), task('c')],
		});
		expect(success).toEqual([
			{
				json: { table: 'tasks', mode: 'append', imported: 3 },
				pairedItem: [{ item: 0 }, { item: 1 }, { item: 2 }],
			},
		]);
		expect(fieldsOf(await documents('tasks'))).toEqual([
			task('old'),
			task('a'),
			task('b', { priority: 2 }),
			task('c'),
		]);
	});

	it('are new documents, whatever they were before', async () => {
		await convex.run({ parameters: importing('tasks', 'append'), input: [task('a')] });
		const [first] = await documents('tasks');
		await convex.run({ parameters: importing('tasks', 'append'), input: [{ ...first }] });
		const ids = (await documents('tasks')).map(({ _id }) => _id);
		expect(new Set(ids).size).toBe(2);
	});

	it('are of the types that the schema declares', async () => {
		await convex.run({
			parameters: importing('orders', 'append'),
			input: [{ orderId: 17, email: 'a@b.c', total: '12.5', announced: 'true', paidAt: '' }],
		});
		expect(fieldsOf(await documents('orders'))).toEqual([
			{ orderId: '17', email: 'a@b.c', total: 12.5, announced: true },
		]);
	});

	it('carry every type of Convex', async () => {
		const value = [
			{ $integer: 'KgAAAAAAAAA=' },
			{ $bytes: 'AQI=' },
			{ $float: 'AAAAAAAA8H8=' },
			{ $float: 'AAAAAAAAAIA=' },
			42,
			-7.5,
			1e21,
			null,
			'tést',
			{ inner: { list: [true] } },
		];
		const { success } = await convex.run({
			parameters: importing('boards', 'append'),
			input: [{ name: 'x', value }],
		});
		expect(success).toHaveLength(1);
		expect(fieldsOf(await documents('boards'))).toEqual([{ name: 'x', value }]);
	});

	it('have those fields only that are wanted', async () => {
		const fields = { itemFields: 'except', itemFieldNames: 'row_number' };
		await convex.run({
			parameters: importing('tasks', 'append', fields),
			input: [{ row_number: 2, ...task('a') }],
		});
		expect(fieldsOf(await documents('tasks'))).toEqual([task('a')]);
	});

	it('go into a component', async () => {
		const { success } = await convex.run({
			parameters: importing('marks', 'append', { options: { componentPath: 'tally' } }),
			input: [{ label: 'one' }],
		});
		expect(success[0]?.json).toEqual({
			table: 'marks',
			component: 'tally',
			mode: 'append',
			imported: 1,
		});
		expect(fieldsOf(await documents('marks', 'tally'))).toEqual([{ label: 'one' }]);
	});

	it('go into the tables that they name, by an import for each', async () => {
		const { success } = await convex.run({
			parameters: importing('={{ $json.table }}', 'append', {
				itemFields: 'except',
				itemFieldNames: 'table',
			}),
			input: [
				{ table: 'tasks', ...task('a') },
				{ table: 'counters', name: 'x', count: 1 },
				{ table: 'tasks', ...task('b') },
			],
		});
		expect(success.map(({ json, pairedItem }) => [json.table, json.imported, pairedItem])).toEqual([
			['tasks', 2, [{ item: 0 }, { item: 2 }]],
			['counters', 1, [{ item: 1 }]],
		]);
	});

	it('are uploaded in parts when they are many', async () => {
		const note = 'x'.repeat(100_000);
		const { success } = await convex.run({
			parameters: importing('boards', 'append'),
			input: Array.from({ length: 120 }, (_, index) => ({ name: `${index}`, value: note })),
		});
		expect(success[0]?.json.imported).toBe(120);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/import/upload_part']?.requests).toBe(3);
	});
});

describe('a table that is replaced', () => {
	it('has the rows in the place of its documents', async () => {
		await convex.run({ parameters: importing('tasks', 'append'), input: tasks(3) });
		const { success } = await convex.run({
			parameters: importing('tasks', 'replace'),
			input: [task('new')],
		});
		expect(success[0]?.json).toEqual({
			table: 'tasks',
			mode: 'replace',
			imported: 1,
			deleted: 3,
		});
		expect(fieldsOf(await documents('tasks'))).toEqual([task('new')]);
	});

	it('keeps the ids and times of rows that have them', async () => {
		await convex.run({ parameters: importing('tasks', 'append'), input: tasks(2) });
		const before = await documents('tasks');
		await convex.run({
			parameters: importing('tasks', 'replace'),
			input: before.map((row) => ({ ...row, title: 'changed' })),
		});
		expect(await documents('tasks')).toEqual(before.map((row) => ({ ...row, title: 'changed' })));
	});

	it('stays as it was where a row is refused, also when the node goes on', async () => {
		await convex.run({ parameters: importing('tasks', 'append'), input: tasks(2) });
		const { success, error } = await convex.run({
			parameters: importing('tasks', 'replace'),
			input: [task('a'), { title: 'b' }, task('c')],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toEqual([]);
		expect(error.map(({ json }) => json.error)).toEqual([
			"The table 'tasks' was not replaced, because the row of item 1 was refused",
			expect.stringContaining("lacks 'status', which the table requires"),
			"The table 'tasks' was not replaced, because the row of item 1 was refused",
		]);
		expect(await documents('tasks')).toHaveLength(2);
	});
});

describe('a table that is not there', () => {
	it('is not made by a typing mistake', async () => {
		const { stoppedBy } = await convex.run({
			parameters: importing('taks', 'append'),
			input: [task('a')],
		});
		expect(stoppedBy?.message).toContain("The deployment has no table 'taks'");
		expect(stoppedBy?.description).toContain("switch on the option 'Create Table'");
		expect((await systemQuery('_system/cli/queryImport:list')).value).toEqual([]);
	});

	it.each(['append', 'replace', 'upsert'] as const)('is created by choice: %s', async (mode) => {
		const options = { createTable: true };
		const { success } = await convex.run({
			parameters: importing('guests', mode, { options, keyFields: 'name' }),
			input: [{ name: 'Ada' }, { name: 'Alan' }],
		});
		expect(success[0]?.json.imported).toBe(2);
		expect(fieldsOf(await documents('guests'))).toEqual([{ name: 'Ada' }, { name: 'Alan' }]);
	});
});

describe('a row that Convex would refuse', () => {
	const deep = (levels: number): object => (levels === 0 ? {} : { inner: deep(levels - 1) });

	it.each([
		['a name of Convex itself', { _secret: 1 }, "The input item: '_secret' has a name that"],
		['a name with $', { $a: 1 }, "'$a' has a name that starts with '$'"],
		['too much nesting', { deep: deep(17) }, 'is nested more than 16 levels deep'],
		['too much in it', { text: 'x'.repeat(2 ** 20) }, 'a document in Convex 1 MiB at most'],
	])('with %s is named, and nothing is sent', async (_name, fields, message) => {
		const { stoppedBy } = await convex.run({
			parameters: importing('notes', 'append', { options: { createTable: true } }),
			input: [{ text: 'fine' }, fields as { text?: string }],
		});
		expect(stoppedBy?.message).toContain(message);
		expect(stoppedBy?.message).toContain('[item 1]');
		expect((await systemQuery('_system/cli/queryImport:list')).value).toEqual([]);
	});

	it('fails by itself where the node goes on, and the others are appended', async () => {
		const { success, error } = await convex.run({
			parameters: importing('tasks', 'append'),
			input: [task('a'), task('b', { priority: 'high' }), task('c')],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success[0]).toMatchObject({
			json: { imported: 2 },
			pairedItem: [{ item: 0 }, { item: 2 }],
		});
		expect(error[0]?.json).toMatchObject({ title: 'b', details: { outcome: 'notExecuted' } });
		expect(fieldsOf(await documents('tasks'))).toEqual([task('a'), task('c')]);
	});

	it.each([
		[{ _id: 5 }, "The input item: '_id' is a number, not the ID of a document"],
		[{ _creationTime: 'today' }, "The input item: '_creationTime' is text that is no time"],
	])('with %j is named before a table is replaced', async (fields, message) => {
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'replace'),
			input: [{ ...task('a'), ...fields }],
		});
		expect(stoppedBy?.message).toContain(message);
	});

	it('with the id of another row is named before a table is replaced', async () => {
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'replace'),
			input: [task('a', { _id: 'x' }), task('b', { _id: 'x' })],
		});
		expect(stoppedBy?.message).toBe("The input item has the '_id' of an item before it [item 1]");
	});
});
