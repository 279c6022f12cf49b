import axios from 'axios';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** The endpoints by which other systems copy an app's data, and follow its changes. */
const convex = useEmbeddedDeployment('deployKey');

type Json = Record<string, unknown>;

interface Row extends Json {
	_id: string;
	_table: string;
}

/** Timestamps are longer than JavaScript's numbers: they are kept as text. */
function exact(text: string) {
	return JSON.parse(text.replace(/"(_ts|ts|snapshotTs|snapshot|cursor)":(\d+)/g, '"$1":"$2"'));
}

interface Ask {
	method?: 'GET' | 'POST';
	key?: string;
	/** As it stands, for timestamps. */
	body?: string;
	params?: object;
}

async function ask(path: string, { method = 'POST', key, body = '{}', params }: Ask = {}) {
	const { data, status } = await axios.request({
		url: `${convex.deployment.url}/api/${path}`,
		method,
		params,
		...(method === 'POST' && { data: body }),
		headers: {
			'Content-Type': 'application/json',
			Authorization: `Convex ${key ?? convex.deployment.deployKey}`,
		},
		transformResponse: (text: string) => text,
		validateStatus: () => true,
	});
	return { status, text: String(data), body: exact(String(data)) };
}

async function mutate(path: string, args: object, componentPath?: string) {
	const { data } = await axios.post(
		`${convex.deployment.url}/api/function`,
		{ path, args, componentPath, format: 'convex_encoded_json' },
		{ headers: { Authorization: `Convex ${convex.deployment.deployKey}` } },
	);
	expect(data.status).toBe('success');
	return data.value;
}

const create = async (title: string): Promise<string> => await mutate('tasks:create', { title });

/** A timestamp as it is sent: a number with all its digits. */
const withCursor = (cursor: string, more = '') => `{"cursor":${cursor}${more}}`;

describe('every endpoint', () => {
	it.each([
		['GET', 'list_snapshot'],
		['POST', 'document_deltas'],
		['GET', 'test_streaming_export_connection'],
		['GET', 'get_table_column_names'],
		['POST', 'v1/data/sync'],
		['POST', 'data_sync_cursor_from_deltas'],
	] as const)('asks for a key that may view data: %s %s', async (method, path) => {
		const key = await convex.deployment.createKey(['deployment:data:write']);
		expect((await ask(path, { method, key })).body.code).toBe('OperationNotPermitted');
		expect((await ask(path, { method, key: 'wrong|key' })).body.code).toBe('BadAdminKey');
		const viewer = await convex.deployment.createKey(['deployment:data:view']);
		expect((await ask(path, { method, key: viewer })).text).not.toContain('OperationNotPermitted');
	});
});

it.each(['list_snapshot', 'document_deltas', 'v1/data/sync', 'data_sync_cursor_from_deltas'])(
	'a plan without streaming export has no %s, which is said before permissions are',
	async (path) => {
		await convex.deployment.setStreamingExport(false);
		expect((await ask(path)).body.code).toBe('StreamingExportNotEnabled');
		const key = await convex.deployment.createKey(['deployment:data:write']);
		expect((await ask(path, { key })).body.code).toBe('StreamingExportNotEnabled');
		expect((await ask(path, { key: 'wrong|key' })).body.code).toBe('BadAdminKey');
	},
);

