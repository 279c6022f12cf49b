import { deleting, tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const continuing = { onError: 'continueErrorOutput' } as const;
const jsonOf = (items: Array<{ json: object }>) => items.map(({ json }) => json);
const addReports = async (...texts: string[]) =>
	await tables.add('reports', ...texts.map((text) => ({ text, open: 1, done: 1 })));
const idsOf = (rows: Array<{ _id?: unknown }>) =>
	rows.map(({ _id }) => ({ _id }) as { _id: string });

describe('deleted documents', () => {
	it('are gone, those of many items in one request', async () => {
		const [a, b, c] = await addReports('A', 'B', 'C');
		const { success } = await convex.run({
			parameters: deleting('reports'),
			input: idsOf([a ?? {}, c ?? {}]),
		});
		expect(jsonOf(success)).toEqual([
			{ _id: a?._id, deleted: true },
			{ _id: c?._id, deleted: true },
		]);
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(await tables.rows('reports')).toEqual([b]);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/mutation']?.requests).toBe(2);
	});

	it.each(['', null, [], {}])('are none, where the ID is %j', async (_id) => {
		const before = await addReports('A', 'B');
		const { stoppedBy } = await convex.run({
			parameters: deleting('reports'),
			input: [{ _id }],
		});
		expect(stoppedBy?.message).toContain("'Document ID'");
		expect(await tables.rows('reports')).toEqual(before);
	});

	it('are none, where the ID is longer than any', async () => {
		const before = await addReports('A');
		const { stoppedBy } = await convex.run({
			parameters: deleting('reports'),
			input: [{ _id: `${before[0]?._id}${'x'.repeat(1_000)}` }],
		});
		expect(stoppedBy?.message).toMatch(/^'Document ID' has 10\d\d characters, more than/);
		expect(await tables.rows('reports')).toEqual(before);
	});

	it('are none of another table, while those of the table are deleted', async () => {
		const [report] = await addReports('A');
		const [task] = await tables.add('tasks', { title: 'A', status: 'open' });
		const { success, error } = await convex.run({
			parameters: deleting('reports'),
			input: idsOf([task ?? {}, report ?? {}, { _id: 'nothing' }]),
			settings: continuing,
		});
		expect(jsonOf(success)).toEqual([{ _id: report?._id, deleted: true }]);
		expect(error.map(({ json }) => json.error)).toEqual([
			expect.stringContaining("is in the table 'tasks', not in 'reports'"),
			expect.stringContaining("has no document with the ID 'nothing'"),
		]);
		expect(await tables.rows('tasks')).toEqual([task]);
	});

	it('are none where an item that is not found stops the node', async () => {
		const before = await addReports('A', 'B');
		const { stoppedBy } = await convex.run({
			parameters: deleting('reports'),
			input: [...idsOf(before), { _id: 'nothing' }],
		});
		expect(stoppedBy?.context.itemIndex).toBe(2);
		expect(await tables.rows('reports')).toEqual(before);
	});

	it.each([
		['in one request', {}],
		['in several', { options: { batchSize: 2 } }],
	])('are deleted once where an ID comes twice, %s', async (_where, options) => {
		const [a, b] = await addReports('A', 'B');
		const { success, stoppedBy } = await convex.run({
			parameters: deleting('reports', options),
			input: idsOf([a ?? {}, a ?? {}, b ?? {}, a ?? {}]),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
		expect(await tables.rows('reports')).toEqual([]);
	});

	it('are deleted once where an ID comes twice beside one that is none', async () => {
		const [a, b] = await addReports('A', 'B');
		const { success, error } = await convex.run({
			parameters: deleting('reports'),
			input: [...idsOf([a ?? {}, a ?? {}, b ?? {}]), { _id: 'nothing' }],
			settings: continuing,
		});
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2].map((item) => ({ item })),
		);
		expect(error[0]?.json.details).toMatchObject({ reason: 'documentNotFound' });
	});

	it('are deleted once where an ID comes twice, also for another attempt of n8n', async () => {
		const [a, b] = await addReports('A', 'B');
		await convex.deployment.addFault({
			path: '/api/mutation',
			skip: 1,
			kind: 'answer',
			status: 429,
			body: { code: 'TooManyConcurrentRequests', message: 'Busy' },
		});
		const { success, stoppedBy } = await convex.run({
			parameters: deleting('reports', { options: { batchSize: 1, maxRetries: 0 } }),
			input: idsOf([a ?? {}, b ?? {}, a ?? {}]),
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		});
		expect(stoppedBy).toBeUndefined();
		expect(success).toHaveLength(3);
		expect(await tables.rows('reports')).toEqual([]);
	});

	it('are deleted once where an ID comes twice in requests at the same time', async () => {
		const [a, b] = await addReports('A', 'B');
		const { success, error } = await convex.run({
			parameters: deleting('reports', { options: { batchSize: 1, concurrency: 5 } }),
			input: idsOf([a ?? {}, a ?? {}, b ?? {}, b ?? {}]),
			settings: continuing,
		});
		expect(error).toEqual([]);
		expect(success).toHaveLength(4);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/mutation']?.requests).toBe(1 + 2);
	});

	it('that somebody else deletes after the look are no reason not to delete the others', async () => {
		const documents = [1, 2].map((number) => ({ group: 'a', number }));
		const [a, b] = await tables.add('documents', ...documents);
		await convex.deployment.addFault({
			path: '/api/mutation',
			kind: 'meanwhile',
			functionPath: 'documents:remove',
			args: { group: 'a', numbers: [1] },
		});
		const { success, error } = await convex.run({
			parameters: deleting('documents'),
			input: idsOf([a ?? {}, b ?? {}]),
			settings: continuing,
		});
		expect(success.map(({ json }) => json._id)).toEqual([b?._id]);
		expect(error[0]?.json.details).toMatchObject({ reason: 'documentNotFound' });
	});

	it('are looked up in halves where they are too large to be looked up together', async () => {
		const rows = await addReports('A', 'B', 'C', 'D');
		const text =
			'Uncaught Error: Too many bytes read in a single function execution (limit: 16777216 bytes).';
		await convex.deployment.addFault({
			path: '/api/query',
			// The tables were listed.
			skip: 1,
			kind: 'answer',
			status: 200,
			body: { status: 'error', errorMessage: text },
		});
		const { success } = await convex.run({ parameters: deleting('reports'), input: idsOf(rows) });
		expect(success).toHaveLength(4);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/mutation']?.requests).toBe(1 + 2);
	});

	it('with a lost answer are unknown, and not deleted again', async () => {
		const rows = await addReports('A', 'B');
		await convex.deployment.addFault({ path: '/api/mutation', kind: 'dropAfter' });
		const { error } = await convex.run({
			parameters: deleting('reports'),
			input: idsOf(rows),
			settings: { ...continuing, retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		});
		expect(error.map(({ json }) => json.details)).toEqual([
			expect.objectContaining({ operation: 'delete', outcome: 'unknown' }),
			expect.objectContaining({ operation: 'delete', outcome: 'unknown' }),
		]);
	});
});
