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

it('nothing waits behind an item that fails again in the next attempt', async () => {
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
	expect(error).toMatchObject([{ json: { error: 'Busy' } }]);
	expect(success).toMatchObject([{ json: { count: 5 } }]);
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