describe('a snapshot', () => {
	/** All rows, and how many pages they came on. */
	async function listAll(params: object = {}) {
		const rows: Row[] = [];
		let page = (await ask('list_snapshot', { method: 'GET', params })).body;
		for (let pages = 1; ; pages++) {
			rows.push(...page.values);
			if (!page.hasMore) return { rows, pages, snapshot: page.snapshot as string };
			const next = { ...params, snapshot: page.snapshot, cursor: page.cursor };
			page = (await ask('list_snapshot', { method: 'GET', params: next })).body;
		}
	}

	it('has every document of app and components once, whatever the page size', async () => {
		await convex.deployment.setExportPageSizes({ listSnapshot: 2 });
		const ids = [];
		for (const title of ['a', 'b', 'c', 'd', 'e']) ids.push(await create(title));
		await mutate('marks:add', { label: 'one' }, 'tally');
		const { rows, pages } = await listAll();
		expect(pages).toBeGreaterThan(3);
		const tasks = rows.filter(({ _table }) => _table === 'tasks');
		expect(tasks.map(({ _id }) => _id)).toEqual(ids);
		expect(rows.filter(({ _table }) => _table !== 'tasks')).toEqual([
			expect.objectContaining({ _component: 'tally', _table: 'marks', label: 'one' }),
		]);
	});

	it('stays as it was when it began', async () => {
		await convex.deployment.setExportPageSizes({ listSnapshot: 1 });
		await create('first');
		const second = await create('second');
		const { body } = await ask('list_snapshot', { method: 'GET', params: { tableName: 'tasks' } });
		await mutate('tasks:complete', { id: second });
		await create('third');
		const { snapshot, cursor } = body;
		const rest = { tableName: 'tasks', snapshot, cursor };
		const { values } = (await ask('list_snapshot', { method: 'GET', params: rest })).body;
		expect(values).toEqual([expect.objectContaining({ title: 'second', status: 'open' })]);
		const last = { ...rest, cursor: JSON.stringify({ ...JSON.parse(cursor), id: second }) };
		expect((await ask('list_snapshot', { method: 'GET', params: last })).body).toMatchObject({
			values: [],
			hasMore: false,
			cursor: null,
		});
	});

	it('tells when each document was written', async () => {
		const id = await create('a');
		const before = (await listAll()).rows[0];
		await mutate('tasks:complete', { id });
		const after = (await listAll()).rows[0];
		expect(BigInt(String(after?._ts))).toBeGreaterThan(BigInt(String(before?._ts)));
	});

	it.each([
		['9000000000000000000', 'SnapshotTooNew'],
		['1000', 'SnapshotTooOld'],
	])('cannot be of %s', async (snapshot, code) => {
		await create('a');
		const body = `{"snapshot":${snapshot}}`;
		expect((await ask('list_snapshot', { body })).body.code).toBe(code);
	});

	it('refuses a cursor that is none, and a format that is none', async () => {
		const cursor = await ask('list_snapshot', {
			method: 'GET',
			params: { cursor: '{"tablet":1}' },
		});
		expect([cursor.status, cursor.body.code]).toEqual([400, 'InvalidListSnapshotCursor']);
		const format = await ask('list_snapshot', { method: 'GET', params: { format: 'xml' } });
		expect([format.status, format.body.code]).toEqual([400, 'BadFormat']);
	});

	it.each([
		[{ tableName: 'tasks' }, ['tasks']],
		[{ tableName: 'marks', component: 'tally' }, ['marks']],
		[{ component: 'tally' }, ['marks']],
		[{ component: '' }, ['boards', 'tasks']],
		[
			{ selection: { _other: 'excluded', '': { _other: 'included', boards: 'excluded' } } },
			['tasks'],
		],
		[
			{
				selection: {
					_other: 'incl',
					tally: 'excl',
					'': { _other: 'excl', boards: { _other: 'incl' } },
				},
			},
			['boards'],
		],
	])('has only what is selected by %j', async (selection, tables) => {
		await create('a');
		await mutate('boards:put', { name: 'b', value: 1 });
		await mutate('marks:add', { label: 'one' }, 'tally');
		const seen = new Set<string>();
		let body: Json = { ...selection };
		for (let hasMore = true; hasMore;) {
			const page = (await ask('list_snapshot', { body: JSON.stringify(body) })).body;
			page.values.forEach((row: Row) => seen.add(row._table));
			hasMore = page.hasMore;
			body = { ...selection, cursor: page.cursor };
		}
		expect([...seen].toSorted()).toEqual(tables);
	});

	it('writes values as its format has them', async () => {
		const value = {
			int: { $integer: '//////////8=' },
			nan: { $float: 'AAAAAAAA+H8=' },
			whole: 2,
			half: 0.5,
		};
		await mutate('boards:put', { name: 'b', value });
		const textOf = async (format?: string) =>
			(await ask('list_snapshot', { method: 'GET', params: { tableName: 'boards', format } })).text;
		expect(await textOf()).toContain('"int":"-1"');
		expect(await textOf('json')).toContain('"nan":"NaN"');
		expect(await textOf('convex_encoded_json')).toContain('"int":{"$integer":"//////////8="}');
		const exported = await textOf('export_json');
		expect(exported).toContain('"int":-1');
		expect(exported).toContain('"nan":{"$float":"AAAAAAAA+H8="}');
		expect(exported).toContain('"whole":2.0');
		expect(exported).toContain('"half":0.5');
	});
});

