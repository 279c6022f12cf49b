import { archiveAround, EMPTY_FILE, withPart } from '../../nodes/Convex/convex/imports/archive';
import { until } from '../e2e/until';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { adminRequests, fieldsOf } from '../support/importRequests';

/** Imports as `npx convex import` and the connector for Airbyte ask for them. */
const convex = useEmbeddedDeployment('deployKey');

const { request, documents, systemQuery } = adminRequests(() => convex.deployment);

const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const task = (title: string, more: object = {}) => ({ title, status: 'open', ...more });

interface Import {
	tableName?: string;
	componentPath?: string;
	mode?: string;
	format?: string;
}

async function importAtOnce(content: string | Buffer, wanted: Import = {}) {
	const params = { format: 'jsonLines', mode: 'append', tableName: 'tasks', ...wanted };
	return await request('POST', 'import', { data: Buffer.from(content), params });
}

/** @returns the id of the import */
async function upload(content: string, wanted: Import = {}): Promise<string> {
	const { uploadToken } = (await request('POST', 'import/start_upload')).body;
	const part = await request('POST', 'import/upload_part', {
		params: { uploadToken, partNumber: 1 },
		data: Buffer.from(content),
	});
	const finished = await request('POST', 'import/finish_upload', {
		data: {
			import: { format: 'jsonLines', mode: 'append', tableName: 'tasks', ...wanted },
			uploadToken,
			partTokens: [part.body],
		},
	});
	return finished.body.importId;
}

/** Waits until an import is in a state, and gives it. */
async function reached(importId: string, state: string) {
	const read = async () => (await systemQuery('_system/cli/queryImport', { importId })).value;
	await until(async () => (await read()).state.state === state);
	return await read();
}

