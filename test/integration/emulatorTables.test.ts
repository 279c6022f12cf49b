import axios from 'axios';
import { UNSET_PLACEHOLDER } from '../../emulator/data/unsetPlaceholder';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** The system functions behind the dashboard's pages of data, as the emulator has them. */
const convex = useEmbeddedDeployment('deployKey');

const TALLY = { componentId: 'tally-component-id' };

async function call(
	path: string,
	args: object,
	{ type = 'query', key = convex.deployment.deployKey } = {},
) {
	const { data, status } = await axios.post(
		`${convex.deployment.url}/api/${type}`,
		{ path, args, format: 'convex_encoded_json' },
		{ headers: { Authorization: `Convex ${key}` }, validateStatus: () => true },
	);
	return { httpStatus: status, ...data };
}

const system = async (name: string, args: object = {}) =>
	(await call(`_system/frontend/${name}`, args)).value;

const page = async (table: string, more: object = {}, expression?: object) =>
	await system('paginatedTableDocuments', {
		table,
		paginationOpts: { numItems: 100, cursor: null },
		filters: expression === undefined ? null : encoded(expression),
		...more,
	});

const encoded = (expression: object) =>
	Buffer.from(JSON.stringify({ clauses: [], ...expression })).toString('base64');

const addTask = async (title: string, more: object = {}): Promise<string> =>
	(await call('tasks:create', { title, ...more }, { type: 'mutation' })).value;

const titles = ({ page: documents }: { page: Array<{ title: string }> }) =>
	documents.map(({ title }) => title);

describe('the tables of the emulator', () => {
	it('lists the tables of the schema and two of the system, by number', async () => {
		const tables: Record<string, string> = await system('getTableMapping');
		expect(Object.values(tables)).toContain('tasks');
		expect(Object.values(tables).filter((name) => name.startsWith('_'))).toEqual([
			'_file_storage',
			'_scheduled_jobs',
		]);
		expect(Object.keys(tables).every((number) => Number(number) > 10_000)).toBe(true);
		expect(await system('getTableMapping')).toEqual(tables);
		expect(Object.values(await system('getTableMapping', TALLY))).toContain('marks');
	});

	it('give the active schema as text', async () => {
		const { active } = await system('getSchemas');
		const { tables, schemaValidation } = JSON.parse(active);
		expect(schemaValidation).toBe(true);
		const tasks = tables.find(({ tableName }: { tableName: string }) => tableName === 'tasks');
		expect(tasks.indexes).toEqual([{ indexDescriptor: 'by_status', fields: ['status'] }]);
		expect(tasks.documentType.value.title).toEqual({
			fieldType: { type: 'string' },
			optional: false,
		});
	});

	it('count documents, and find them by id in their own table only', async () => {
		const id = await addTask('Call Ada');
		expect(await system('tableSize', { tableName: 'tasks' })).toBe(1);
		const ids = [
			{ id, tableName: 'tasks' },
			{ id, tableName: 'orders' },
			{ id: 'nothing', tableName: 'tasks' },
			{ id, tableName: 'unknown' },
		];
		expect(await system('listById', { ids })).toEqual([
			expect.objectContaining({ _id: id, title: 'Call Ada' }),
			null,
			null,
			null,
		]);
	});

	it('answer only keys that may view data, and with arguments that fit', async () => {
		const key = await convex.deployment.createKey(['deployment:data:write']);
		const refused = await call('_system/frontend/tableSize', { tableName: 'tasks' }, { key });
		expect(refused.errorMessage).toContain(
			'\nUncaught Error: You do not have permission to perform this operation (deployment:data:view).\n    at ',
		);
		const unfit = await call('_system/frontend/tableSize', {});
		expect(unfit.errorMessage).toContain('missing the required field `tableName`');
		const component = { tableName: 'marks', componentId: 'none' };
		expect((await call('_system/frontend/tableSize', component)).httpStatus).toBe(500);
	});

	it('show what documents look like', async () => {
		await addTask('Call Ada');
		await addTask('Call Bob', { priority: 1 });
		const { data } = await axios.get(`${convex.deployment.url}/api/shapes2`, {
			headers: { Authorization: `Convex ${convex.deployment.deployKey}` },
		});
		expect(data.orders).toEqual({ type: 'Never' });
		expect(data.tasks.fields).toContainEqual({
			fieldName: 'priority',
			optional: true,
			shape: { type: 'Float64', float64Range: { hasSpecialValues: false } },
		});
		expect(data.tasks.fields[1]).toEqual({
			fieldName: '_id',
			optional: false,
			shape: { type: 'Id', tableName: 'tasks' },
		});
	});
});