describe('document deltas', () => {
	/** All deltas after a timestamp. */
	async function deltasAfter(start: string) {
		const rows: Row[] = [];
		const sizes: number[] = [];
		for (let [cursor, hasMore] = [start, true]; hasMore;) {
			const { body } = await ask('document_deltas', { body: withCursor(cursor) });
			rows.push(...body.values);
			sizes.push(body.values.length);
			({ cursor, hasMore } = body);
		}
		return { rows, sizes };
	}

	const now = async (): Promise<string> =>
		(await ask('list_snapshot', { method: 'GET' })).body.snapshot;

	it('are every write and deletion since, in order', async () => {
		await create('before');
		const start = await now();
		const id = await create('a');
		await mutate('tasks:complete', { id });
		await mutate('documents:fill', { group: 'g', count: 1 });
		await mutate('documents:remove', { group: 'g', numbers: [1] });
		const { rows } = await deltasAfter(start);
		expect(rows.map(({ _table, _deleted, status }) => [_table, _deleted, status])).toEqual([
			['tasks', false, 'open'],
			['tasks', false, 'done'],
			['documents', false, undefined],
			['documents', true, undefined],
		]);
		expect(rows.at(-1)).toEqual({
			_component: '',
			_table: 'documents',
			_ts: expect.any(String),
			_deleted: true,
			_id: rows.at(-2)?._id,
		});
	});

	it('do not split a transaction across pages', async () => {
		await convex.deployment.setExportPageSizes({ documentDeltas: 2 });
		const start = await now();
		await mutate('documents:fill', { group: 'g', count: 5 });
		await create('a');
		const { sizes } = await deltasAfter(start);
		expect(sizes).toEqual([5, 1]);
	});

	it('need a cursor that is within what is kept', async () => {
		await create('a');
		expect((await ask('document_deltas')).body.code).toBe('DocumentDeltasCursorRequired');
		const old = await ask('document_deltas', { body: withCursor('1000') });
		expect([old.status, old.body.code]).toEqual([400, 'InvalidWindowToReadDocuments']);
		const cursor = await now();
		await create('b');
		expect((await deltasAfter(cursor)).rows).toHaveLength(1);
		await convex.deployment.forgetHistory();
		const body = withCursor(cursor);
		expect((await ask('document_deltas', { body })).body.code).toBe('InvalidWindowToReadDocuments');
	});
});

