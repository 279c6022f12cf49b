import { startBreakingProxy, type Dislikes } from '../support/breakingProxy';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('none');
const BATCH = '/api/query_batch';

const echo = (options = {}) =>
	calling(
		'query',
		'values:echo',
		'={{ { value: $json.text } }}',
		{ maxRetries: 0, concurrency: 1, ...options },
		{ output: 'value' },
	);
const texts = (count: number, length = 0) =>
	Array.from({ length: count }, (_, index) => `text ${index} ${'x'.repeat(length)}`);
const isBad = (text: string) => text.includes('<script>');
const firewall = { request: (_path: string, body: string) => isBad(body) };
/** Some texts of many that a firewall dislikes. */
const withBad = (count: number, bad: number[]) =>
	texts(count).map((text, index) => (bad.includes(index) ? `<script> ${index}` : text));

/** Asks for each text back, through a proxy that breaks connections. */
async function echoThrough(
	dislikes: Dislikes,
	asked: string[],
	options = {},
	onError: 'continueErrorOutput' | 'stopWorkflow' = 'continueErrorOutput',
) {
	const proxy = await startBreakingProxy(convex.deployment.url, dislikes);
	const { success, error, stoppedBy } = await convex.run({
		credential: { ...convex.credential, deploymentUrl: proxy.url },
		parameters: echo(options),
		input: asked.map((text) => ({ text })),
		settings: { onError },
	});
	await proxy.stop();
	return {
		values: success.map(({ json }) => json.value),
		failed: error.map(({ json }) => json.text),
		errors: error.map(({ json }) => json.details),
		stoppedBy,
		requests: proxy.paths.length,
		paths: proxy.paths,
	};
}

describe('a batch that breaks its connection', () => {
	it('for its size is sent in parts', async () => {
		const asked = texts(600, 2_000);
		const tooLarge: Dislikes = { request: (_path, body) => body.length > 30_000 };
		const { values, requests } = await echoThrough(tooLarge, asked);
		expect(values).toEqual(asked);
		// With batches of 14 texts they would be 43.
		expect(requests).toBeLessThan(150);
	});

	it('for its size is followed by smaller ones', async () => {
		const tooMany: Dislikes = { request: (_path, body) => body.split('values:echo').length > 21 };
		const { values, requests } = await echoThrough(tooMany, texts(50), { batchSize: 25 });
		expect(values).toEqual(texts(50));
		// The first is of 25: it breaks, one comes alone, twice 12; then they are of 12 and 13.
		expect(requests).toBe(6);
	});

	it('for the size of its answer is sent in parts', async () => {
		const asked = texts(100, 1_000);
		const tooLong: Dislikes = { answer: (body) => body.length > 10_000 };
		const { values, requests } = await echoThrough(tooLong, asked);
		expect(values).toEqual(asked);
		expect(requests).toBeLessThan(60);
	});

	it.each([0, 1, 12, 24])('for query %i of 25 fails that one only, soon', async (bad) => {
		const asked = withBad(25, [bad]);
		const { values, failed, requests } = await echoThrough(firewall, asked);
		expect(failed).toEqual(asked.filter(isBad));
		expect(values).toEqual(asked.filter((text) => !isBad(text)));
		expect(requests).toBeLessThan(20);
	});

	it.each([0, 2])(
		'for many of its queries fails those only, with %i retries',
		async (maxRetries) => {
			const asked = withBad(50, [0, 1, 2, 13, 23, 24, 49]);
			const { values, failed } = await echoThrough(firewall, asked, { maxRetries, concurrency: 4 });
			expect(failed).toEqual(asked.filter(isBad));
			expect(values).toEqual(asked.filter((text) => !isBad(text)));
		},
	);

	it('for one of its queries has the node stop at that one', async () => {
		const asked = withBad(50, [30]);
		const { stoppedBy } = await echoThrough(firewall, asked, {}, 'stopWorkflow');
		expect(stoppedBy?.context.itemIndex).toBe(30);
	});

	it('with a query that fails by itself fails that one only', async () => {
		const { success, error } = await runPaths(['version', 'failures:throwError', 'version']);
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(error.map(({ json }) => json.path)).toEqual(['failures:throwError']);
	});

	it('as every batch does has its queries sent one by one', async () => {
		const asked = texts(60);
		const { values } = await echoThrough({ request: (path) => path === BATCH }, asked);
		expect(values).toEqual(asked);
	});

	it('in parts too has retries that wait, where the deployment is gone for a while', async () => {
		const broken = [1, 3, 6, 7, 8, 9];
		let requests = 0;
		const restarting: Dislikes = { request: () => broken.includes((requests += 1)) };
		const { values, failed } = await echoThrough(restarting, texts(25), { maxRetries: 4 });
		expect(failed).toEqual([]);
		expect(values).toEqual(texts(25));
	});

	it('for a moment only is followed by larger ones again', async () => {
		await convex.deployment.addFault({ kind: 'resetAfter', path: '/api/query', times: 2 });
		const asked = texts(200);
		const { success } = await convex.run({
			parameters: echo({ maxRetries: 2 }),
			input: asked.map((text) => ({ text })),
		});
		expect(success.map(({ json }) => json.value)).toEqual(asked);
		const { batchSizes } = await convex.deployment.requestStats();
		expect(Math.max(...batchSizes)).toBeGreaterThan(25);
	});
});

/** Runs functions without arguments, the first batch of which breaks. */
async function runPaths(paths: string[]) {
	await convex.deployment.addFault({ kind: 'cut', path: BATCH });
	return await convex.run({
		parameters: calling('query', '={{ $json.path }}', {}, { maxRetries: 0 }),
		input: paths.map((path) => ({ path })),
		settings: { onError: 'continueErrorOutput' },
	});
}

describe('a deployment on which every connection breaks', () => {
	// Once it takes two requests more than there are retries to see that it is no batch's fault.
	it.each([
		[0, 5, 5 + 2],
		[1, 5, 5 * 2 + 1],
		[2, 2, 2 * 3],
	])(
		'gets no more than the retries: with %i of them for %i batches, %i requests',
		async (maxRetries, count, expected) => {
			const asked = texts(count * 25);
			const sent = await echoThrough({ request: () => true }, asked, { maxRetries, batchSize: 25 });
			expect(sent.failed).toEqual(asked);
			expect(sent.errors[0]).toMatchObject({ reason: 'connectionBroken', retryable: true });
			expect(sent.requests).toBe(expected);
		},
	);

	it('for a time has later batches taken apart as ever', async () => {
		let requests = 0;
		const asked = withBad(100, [77]);
		const { values, failed } = await echoThrough(
			{ request: (path, body) => ++requests <= 3 || firewall.request(path, body) },
			asked,
			{ batchSize: 25 },
		);
		expect(failed).toEqual([...asked.slice(0, 25), asked[77]]);
		expect(values).toEqual(asked.slice(25).filter((text) => !isBad(text)));
	});

	it('for a time has later ones sent one by one if every batch breaks', async () => {
		let requests = 0;
		const asked = texts(75);
		const { values, failed } = await echoThrough(
			{ request: (path) => ++requests <= 3 || path === BATCH },
			asked,
			{ batchSize: 25, maxRetries: 1 },
		);
		expect(failed).toEqual(asked.slice(0, 25));
		expect(values).toEqual(asked.slice(25));
	});
});