describe('an import', () => {
	it('waits to be confirmed, and tells what it will do', async () => {
		await importAtOnce(lines(task('old')));
		const importId = await upload(lines(task('a'), task('b')), { mode: 'replace' });
		const waiting = await reached(importId, 'waiting_for_confirmation');
		expect(waiting.state).toMatchObject({ require_manual_confirmation: true });
		expect(waiting.state.message_to_confirm).toContain('tasks | 2      | 1 of 1 |');
		expect(fieldsOf(await documents('tasks'))).toEqual([task('old')]);
		await request('POST', 'perform_import', { data: { importId } });
		const completed = await reached(importId, 'completed');
		expect(completed.state.num_rows_written).toEqual({ $integer: 'AgAAAAAAAAA=' });
		expect(fieldsOf(await documents('tasks'))).toEqual([task('a'), task('b')]);
	});

	it('replaces all or nothing', async () => {
		await importAtOnce(lines(task('old')));
		const { status, body } = await importAtOnce(lines(task('new'), { title: 7 }), {
			mode: 'replace',
		});
		expect(status).toBe(400);
		expect(body.code).toBe('ImportFailed');
		expect(body.message).toContain('Hit an error while importing:\nFailed to insert or update');
		expect(fieldsOf(await documents('tasks'))).toEqual([task('old')]);
	});

	it('appends transaction by transaction, so that what was written stays', async () => {
		await convex.deployment.setImportPace({ rowsPerTransaction: 1 });
		const { status } = await importAtOnce(
			lines(task('a'), task('b'), task('c'), task('d'), { title: 5 }),
		);
		expect(status).toBe(400);
		expect(fieldsOf(await documents('tasks'))).toHaveLength(4);
	});

	it('is not carried out once it is cancelled, and not cancelled once it is', async () => {
		const importId = await upload(lines(task('a')), { mode: 'replace' });
		await reached(importId, 'waiting_for_confirmation');
		expect((await request('POST', 'cancel_import', { data: { importId } })).status).toBe(200);
		const failed = await reached(importId, 'failed');
		expect(failed.state.error_message).toBe('Import canceled');
		await request('POST', 'perform_import', { data: { importId } });
		const { body } = await request('POST', 'cancel_import', { data: { importId } });
		expect(body.code).toBe('CannotCancelImport');
		expect(await documents('tasks')).toEqual([]);
	});

	it('keeps the ids and times that rows have', async () => {
		await importAtOnce(lines(task('a'), task('b')));
		const [first, second] = await documents('tasks');
		await importAtOnce(lines({ ...first, title: 'changed' }, { ...second }), { mode: 'replace' });
		expect(await documents('tasks')).toEqual([{ ...first, title: 'changed' }, second]);
		const { body } = await importAtOnce(lines({ ...first, _id: second?._id }, { ...second }), {
			mode: 'replace',
		});
		expect(body.message).toContain('duplicate _id fields');
	});

	it('takes no int64 and no bytes from plain JSON', async () => {
		const row = { name: 'x', value: { $integer: 'AgAAAAAAAAA=' } };
		const { body } = await importAtOnce(lines(row), { tableName: 'boards' });
		expect(body.message).toContain("Field name $integer starts with '$', which is reserved.");
	});

	it('takes every type from a zip archive in the format of exports', async () => {
		const values = '[42,42.0,-0.0,{"$bytes":"AQI="},{"$float":"AAAAAAAA8H8="}]';
		const line = Buffer.from(`{"name":"x","value":${values}}\n`);
		const { before, after } = archiveAround('boards', withPart(EMPTY_FILE, line));
		const archive = Buffer.concat([before, line, after]);
		const params = { format: 'zip', mode: 'replace' };
		expect((await request('POST', 'import', { data: archive, params })).body.numWritten).toBe(1);
		const value = [
			{ $integer: 'KgAAAAAAAAA=' },
			42,
			{ $float: 'AAAAAAAAAIA=' },
			{ $bytes: 'AQI=' },
			{ $float: 'AAAAAAAA8H8=' },
		];
		expect(fieldsOf(await documents('boards'))).toEqual([{ name: 'x', value }]);
	});

	it('goes into a component', async () => {
		await importAtOnce(lines({ label: 'one' }), { tableName: 'marks', componentPath: 'tally' });
		expect(fieldsOf(await documents('marks', 'tally'))).toEqual([{ label: 'one' }]);
	});

	it('needs parts of 5 MiB, but for the last', async () => {
		const { uploadToken } = (await request('POST', 'import/start_upload')).body;
		const partTokens = [];
		for (const partNumber of [1, 2]) {
			const params = { uploadToken, partNumber };
			partTokens.push((await request('POST', 'import/upload_part', { params, data: 'x' })).body);
		}
		const data = { import: { format: 'zip' }, uploadToken, partTokens };
		expect((await request('POST', 'import/finish_upload', { data })).status).toBe(500);
	});
});

describe('a key', () => {
	it.each([
		['POST', 'import/start_upload'],
		['POST', 'perform_import'],
		['POST', 'streaming_import/import_airbyte_records'],
		['PUT', 'streaming_import/add_primary_key_indexes'],
	] as const)('has to be one that may import: %s %s', async (method, path) => {
		const key = await convex.deployment.createKey(['deployment:data:write']);
		const { body } = await request(method, path, { key, data: {} });
		expect(body.message).toContain('(deployment:backups:import)');
	});

	it('has to be one that may view backups to see how an import goes', async () => {
		const key = await convex.deployment.createKey(['deployment:backups:import']);
		const { errorMessage } = await systemQuery('_system/cli/queryImport:list', {}, key);
		expect(errorMessage).toContain('(deployment:backups:view)');
	});
});

