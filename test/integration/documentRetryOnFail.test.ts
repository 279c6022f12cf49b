import { creating, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { importing } from '../support/importRequests';

/** Writes keep their order over the attempts of n8n's Retry On Fail, also where the node continues. */
const convex = useEmbeddedDeployment('deployKey');

const tables = tablesOf(convex);

const settings = {
	onError: 'continueErrorOutput',
	retryOnFail: true,
	maxTries: 2,
	waitBetweenTries: 1,
} as const;

const busy = {
	kind: 'answer',
	status: 429,
	body: { code: 'TooManyConcurrentRequests', message: 'Busy' },
} as const;

/** The node itself sends nothing again, so what is sent again is n8n's doing. */
const options = { maxRetries: 0 };

const threeOneByOne = {
	parameters: creating('counters', '={{ $json }}', { options: { ...options, batchSize: 1 } }),
	input: [1, 2, 3].map((count) => ({ name: 'n', count })),
};

const upsertPath = '/api/streaming_import/import_airbyte_records';

it('of two rows with the same key, the last one stays', async () => {
	const input = Array.from({ length: 1_500 }, (_, index) => ({ name: `n${index}`, count: index }));
	input[0] = { name: 'stock', count: 1 };
	input[1_200] = { name: 'stock', count: 2 };
	await convex.deployment.addFault({ path: upsertPath, ...busy });
	const { success, error } = await convex.run({
		parameters: importing('counters', 'upsert', { keyFields: 'name', options }),
		input,
		settings,
	});
	expect(error).toEqual([]);
	expect(success).toMatchObject([{ json: { imported: 1_500 } }]);
	const rows = await tables.rows('counters');
	expect(rows.filter(({ name }) => name === 'stock')).toMatchObject([{ count: 2 }]);
});

it('of two changes of a document, the last one stays', async () => {
	const [row] = await tables.add('counters', { name: 'a', count: 0 });
	const input = Array.from({ length: 60 }, (_, index) => ({ id: String(row?._id), to: index }));
	await convex.deployment.addFault({ path: '/api/mutation', ...busy });
	const { success, error } = await convex.run({
		parameters: updating('counters', '={{ ({ count: $json.to }) }}', {
			documentId: '={{ $json.id }}',
			options,
		}),
		input,
		settings,
	});
	expect([success.length, error]).toEqual([60, []]);
	expect(await tables.rows('counters')).toMatchObject([{ count: 59 }]);
});

it('documents are created in the order of their items', async () => {
	await convex.deployment.addFault({ path: '/api/mutation', ...busy });
	const { success } = await convex.run({
		...threeOneByOne,
		settings,
	});
	expect(success.map(({ json }) => json.count)).toEqual([1, 2, 3]);
	expect((await tables.rows('counters')).map(({ count }) => count)).toEqual([1, 2, 3]);
});

it('what stands behind an item that fails in the last attempt too is sent', async () => {
	await convex.deployment.addFault({ path: '/api/mutation', ...busy, times: 2 });
	const { success, error } = await convex.run({
		...threeOneByOne,
		settings,
	});
	expect(error.map(({ json }) => [json.count, json.error])).toEqual([[1, 'Busy']]);
	expect(success.map(({ json }) => json.count)).toEqual([2, 3]);
});

it('what stands behind a failed item waits for it, also where the first one succeeded', async () => {
	await convex.deployment.addFault({ path: '/api/mutation', ...busy, skip: 1 });
	const { success, error } = await convex.run({
		...threeOneByOne,
		settings,
	});
	expect(error).toEqual([]);
	expect(success.map(({ json }) => json.count)).toEqual([1, 2, 3]);
	expect((await tables.rows('counters')).map(({ count }) => count)).toEqual([1, 2, 3]);
});

it('nothing waits for an attempt that n8n does not make', async () => {
	await convex.deployment.addFault({ path: '/api/mutation', ...busy });
	const { success, error } = await convex.run({
		...threeOneByOne,
		settings: { onError: 'continueErrorOutput' },
	});
	expect(error).toMatchObject([{ json: { count: 1, error: 'Busy' } }]);
	expect(success).toHaveLength(2);
});

it('an item is not sent again behind those that were changed since it failed', async () => {
	const [gone, row] = await tables.add(
		'counters',
		{ name: 'a', count: 0 },
		{ name: 'b', count: 0 },
	);
	await tables.remove(gone?._id);
	// The first attempt asks for the tables, the schema, the documents, and where the missing one is.
	await convex.deployment.addFault({ path: '/api/query', ...busy, skip: 4, times: 9 });
	const { success, error } = await convex.run({
		parameters: updating('counters', '{"count":5}', { options }),
		input: [{ _id: gone?._id }, { _id: row?._id }],
		settings,
	});
	expect(error).toMatchObject([{ json: { details: { reason: 'documentNotFound' } } }]);
	expect(success).toMatchObject([{ json: { count: 5 } }]);
});

/** What stands in front of a deployment answers in its place while it restarts. */
const page = (status: number) => ({
	kind: 'answer' as const,
	status,
	body: '<html><body>not found</body></html>',
	headers: { 'content-type': 'text/html' },
});

describe('what a proxy refuses once is sent before those behind it', () => {
	it.each([
		['/api/mutation', 404, 3],
		['/api/mutation', 400, 3],
		['/api/mutation', 401, 3],
		['/api/mutation', 413, 3],
		// Only the look-up of the first fifty documents.
		['/api/query', 404, 60],
		['/api/query', 302, 60],
		['/api/query', 200, 60],
	])('of the changes of a document: %s, %i', async (path, status, count) => {
		const [row] = await tables.add('counters', { name: 'a', count: 0 });
		const skip = path === '/api/query' ? 2 : 0;
		await convex.deployment.addFault({ path, ...page(status), skip });
		const { success, error } = await convex.run({
			parameters: updating('counters', '={{ ({ count: $json.to }) }}', {
				documentId: '={{ $json.id }}',
				options,
			}),
			input: Array.from({ length: count }, (_, index) => ({ id: String(row?._id), to: index + 1 })),
			settings,
		});
		expect([success.length, error]).toEqual([count, []]);
		expect(await tables.rows('counters')).toMatchObject([{ count }]);
	});

	it('behind one that is refused for good', async () => {
		const [row] = await tables.add('counters', { name: 'a', count: 0 });
		await convex.deployment.addFault({ path: '/api/mutation', ...page(404) });
		const { success, error } = await convex.run({
			parameters: updating('counters', '={{ ({ count: $json.to }) }}', {
				documentId: '={{ $json.id }}',
				options,
			}),
			input: ['none', 1, 2].map((to) => ({ id: String(row?._id), to })),
			settings,
		});
		expect(error.map(({ json }) => json.to)).toEqual(['none']);
		expect(success.map(({ json }) => json.count)).toEqual([1, 2]);
		expect(await tables.rows('counters')).toMatchObject([{ count: 2 }]);
	});

	it('of documents that are created', async () => {
		await convex.deployment.addFault({ path: '/api/mutation', ...page(404) });
		expect((await convex.run({ ...threeOneByOne, settings })).success).toHaveLength(3);
		expect((await tables.rows('counters')).map(({ count }) => count)).toEqual([1, 2, 3]);
	});

	it('of rows with the same key', async () => {
		const input = Array.from({ length: 1_500 }, (_, index) => ({
			name: `n${index}`,
			count: index,
		}));
		input[0] = { name: 'stock', count: 1 };
		input[1_200] = { name: 'stock', count: 2 };
		await convex.deployment.addFault({ path: upsertPath, ...page(404) });
		const { success } = await convex.run({
			parameters: importing('counters', 'upsert', { keyFields: 'name', options }),
			input,
			settings,
		});
		expect(success).toMatchObject([{ json: { imported: 1_500 } }]);
		const rows = await tables.rows('counters');
		expect(rows.filter(({ name }) => name === 'stock')).toMatchObject([{ count: 2 }]);
	});
});

it('a row that is refused does not overtake one with the same key', async () => {
	const refusal = { code: 'SchemaEnforcementError', message: 'Failed to insert or update.' };
	await convex.deployment.addFault({
		path: upsertPath,
		kind: 'answer',
		status: 400,
		body: refusal,
		times: 2,
	});
	const { success, error } = await convex.run({
		parameters: importing('counters', 'upsert', { keyFields: 'name', options }),
		input: [1, 2].map((count) => ({ name: 'stock', count })),
		settings,
	});
	expect(error).toMatchObject([{ json: { count: 1, details: { outcome: 'failed' } } }]);
	expect(success).toMatchObject([{ json: { imported: 1 } }]);
	expect((await convex.deployment.requestStats()).endpoints[upsertPath]?.requests).toBe(3);
});

it.each([
	['in an attempt that the node asks for', [{ name: 'first', to: 1 }]],
	["in n8n's own", []],
])('a change that was refused does not overtake a later one %s', async (_which, before) => {
	const named = ['first', 'x', 'last'];
	const rows = await tables.add('counters', ...named.map((name) => ({ name, count: 0 })));
	const idOf = (name: string) => String(rows.find((row) => row.name === name)?._id);
	const refusal = { status: 'error', errorMessage: '[Request ID: 0123456789abcdef] Server Error' };
	const answer = { path: '/api/mutation', kind: 'answer' } as const;
	await convex.deployment.addFault({
		...answer,
		status: 200,
		body: { ...refusal, logLines: [] },
		skip: before.length,
	});
	await convex.deployment.addFault({ ...answer, ...busy, skip: before.length + 1 });
	const input = [...before, { name: 'x', to: 1 }, { name: 'x', to: 2 }, { name: 'last', to: 1 }];
	const { success, error } = await convex.run({
		parameters: updating('counters', '={{ ({ count: $json.to }) }}', {
			documentId: '={{ $json.id }}',
			options,
		}),
		input: input.map((item) => ({ ...item, id: idOf(item.name) })),
		settings: { ...settings, maxTries: 3 },
	});
	expect(error).toMatchObject([{ json: { name: 'x', to: 1 } }]);
	expect(success).toHaveLength(input.length - 1);
	const counts = (await tables.rows('counters')).map(({ name, count }) => [name, count]);
	expect(counts).toEqual([
		['first', before.length],
		['x', 2],
		['last', 1],
	]);
});