describe('a page of a table of the emulator', () => {
	beforeEach(async () => {
		await addTask('A', { priority: 1 });
		await addTask('B', { priority: 2 });
		await addTask('C');
	});

	it('has the newest documents first unless asked otherwise', async () => {
		expect(titles(await page('tasks'))).toEqual(['C', 'B', 'A']);
		expect(titles(await page('tasks', {}, { order: 'asc' }))).toEqual(['A', 'B', 'C']);
		expect(await page('unknown')).toMatchObject({ page: [], isDone: true });
	});

	it('goes on from its cursor, also in a component', async () => {
		const first = await page('tasks', { paginationOpts: { numItems: 2, cursor: null } });
		expect(titles(first)).toEqual(['C', 'B']);
		const cursor = first.continueCursor;
		const second = await page('tasks', { paginationOpts: { numItems: 2, cursor } });
		expect([titles(second), second.isDone]).toEqual([['A'], true]);
		expect(await page('marks', TALLY)).toMatchObject({ page: [], isDone: true });
	});

	it.each([
		['equal', [{ field: 'title', op: 'eq', value: 'A' }], ['A']],
		['different', [{ field: 'title', op: 'neq', value: 'A' }], ['C', 'B']],
		['greater', [{ field: 'priority', op: 'gt', value: 1 }], ['B']],
		// A field that is not set comes before every value.
		['less', [{ field: 'priority', op: 'lt', value: 2 }], ['C', 'A']],
		['one of several', [{ field: 'title', op: 'anyOf', value: ['A', 'C'] }], ['C', 'A']],
		['none of several', [{ field: 'title', op: 'noneOf', value: ['A', 'C'] }], ['B']],
		['not set', [{ field: 'priority', op: 'eq', value: UNSET_PLACEHOLDER }], ['C']],
		['of a type', [{ field: 'priority', op: 'type', value: 'number' }], ['B', 'A']],
		['not of a type', [{ field: 'priority', op: 'notype', value: 'unset' }], ['B', 'A']],
		['switched off', [{ field: 'title', op: 'eq', value: 'A', enabled: false }], ['C', 'B', 'A']],
		[
			'all of it at once',
			[
				{ field: 'priority', op: 'gte', value: 1 },
				{ field: 'title', op: 'lte', value: 'A' },
			],
			['A'],
		],
	])('has the documents whose fields are %s', async (_name, clauses, expected) => {
		expect(titles(await page('tasks', {}, { clauses }))).toEqual(expected);
	});

	it('is empty and not the last where filters of types let nothing through', async () => {
		const clauses = [{ field: 'priority', op: 'type', value: 'bytes' }];
		const opts = { paginationOpts: { numItems: 2, cursor: null } };
		expect(await page('tasks', opts, { clauses })).toMatchObject({ page: [], isDone: false });
	});

	it('reads a range of an index', async () => {
		const clause = { type: 'indexEq', enabled: true, value: 'done' };
		const index = { name: 'by_status', clauses: [clause] };
		expect(titles(await page('tasks', {}, { index }))).toEqual([]);
		const all = { name: 'by_status', clauses: [] };
		expect(titles(await page('tasks', {}, { index: all, order: 'asc' }))).toEqual(['A', 'B', 'C']);
	});

	it('has a row of error in the place of documents for filters that are none', async () => {
		const clauses = [
			{ field: 'title', op: 'eq', value: 'A' },
			{ field: 'title', op: 'eq', value: { $integer: 'x' } },
		];
		expect((await page('tasks', {}, { clauses })).page).toEqual([
			{ filter: 1, error: 'Invalid value: {"$integer":"x"}.' },
		]);
		const index = { name: 'by_nothing', clauses: [] };
		expect((await page('tasks', {}, { index })).page).toEqual([
			{ filter: -1, error: 'Index by_nothing does not exist.' },
		]);
	});

	it('has one document where the only filter is an id', async () => {
		const [{ _id: id }] = (await page('tasks')).page;
		const clauses = [{ field: '_id', op: 'eq', value: id }];
		expect(titles(await page('tasks', {}, { clauses }))).toEqual(['C']);
		expect((await page('orders', {}, { clauses })).page).toEqual([]);
	});
});