describe('records', () => {
	const addIndex = async (...fields: string[]) =>
		await request('PUT', 'streaming_import/add_primary_key_indexes', {
			data: { indexes: { orders: fields.map((field) => [field]) } },
		});

	const send = async (data: object[], key: string[] | null = ['orderId']) =>
		await request('POST', 'streaming_import/import_airbyte_records', {
			data: {
				tables: { orders: { primaryKey: key && key.map((field) => [field]), jsonSchema: {} } },
				messages: data.map((one) => ({ tableName: 'orders', data: one })),
			},
		});

	const order = (orderId: string, more: object = {}) => ({
		orderId,
		email: 'a@example.com',
		total: 1,
		announced: false,
		...more,
	});

	const indexes = async () =>
		(await systemQuery('_system/frontend/indexes', { tableName: 'orders', tableNamespace: null }))
			.value;

	async function indexed(...fields: string[]) {
		await addIndex(...fields);
		await until(async () => (await indexes())[0].backfill.state === 'done');
	}

	it('replace the document with their key, and are inserted where there is none', async () => {
		await indexed('orderId');
		await send([order('a', { paidAt: 5 }), order('b')]);
		const before = await documents('orders');
		expect((await send([order('a', { total: 2 }), order('c')])).status).toBe(200);
		const after = await documents('orders');
		expect(after[0]).toEqual({
			...order('a', { total: 2 }),
			_id: before[0]?._id,
			_creationTime: before[0]?._creationTime,
		});
		expect(fieldsOf(after)).toEqual([order('a', { total: 2 }), order('b'), order('c')]);
	});

	it('are refused before there is an index for their key', async () => {
		expect((await send([order('a')])).body.code).toBe('IndexNotFoundError');
		await convex.deployment.setImportPace({ heldAt: 'indexing' });
		await addIndex('orderId');
		expect((await indexes())[0].backfill.state).toBe('backfilling');
		expect((await send([order('a')])).body.code).toBe('IndexBackfillingError');
	});

	it('are refused where the index is for other fields, or those in another order than its first', async () => {
		await indexed('orderId', 'email');
		expect((await send([order('a')], ['total'])).body.code).toBe('FieldNotInIndex');
		expect((await send([order('a')], ['email'])).body.code).toBe('InvalidIndexRange');
		expect((await send([order('a')], ['email', 'orderId'])).status).toBe(200);
		expect((await send([order('a', { total: 3 })], ['orderId'])).status).toBe(200);
		expect(await documents('orders')).toHaveLength(1);
	});

	it('fail by a fault of the deployment where two documents have a key', async () => {
		await send([order('a'), order('a')], null);
		await indexed('orderId');
		expect((await send([order('a')])).status).toBe(500);
	});

	it('lose the names that Convex does not take, those of its own types as well', async () => {
		await indexed('orderId');
		const { status, body } = await send([{ ...order('a'), total: { $integer: 'AgAAAAAAAAA=' } }]);
		expect(status).toBe(400);
		expect(body.message).toContain('source_integer');
	});

	it('insert the document of a deletion whose key is not there', async () => {
		await indexed('orderId');
		await send([order('a', { _ab_cdc_deleted_at: '2026-01-01' })]);
		expect(await documents('orders')).toHaveLength(1);
		await send([order('a', { _ab_cdc_deleted_at: '2026-01-01' })]);
		expect(await documents('orders')).toEqual([]);
	});

	it('lack a key: nothing of the request is written', async () => {
		await indexed('orderId');
		const { body } = await send([order('a'), { total: 1 }]);
		expect(body.code).toBe('MissingPrimaryKeyValue');
		expect(await documents('orders')).toEqual([]);
	});

	it('have an index that is dropped and built again for other fields', async () => {
		await indexed('orderId');
		await indexed('email');
		expect((await indexes())[0].fields).toEqual(['email', '_creationTime']);
		const data = { tables: ['orders'] };
		const ready = await request('GET', 'streaming_import/primary_key_indexes_ready', { data });
		expect(ready.body).toEqual({ indexesReady: true });
		const other = await request('GET', 'streaming_import/primary_key_indexes_ready', {
			data: { tables: ['tasks'] },
		});
		expect(other.body.code).toBe('MissingIndex');
	});
});
