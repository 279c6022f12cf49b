import type { NodeParameterValueType } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

type Settings = { [setting: string]: NodeParameterValueType };

/** `returnAll` and `limit` stand beside 'Output', the other settings among the options. */
const reading = (path: string, args: unknown, settings: Settings, output = 'value') => {
	const { returnAll = true, limit, ...options } = settings;
	return calling('query', path, args, options, {
		output,
		pagination: true,
		returnAll,
		...(limit !== undefined && { limit }),
	});
};
const documents = (settings: Settings, args: unknown = {}) =>
	reading('documents:page', args, settings);
const scripted = (script: unknown[], settings: Settings = {}, list?: string) =>
	reading('pages:scripted', { script, ...(list !== undefined && { list }) }, settings);

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function fill(count: number): Promise<void> {
	await convex.run({ parameters: calling('mutation', 'documents:fill', { count }) });
}

async function queryCount(): Promise<number | undefined> {
	return (await convex.deployment.requestStats()).endpoints['/api/query']?.requests;
}

describe('a list read page by page', () => {
	it('comes whole, in order, one item per document', async () => {
		await fill(250);
		const { success } = await convex.run({ parameters: documents({}) });
		expect(success.map((item) => item.json.number)).toEqual(upTo(250));
		expect(success.every((item) => JSON.stringify(item.pairedItem) === '{"item":0}')).toBe(true);
		expect(await queryCount()).toBe(3);
	});

	it.each([
		[101, 100, 2],
		[1_000, 100, 3],
	])('stops exactly at a limit of %i, with pages of %i', async (limit, pageSize, pages) => {
		await fill(250);
		const { success } = await convex.run({
			parameters: documents({ returnAll: false, limit, pageSize }),
		});
		expect(success.map((item) => item.json.number)).toEqual(upTo(Math.min(limit, 250)));
		expect(await queryCount()).toBe(pages);
	});

	it.each([
		[true, 10],
		[false, 3],
	])('may end where an expression says: %s', async (whole, count) => {
		await fill(10);
		const { success } = await convex.run({
			parameters: documents({ limit: 3, pageSize: 2, returnAll: '={{ $json.whole }}' }),
			input: [{ whole }],
		});
		expect(success).toHaveLength(count);
	});

	it('ends at fifty documents unless more are asked for', async () => {
		await fill(60);
		const { success } = await convex.run({ parameters: documents({ returnAll: false }) });
		expect(success).toHaveLength(50);
	});

	it('is a single call for what is no query', async () => {
		const { stoppedBy } = await convex.run({ parameters: { ...documents({}), operation: 'run' } });
		expect(stoppedBy?.message).toMatch(/lacks.*paginationOpts|`paginationOpts`/);
	});

	it('may give each page as the function returned it', async () => {
		await fill(6);
		const { success } = await convex.run({
			parameters: reading(
				'documents:page',
				{},
				{ returnAll: false, limit: 6, pageSize: 3, itemPer: 'page' },
				'full',
			),
		});
		expect(success.map((item) => item.json)).toEqual([
			{
				value: expect.objectContaining({
					page: [1, 2, 3].map((number) => expect.objectContaining({ number })),
					isDone: false,
					continueCursor: expect.any(String),
				}),
				logLines: [],
			},
			{ value: expect.objectContaining({ page: expect.any(Array) }), logLines: [] },
		]);
	});

	it('has the log lines of every page once, also of pages without documents', async () => {
		const lists = [[], [{ n: 1 }, { n: 2 }], [], [{ n: 3 }], [], []];
		for (const [index, page] of lists.entries()) {
			const isDone = index === lists.length - 1;
			const value = { page, isDone, continueCursor: `cursor ${index}` };
			const body = { status: 'success', value, logLines: [`[WARN] 'page ${index}'`] };
			await convex.deployment.addFault({ kind: 'answer', status: 200, path: '/api/query', body });
		}
		const { success } = await convex.run({ parameters: reading('documents:page', {}, {}, 'full') });
		const linesOf = (...pages: number[]) => pages.map((page) => `[WARN] 'page ${page}'`);
		expect(success.map(({ json }) => json)).toEqual([
			{ value: { n: 1 }, logLines: linesOf(0, 1) },
			{ value: { n: 2 }, logLines: [] },
			{ value: { n: 3 }, logLines: linesOf(2, 3, 4, 5) },
		]);
	});

	it('continues from the cursor of an earlier page', async () => {
		await fill(5);
		const first = await convex.run({
			parameters: documents({ returnAll: false, limit: 2, pageSize: 2, itemPer: 'page' }),
		});
		const cursor = first.success[0]?.json.continueCursor;
		const { success } = await convex.run({
			parameters: documents({}, { paginationOpts: { cursor } }),
		});
		expect(success.map((item) => item.json.number)).toEqual([3, 4, 5]);
	});

	it('reads a page that hit a limit again in two parts, each document once', async () => {
		const { success } = await convex.run({
			parameters: scripted([
				{
					cursor: null,
					page: [{ n: 1 }],
					continueCursor: 'b',
					splitCursor: 'a',
					pageStatus: 'SplitRequired',
				},
				{ cursor: null, endCursor: 'a', page: [{ n: 1 }, { n: 2 }], continueCursor: 'a' },
				{ cursor: 'a', endCursor: 'b', page: [{ n: 3 }], continueCursor: 'b' },
				{ cursor: 'b', page: [{ n: 4 }], isDone: true, continueCursor: 'c' },
			]),
		});
		expect(success.map((item) => item.json.n)).toEqual([1, 2, 3, 4]);
	});

	it('is an error, not a loop, when its cursor comes round again', async () => {
		const { stoppedBy } = await convex.run({
			parameters: scripted([
				{ cursor: null, continueCursor: 'a' },
				{ cursor: 'a', continueCursor: 'b' },
				{ cursor: 'b', continueCursor: 'a' },
			]),
		});
		expect(stoppedBy?.message).toBe(
			'The list never ends: a page leads back to a cursor that was read already',
		);
		expect(stoppedBy?.description).toContain('continueCursor');
	});
});

