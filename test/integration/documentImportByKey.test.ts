import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { adminRequests, fieldsOf, importing } from '../support/importRequests';
import { until } from '../support/waiting';

/** Rows that replace the documents with their keys: by the endpoints of the connector for Airbyte. */
const convex = useEmbeddedDeployment('deployKey');

const { documents, request, systemQuery } = adminRequests(() => convex.deployment);

const order = (orderId: string, more: object = {}) => ({
	orderId,
	email: 'a@example.com',
	total: 1,
	announced: false,
	...more,
});

const byOrderId = (more = {}) => importing('orders', 'upsert', { keyFields: 'orderId', ...more });

const indexFields = async (): Promise<string[]> =>
	(await systemQuery('_system/frontend/indexes', { tableName: 'orders', tableNamespace: null }))
		.value[0].fields;

const requestsTo = async (path: string) =>
	(await convex.deployment.requestStats()).endpoints[path]?.requests ?? 0;

describe('rows with a key', () => {
	it('replace the documents that have it, and are added where there is none', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a', { paidAt: 5 }), order('b')] });
		const before = await documents('orders');
		const { success } = await convex.run({
			parameters: byOrderId(),
			input: [order('c'), order('a', { total: 2 })],
		});
		expect(success).toEqual([
			{
				json: { table: 'orders', mode: 'upsert', keyFields: ['orderId'], imported: 2 },
				pairedItem: [{ item: 0 }, { item: 1 }],
			},
		]);
		const after = await documents('orders');
		expect(fieldsOf(after)).toEqual([order('a', { total: 2 }), order('b'), order('c')]);
		expect(after[0]?._id).toBe(before[0]?._id);
	});

	it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
		'that is called %s count as without it where they lack it',
		async (keyFields) => {
			const { stoppedBy } = await convex.run({
				parameters: importing('orders', 'upsert', { keyFields }),
				input: [order('a')],
			});
			expect(stoppedBy?.message).toBe(
				`The input item has no value in the key field '${keyFields}' [item 0]`,
			);
			expect(await requestsTo('/api/streaming_import/import_airbyte_records')).toBe(0);
		},
	);

	it('may come from Convex: what it sets itself is left out', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		const [row] = await documents('orders');
		await convex.run({ parameters: byOrderId(), input: [{ ...row, total: 9 }] });
		expect(await documents('orders')).toEqual([{ ...row, total: 9 }]);
	});

	it('may have a key of several fields, in any order', async () => {
		const input = [order('a', { total: 1 }), order('a', { total: 2, email: 'other@example.com' })];
		await convex.run({
			parameters: importing('orders', 'upsert', { keyFields: 'orderId, email' }),
			input,
		});
		const { success } = await convex.run({
			parameters: importing('orders', 'upsert', { keyFields: ['email', 'orderId'] }),
			input,
		});
		expect(success).toHaveLength(1);
		expect(await documents('orders')).toHaveLength(2);
		expect(await requestsTo('/api/streaming_import/add_primary_key_indexes')).toBe(1);
	});

	it('of the same key: the last one stays', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a'), order('a', { total: 2 })] });
		expect(fieldsOf(await documents('orders'))).toEqual([order('a', { total: 2 })]);
	});

	it('go together, up to a thousand in a request', async () => {
		const input = Array.from({ length: 2_500 }, (_, index) => order(`${index}`));
		const { success } = await convex.run({ parameters: byOrderId(), input });
		expect(success[0]?.json.imported).toBe(2_500);
		expect(await requestsTo('/api/streaming_import/import_airbyte_records')).toBe(3);
	});

	it('carry a negative zero', async () => {
		const board = (value: unknown) => ({ name: 'x', value: value as number });
		const parameters = importing('boards', 'upsert', { keyFields: 'name' });
		await convex.run({ parameters, input: [board({ $float: 'AAAAAAAAAIA=' })] });
		expect(fieldsOf(await documents('boards'))).toEqual([
			{ name: 'x', value: { $float: 'AAAAAAAAAIA=' } },
		]);
	});
});