describe('data sync', () => {
	interface Page {
		status: { type: string; snapshotTs?: string };
		truncates: unknown[];
		values: Array<{ component: string; table: string; ts: string; deleted: boolean; value: Json }>;
		syncId: string;
		pagination: { hasMore: boolean; nextCursor: string };
	}

	const page = async (cursor?: string, selection?: unknown): Promise<Page> =>
		(await ask('v1/data/sync', { body: JSON.stringify({ cursor, selection }) })).body;

	/** Pages until the client is up to date. */
	async function catchUp(cursor?: string, selection?: unknown): Promise<Page[]> {
		const pages = [await page(cursor, selection)];
		while (pages.at(-1)?.status.type !== 'upToDate') {
			pages.push(await page(pages.at(-1)?.pagination.nextCursor, selection));
		}
		return pages;
	}

	const tasksOnly = {
		_other: 'excluded',
		'': { _other: 'excluded', tasks: { _other: 'included' } },
	};

	it('gives everything, then what is written, deletions as ids', async () => {
		const id = await create('a');
		await mutate('marks:add', { label: 'one' }, 'tally');
		const [first] = await catchUp();
		expect(first?.values.map(({ component, table }) => [component, table])).toEqual(
			expect.arrayContaining([
				['', 'tasks'],
				['tally', 'marks'],
			]),
		);
		expect(first?.truncates).toContainEqual({ component: '', table: 'tasks' });
		const [quiet] = await catchUp(first?.pagination.nextCursor);
		expect(quiet).toMatchObject({ values: [], truncates: [], syncId: first?.syncId });
		await mutate('tasks:complete', { id });
		await mutate('documents:fill', { group: 'g', count: 1 });
		await mutate('documents:remove', { group: 'g', numbers: [1] });
		const [later] = await catchUp(quiet?.pagination.nextCursor);
		expect(later?.truncates).toEqual([]);
		expect(
			later?.values.map(({ table, deleted, value }) => [table, deleted, value.status]),
		).toEqual([
			['tasks', false, 'done'],
			['documents', false, undefined],
			['documents', true, undefined],
		]);
		expect(Object.keys(later?.values.at(-1)?.value ?? {})).toEqual(['_id']);
		expect(later?.pagination.hasMore).toBe(true);
	});

	it('comes page by page while the app writes, and ends at what the app has', async () => {
		await convex.deployment.setExportPageSizes({ dataSync: 3 });
		const ids = [];
		for (let number = 0; number < 7; number++) ids.push(await create(`task ${number}`));
		const copy = new Map<unknown, unknown>();
		const types: string[] = [];
		let cursor: string | undefined;
		for (const id of [...ids, undefined, undefined, undefined, undefined, undefined]) {
			const { values, status, pagination } = await page(cursor, tasksOnly);
			for (const { value } of values) copy.set(value._id, value.status);
			types.push(status.type);
			cursor = pagination.nextCursor;
			if (id !== undefined) await mutate('tasks:complete', { id });
		}
		expect(types[0]).toBe('snapshotting');
		expect(types.at(-1)).toBe('upToDate');
		expect([...copy]).toEqual(ids.map((id) => [id, 'done']));
	});

	it('is stale while more of what was written is to come', async () => {
		await create('a');
		const cursor = (await catchUp(undefined, tasksOnly)).at(-1)?.pagination.nextCursor;
		await convex.deployment.setExportPageSizes({ dataSync: 1 });
		await create('b');
		await create('c');
		const pages = await catchUp(cursor, tasksOnly);
		expect(pages.map(({ status, values }) => [status.type, values.length])).toEqual([
			['stale', 1],
			['upToDate', 1],
		]);
	});

	it('never splits a transaction, and has nothing of tables that are not selected', async () => {
		const documents = {
			_other: 'excluded',
			'': { _other: 'excluded', documents: { _other: 'included' } },
		};
		const cursor = (await catchUp(undefined, documents)).at(-1)?.pagination.nextCursor;
		await convex.deployment.setExportPageSizes({ dataSync: 2 });
		await create('not selected');
		await mutate('documents:fill', { group: 'g', count: 5 });
		await mutate('documents:fill', { group: 'h', count: 1 });
		const pages = await catchUp(cursor, documents);
		expect(pages.map(({ values }) => values.map(({ table }) => table))).toEqual([
			Array(5).fill('documents'),
			['documents'],
		]);
	});

	it('sends a table from scratch when it is selected anew', async () => {
		await create('a');
		await mutate('boards:put', { name: 'b', value: 1 });
		const before = (await catchUp(undefined, tasksOnly)).at(-1)?.pagination.nextCursor;
		const [wider] = await catchUp(before, { _other: 'excluded', '': { _other: 'included' } });
		expect(wider?.truncates).toContainEqual({ component: '', table: 'boards' });
		expect(wider?.truncates).not.toContainEqual({ component: '', table: 'tasks' });
		expect(wider?.values.map(({ table }) => table)).toEqual(['boards']);
	});

	it('sends a table from scratch that an import replaces, whose documents are older than that', async () => {
		await create('old');
		const before = (await catchUp(undefined, tasksOnly)).at(-1)?.pagination.nextCursor;
		const params = { tableName: 'tasks', format: 'jsonLines', mode: 'replace' };
		await ask('import', { params, body: '{"title":"new","status":"open"}' });
		const [first] = await catchUp(before, tasksOnly);
		expect(first?.truncates).toEqual([{ component: '', table: 'tasks' }]);
		expect(first?.values.map(({ deleted, value }) => [deleted, value.title])).toEqual([
			[false, 'new'],
		]);
		const [writtenAt = '', asOf = ''] = [first?.values[0]?.ts, first?.status.snapshotTs];
		expect(BigInt(writtenAt)).toBeLessThan(BigInt(asOf));
		const [quiet] = await catchUp(first?.pagination.nextCursor, tasksOnly);
		expect(quiet).toMatchObject({ truncates: [], values: [] });
	});

	it('leaves out columns, but never the id', async () => {
		await create('a');
		const columns = (tasks: object) => ({ _other: 'excluded', '': { _other: 'excluded', tasks } });
		const [first] = await catchUp(
			undefined,
			columns({ _other: 'excluded', _id: 'included', title: 'included' }),
		);
		expect(Object.keys(first?.values[0]?.value ?? {}).toSorted()).toEqual(['_id', 'title']);
		const refused = await page(undefined, columns({ _other: 'excluded', title: 'included' }));
		expect(refused).toMatchObject({ code: 'InvalidDataSyncSelection' });
		expect(await page(undefined, { tasks: 'included' })).toMatchObject({ code: 'BadJsonBody' });
	});

	it('takes no cursor that is changed, made elsewhere or expired', async () => {
		await create('a');
		const cursor = (await catchUp()).at(-1)?.pagination.nextCursor ?? '';
		const changed = cursor.replace(/..$/, '00');
		expect(await page(changed)).toMatchObject({ code: 'InvalidDataSyncCursor' });
		expect(await page('coffee')).toMatchObject({ code: 'InvalidDataSyncCursor' });
		await create('b');
		await convex.deployment.forgetHistory();
		expect(await page(cursor)).toMatchObject({ code: 'DataSyncCursorExpired' });
	});

	it('begins at a timestamp, without what was there before', async () => {
		await create('before');
		const ts = (await ask('list_snapshot', { method: 'GET' })).body.snapshot;
		await create('after');
		const begin = async (body: string) =>
			(await ask('data_sync_cursor_from_deltas', { body })).body;
		const { cursor } = await begin(withCursor(ts));
		const [first] = await catchUp(cursor);
		expect(first?.truncates).toEqual([]);
		expect(first?.values.map(({ value }) => value.title)).toEqual(['after']);
		expect(await begin(withCursor('9000000000000000000'))).toMatchObject({
			code: 'InvalidDataSyncCursor',
		});
		expect(await begin(withCursor('1000'))).toMatchObject({ code: 'DataSyncCursorExpired' });
	});
});

it('the columns of a table are the fields of its documents', async () => {
	await create('a');
	const { body } = await ask('get_table_column_names', { method: 'GET' });
	expect(body.byComponent['']).toContainEqual({
		name: 'tasks',
		columns: ['_creationTime', '_id', 'status', 'title'],
	});
	expect(body.byComponent.tally).toEqual([{ name: 'marks', columns: ['_creationTime', '_id'] }]);
	const { status, body: nothing } = await ask('test_streaming_export_connection', {
		method: 'GET',
	});
	expect([status, nothing]).toEqual([200, null]);
});