describe('a cursor that becomes invalid', () => {
	const script = [
		{ cursor: null, page: [{ n: 1 }], continueCursor: 'a' },
		{ cursor: 'a', page: [{ n: 2 }], continueCursor: 'b' },
		{ cursor: 'b', page: [{ n: 3 }], isDone: true, continueCursor: 'c' },
	];
	const invalidate = async () =>
		await convex.deployment.addFault({
			kind: 'meanwhile',
			path: '/api/query',
			skip: 2,
			functionPath: 'pages:invalidateCursors',
			args: { list: 'x' },
		});

	it('fails the item with a sentence that says what to do', async () => {
		await invalidate();
		const { stoppedBy } = await convex.run({ parameters: scripted(script, {}, 'x') });
		expect(stoppedBy?.message).toBe(
			'The list cannot be read further: the cursor has become invalid',
		);
		expect(stoppedBy?.description).toContain("'Start Again'");
	});

	it('starts the list again where the user wants that, and gives each document once', async () => {
		await invalidate();
		const { success } = await convex.run({
			parameters: scripted(script, { onInvalidCursor: 'restart' }, 'x'),
		});
		expect(success.map((item) => item.json.n)).toEqual([1, 2, 3]);
		expect(await queryCount()).toBe(6);
	});
});

describe('pagination', () => {
	it('of a function that returns no page says so', async () => {
		const { stoppedBy } = await convex.run({ parameters: reading('values:describeAll', {}, {}) });
		expect(stoppedBy?.message).toBe(
			"The function returned an object without a list 'page', not one page of a list",
		);
	});

	it.each([
		[{ returnAll: false, limit: 0 }, "'Limit' is not a whole number"],
		[{ pageSize: 'x' }, "The option 'Page Size' is not a whole number"],
		[{ returnAll: 'some' }, "'Return All' is neither true nor false"],
	])('refuses %j', async (settings, option) => {
		const { stoppedBy } = await convex.run({ parameters: documents(settings) });
		expect(stoppedBy?.message).toContain(option);
	});

	it('leaves the argument out of the form, and fills it in', async () => {
		await fill(3);
		const parameters = {
			...documents({}),
			argumentsMode: 'mapping',
			mappedArguments: { mappingMode: 'defineBelow', value: { group: 'all' } },
		};
		const { fields } = await convex.form(parameters).getArguments();
		expect(fields.map(({ id }) => id)).toEqual(['group', 'multiplesOf']);
		const { success } = await convex.run({ parameters });
		expect(success.map((item) => item.json.number)).toEqual([1, 2, 3]);
	});

	it('of many items keeps their order', async () => {
		await fill(20);
		const { success } = await convex.run({
			parameters: documents({ pageSize: 2 }, '={{ { multiplesOf: $json.step } }}'),
			input: [{ step: 5 }, { step: 10 }, { step: 20 }],
		});
		expect(success.map((item) => item.json.number)).toEqual([5, 10, 15, 20, 10, 20, 20]);
		expect(success.map((item) => item.pairedItem)).toEqual(
			[0, 0, 0, 0, 1, 1, 2].map((item) => ({ item })),
		);
	});

	it('reads all pages from one snapshot with Single Snapshot', async () => {
		await fill(6);
		await convex.deployment.addFault({
			kind: 'meanwhile',
			path: '/api/query_at_ts',
			skip: 1,
			functionPath: 'documents:fill',
			args: { count: 6 },
		});
		const { success } = await convex.run({
			parameters: reading('documents:page', {}, { pageSize: 2, snapshot: true }),
		});
		expect(success.map((item) => item.json.number)).toEqual(upTo(6));
	});
});