describe('rows of a run that n8n repeats', () => {
	const path = '/api/streaming_import/import_airbyte_records';
	const overload = { path, skip: 1, kind: 'answer', status: 429, body: '' } as const;
	const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 };
	const input = Array.from({ length: 2_500 }, (_, index) => order(`${index}`));
	const parameters = byOrderId({ options: { maxRetries: 0 } });

	it('are told of by one item, with those of the attempt before', async () => {
		await convex.deployment.addFault(overload);
		const { success, stoppedBy } = await convex.run({ parameters, input, settings });
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => json)).toEqual([
			{ table: 'orders', mode: 'upsert', keyFields: ['orderId'], imported: 2_500 },
		]);
		expect(success[0]?.pairedItem).toHaveLength(2_500);
		expect(await requestsTo(path)).toBe(4);
	});

	it('are not written over those behind them, which were written before', async () => {
		const rows = Array.from({ length: 1_500 }, (_, index) => order(`${index}`));
		rows[0] = order('stock', { total: 5 });
		rows[1_200] = order('stock', { total: 7 });
		await convex.deployment.addFault({ ...overload, skip: 0 });
		const { success, error } = await convex.run({
			parameters,
			input: rows,
			settings: { ...settings, onError: 'continueErrorOutput' },
		});
		expect(error).toEqual([]);
		expect(success.map(({ json }) => json.imported)).toEqual([1_500]);
		const stock = (await documents('orders')).filter(({ orderId }) => orderId === 'stock');
		expect(stock).toMatchObject([{ total: 7 }]);
	});

	it('count as written where the attempt after them fails', async () => {
		await convex.deployment.addFault({ ...overload, times: 2 });
		const { stoppedBy } = await convex.run({ parameters, input, settings });
		expect(stoppedBy?.message).toMatch(/ 1,000 other rows were imported already\.$/);
		expect(stoppedBy?.context.data).toMatchObject({ rows: 1_000, rowsWritten: 1_000 });
		expect(stoppedBy?.description).not.toMatch(/Concurrency|Batch Size/);
	});
});

it('a row that is refused behind many large ones keeps all of them from being sent', async () => {
	const email = 'x'.repeat(1_000_000);
	const rows = Array.from({ length: 70 }, (_, index) => order(`${index}`, { email }));
	const { stoppedBy } = await convex.run({
		parameters: byOrderId(),
		input: [...rows, { email: 'no key' }],
	});
	expect(stoppedBy?.message).toContain('[item 70]');
	expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted' });
	expect(await requestsTo('/api/streaming_import/import_airbyte_records')).toBe(0);
});

describe('a row that an import by key cannot carry', () => {
	it.each([
		[{ $integer: 'KgAAAAAAAAA=' }, "'value' is an int64, which an import by key cannot carry"],
		[{ $bytes: 'AQI=' }, "'value' is bytes, which an import by key cannot carry"],
		[{ $float: 'AAAAAAAA8H8=' }, "'value' is Infinity, which an import by key cannot carry"],
		[{ _inner: 1 }, "'value._inner' has a name that starts with '_'"],
	])('is named, and nothing is sent: %j', async (value, message) => {
		const { stoppedBy } = await convex.run({
			parameters: importing('boards', 'upsert', { keyFields: 'name' }),
			input: [
				{ name: 'fine', value: 1 },
				{ name: 'x', value },
			],
		});
		expect(stoppedBy?.message).toContain(message);
		expect(stoppedBy?.message).toContain('[item 1]');
		expect(await requestsTo('/api/streaming_import/add_primary_key_indexes')).toBe(0);
	});

	it.each(['constructor', 'toString', 'valueOf'])(
		'has no key by a name that every object of JavaScript knows: %s',
		async (keyFields) => {
			const { stoppedBy } = await convex.run({
				parameters: importing('boards', 'upsert', { keyFields }),
				input: [{ name: 'x', value: 1 }],
			});
			expect(stoppedBy?.message).toContain(`has no value in the key field '${keyFields}'`);
			expect(await requestsTo('/api/streaming_import/add_primary_key_indexes')).toBe(0);
		},
	);

	it.each([[undefined], [null], ['']])('has no key: %p', async (name) => {
		const { stoppedBy } = await convex.run({
			parameters: importing('boards', 'upsert', { keyFields: 'name' }),
			input: [{ value: 1, ...(name !== undefined && { name }) }],
		});
		expect(stoppedBy?.message).toMatch(/'name'/);
		expect(await documents('boards')).toEqual([]);
	});
});

describe('the key index', () => {
	it('for another key is not dropped in silence', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		const byEmail = importing('orders', 'upsert', { keyFields: 'email' });
		const { stoppedBy } = await convex.run({ parameters: byEmail, input: [order('b')] });
		expect(stoppedBy?.message).toContain(
			"The table 'orders' has a key index for orderId, not for email",
		);
		expect(stoppedBy?.description).toContain("With the option 'Rebuild Key Index'");
		expect(stoppedBy?.context.data).toMatchObject({
			reason: 'keyIndexDiffers',
			outcome: 'notExecuted',
		});
		expect(await indexFields()).toEqual(['orderId', '_creationTime']);
	});

	it('that cannot be seen is not dropped in silence', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		for (const value of [null, 7, {}, [{ descriptor: '_by_airbyte_primary_key' }]]) {
			const body = { status: 'success', value };
			// Behind the tables and the schema.
			const fault = { path: '/api/query', skip: 2, kind: 'answer', status: 200, body } as const;
			await convex.deployment.addFault(fault);
			const { stoppedBy } = await convex.run({
				parameters: importing('orders', 'upsert', { keyFields: 'email' }),
				input: [order('b')],
			});
			expect(stoppedBy?.message).toMatch(/^The indexes of the table could not be read/);
			expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted' });
		}
		expect(await indexFields()).toEqual(['orderId', '_creationTime']);
	});

	it('for another key is built again by choice', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		const { success } = await convex.run({
			parameters: importing('orders', 'upsert', {
				keyFields: 'email',
				options: { rebuildKeyIndex: true },
			}),
			input: [order('b')],
		});
		expect(success[0]?.json.imported).toBe(1);
		expect(await indexFields()).toEqual(['email', '_creationTime']);
		expect(fieldsOf(await documents('orders'))).toEqual([order('b')]);
	});

	it('is built again each time where rows have other keys than those before', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: importing('orders', 'upsert', {
				keyFields: '={{ $json.total === 1 ? "orderId" : "email" }}',
				options: { rebuildKeyIndex: true },
			}),
			input: [1, 2, 1].map((total, index) => ({
				...order(`k${index}`),
				email: `e${index}@a.b`,
				total,
			})),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => json.imported)).toEqual([2, 1]);
		expect(await indexFields()).toEqual(['orderId', '_creationTime']);
	});

	it('that another import replaces while it is built is not waited for', async () => {
		await convex.deployment.setImportPace({ heldAt: 'indexing' });
		const waiting = convex.run({ parameters: byOrderId(), input: [order('a')] });
		const building = '/api/streaming_import/add_primary_key_indexes';
		await until(async () => (await requestsTo(building)) > 0);
		const options = { rebuildKeyIndex: true };
		const parameters = byOrderId({ keyFields: 'email', options });
		const replacing = convex.run({ parameters, input: [order('b')] });
		const { stoppedBy } = await waiting;
		expect(stoppedBy?.message).toBe(
			"The key index of 'orders' for orderId was replaced by one for email while Convex built it [item 0]",
		);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted' });
		await convex.deployment.setImportPace({ heldAt: '' });
		expect((await replacing).success).toHaveLength(1);
	});

	it('is waited for, up to the time limit', async () => {
		await convex.deployment.setImportPace({ heldAt: 'indexing' });
		const { error } = await convex.run({
			parameters: byOrderId({ options: { timeLimit: 3_000 } }),
			input: [order('a'), order('b')],
			settings: { onError: 'continueErrorOutput' },
		});
		for (const { json } of error) {
			expect(json.error).toBe(
				"Convex did not build the key index of 'orders' within 3 seconds, so that the rows were not written",
			);
			expect(json.details).toMatchObject({ outcome: 'notExecuted', reason: 'timedOut' });
		}
		expect(error).toHaveLength(2);
		expect(await documents('orders')).toEqual([]);
		const waiting = convex.run({ parameters: byOrderId(), input: [order('a')] });
		await convex.deployment.setImportPace({ heldAt: '' });
		expect((await waiting).success).toHaveLength(1);
	});
});

const refusedRow = {
	path: '/api/streaming_import/import_airbyte_records',
	kind: 'answer',
	status: 400,
	body: { code: 'SchemaEnforcementError', message: 'Failed to insert or update.' },
} as const;

describe('rows that Convex refuses', () => {
	/** The table's schema says nothing of it, so the node cannot know. */
	const wrongId = { ...order('b'), _x: 1 };

	it('fail by themselves where the node goes on, and all others are written', async () => {
		const tooLarge = 'x'.repeat(2 ** 20);
		const { success, error } = await convex.run({
			parameters: byOrderId(),
			input: [order('a'), wrongId, order('c'), order('d', { email: tooLarge })],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success[0]?.json.imported).toBe(2);
		expect(error).toHaveLength(2);
		expect(fieldsOf(await documents('orders'))).toEqual([order('a'), order('c')]);
	});

	it('are found out by halves where only Convex can tell', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		// It is refused as a whole, and then in halves.
		const refusal = { code: 'SchemaEnforcementError', message: 'Failed to insert or update.' };
		const path = '/api/streaming_import/import_airbyte_records';
		for (const skip of [0, 0]) {
			await convex.deployment.addFault({ path, kind: 'answer', status: 400, body: refusal, skip });
		}
		const { success, error } = await convex.run({
			parameters: byOrderId(),
			input: [order('b'), order('c')],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success[0]?.json.imported).toBe(1);
		expect(error.map(({ json }) => json.error)).toEqual(['Failed to insert or update.']);
		expect(error[0]?.json.details).toMatchObject({ reason: 'importFailed', outcome: 'failed' });
		expect(fieldsOf(await documents('orders'))).toEqual([order('a'), order('c')]);
	});

	it('stop the node, which says how many were written before', async () => {
		await convex.deployment.addFault({ ...refusedRow, skip: 1, times: 20 });
		const { stoppedBy } = await convex.run({
			parameters: byOrderId(),
			input: Array.from({ length: 1_001 }, (_, index) => order(`${index}`)),
		});
		expect(stoppedBy?.message).toBe(
			'Failed to insert or update. 1,000 other rows were imported already.',
		);
		expect(stoppedBy?.context.data).toMatchObject({ rows: 1, rowsWritten: 1_000 });
	});

	it.each([
		['a row', refusedRow],
		['the key index', { ...refusedRow, path: '/api/streaming_import/add_primary_key_indexes' }],
	])(
		'stop the node, which says how many went into other tables before: %s',
		async (_what, fault) => {
			await convex.deployment.addFault({ ...fault, skip: 1 });
			const toTable = (to: string, row: object) => ({ to, key: Object.keys(row)[0], ...row });
			const { stoppedBy } = await convex.run({
				parameters: importing('={{ $json.to }}', 'upsert', {
					keyFields: '={{ $json.key }}',
					itemFields: 'except',
					itemFieldNames: 'to, key',
				}),
				input: [toTable('tasks', { title: 'a', status: 'open' }), toTable('orders', order('b'))],
			});
			expect(stoppedBy?.message).toMatch(/ 1 other row was imported already\.$/);
		},
	);

	it('are those that were not sent within the time limit', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		const path = '/api/streaming_import/import_airbyte_records';
		await convex.deployment.addFault({ path, kind: 'delay', ms: 6_000 });
		const { success, error } = await convex.run({
			parameters: byOrderId({ options: { timeLimit: 5_000 } }),
			input: Array.from({ length: 2_001 }, (_, index) => order(`${index}`)),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map(({ json }) => json.imported)).toEqual([1_000]);
		expect(error).toHaveLength(1_001);
		for (const { json } of error) {
			expect(json.error).toBe(
				'The import took longer than 5 seconds, so its other rows were not sent',
			);
			expect(json.details).toMatchObject({ outcome: 'notExecuted', reason: 'timedOut' });
		}
		expect(await documents('orders')).toHaveLength(1_001);
	});

	it('are not sent again when the time limit is over', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		const path = '/api/streaming_import/import_airbyte_records';
		const before = await requestsTo(path);
		const body = { code: 'TooManyConcurrentRequests', message: 'Busy' };
		const headers = { 'Retry-After': '6' };
		await convex.deployment.addFault({ path, kind: 'answer', status: 429, body, headers });
		const { stoppedBy } = await convex.run({
			parameters: byOrderId({ options: { timeLimit: 5_000 } }),
			input: [order('b')],
		});
		expect(stoppedBy?.message).toBe('Busy.');
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted', retryable: true });
		expect(await requestsTo(path)).toBe(before + 1);
	});

	it.each([
		['IndexNotFoundError', 'notExecuted'],
		['BadJsonBody', 'notExecuted'],
		['SomethingNew', 'unknown'],
	])('by a code that proves as much: %s, %s', async (code, outcome) => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		const path = '/api/streaming_import/import_airbyte_records';
		const body = { code, message: 'no' };
		await convex.deployment.addFault({ path, kind: 'answer', status: 400, body });
		const { stoppedBy } = await convex.run({ parameters: byOrderId(), input: [order('b')] });
		expect(stoppedBy?.context.data).toMatchObject({ reason: 'importFailed', outcome });
	});

	it('may have a key that several documents have: the advice says so', async () => {
		const input = [order('a'), order('a')];
		await convex.run({ parameters: importing('orders', 'append'), input });
		const { stoppedBy } = await convex.run({ parameters: byOrderId(), input: [order('a')] });
		expect(stoppedBy?.description).toContain('several documents of the table have the same key');
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
	});

	it('are not sent again when the answer is lost', async () => {
		await convex.run({ parameters: byOrderId(), input: [order('a')] });
		const path = '/api/streaming_import/import_airbyte_records';
		await convex.deployment.addFault({ path, kind: 'dropAfter' });
		const { stoppedBy } = await convex.run({
			parameters: byOrderId(),
			input: [order('b')],
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		});
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
		expect(await requestsTo(path)).toBe(2);
	});

	it('are sent again when Convex had too much to do', async () => {
		const path = '/api/streaming_import/import_airbyte_records';
		const code = 'TooManyConcurrentRequests';
		await convex.deployment.addFault({ path, kind: 'rejection', code });
		const { success } = await convex.run({ parameters: byOrderId(), input: [order('a')] });
		expect(success[0]?.json.imported).toBe(1);
	});
});

it('a key index that could not be asked for is asked for again by the next batch', async () => {
	await convex.run({ parameters: byOrderId(), input: [order('first')] });
	// Of the second run, the third query asks for the key index.
	const outage = { kind: 'answer', status: 502, body: '' } as const;
	await convex.deployment.addFault({ path: '/api/query', ...outage, skip: 2 });
	const { success, error } = await convex.run({
		parameters: byOrderId({ options: { maxRetries: 0 } }),
		input: Array.from({ length: 1_500 }, (_, index) => order(`${index}`)),
		settings: { onError: 'continueErrorOutput' },
	});
	expect(success.map(({ json }) => json.imported)).toEqual([500]);
	expect(error).toHaveLength(1_000);
	expect(await documents('orders')).toHaveLength(501);
});

describe('what an import by key needs', () => {
	it('is a table of the app itself', async () => {
		const { stoppedBy } = await convex.run({
			parameters: importing('marks', 'upsert', {
				keyFields: 'label',
				options: { componentPath: 'tally' },
			}),
			input: [{ label: 'x' }],
		});
		expect(stoppedBy?.message).toContain('reaches tables of the app itself only');
	});

	it.each([
		[' , ', "'Key Fields' is empty"],
		['_id', "'Key Fields' names '_id'"],
	])('is a field that can be a key, and not %p', async (keyFields, message) => {
		const { stoppedBy } = await convex.run({
			parameters: importing('orders', 'upsert', { keyFields }),
			input: [order('a')],
		});
		expect(stoppedBy?.message).toContain(message);
	});

	it('are permissions, of which the missing one is named', async () => {
		const key = await convex.deployment.createKey(['deployment:data:view']);
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, token: key },
			parameters: byOrderId(),
			input: [order('a')],
		});
		expect(stoppedBy?.message).toContain('(deployment:backups:import)');
		const { body } = await request('POST', 'streaming_import/import_airbyte_records', {
			key,
			data: {},
		});
		expect(body.code).toBe('OperationNotPermitted');
	});
});
