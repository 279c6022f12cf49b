import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference, type PaginationResult } from 'convex/server';
import type { TestDeployment } from '../../emulator/client';
import { deploymentUnderTest } from '../support/deploymentUnderTest';

/** Paginated queries, on the embedded deployment or a real one (see conformance.test.ts). */
let deployment: TestDeployment;
let client: ConvexHttpClient;
let group: string;

beforeAll(async () => {
	deployment = await deploymentUnderTest();
	client = new ConvexHttpClient(deployment.url, { logger: false });
});

afterAll(async () => await deployment.stop());

beforeEach(() => {
	group = `pages ${Date.now()} ${Math.random()}`;
});

const query = makeFunctionReference<'query'>;
const mutation = makeFunctionReference<'mutation'>;
const fill = async (count: number) =>
	await client.mutation(mutation('documents:fill'), { group, count });
const remove = async (...numbers: number[]) =>
	await client.mutation(mutation('documents:remove'), { group, numbers });

interface PageOptions {
	numItems: number;
	cursor?: string | null;
	endCursor?: string | null;
	maximumRowsRead?: number;
	maximumBytesRead?: number;
}

/** A page of the group: of its documents only their numbers. */
async function pageOf(options: PageOptions, args: Record<string, unknown> = {}) {
	const result: PaginationResult<{ number: number }> = await client.query(query('documents:page'), {
		paginationOpts: { cursor: null, ...options },
		group,
		...args,
	});
	return { ...result, page: result.page.map(({ number }) => number) };
}

describe('a paginated query', () => {
	it('knows its end only when it has looked beyond its last document', async () => {
		await fill(4);
		const first = await pageOf({ numItems: 2 });
		expect(first).toMatchObject({ page: [1, 2], isDone: false, pageStatus: null });
		const second = await pageOf({ numItems: 2, cursor: first.continueCursor });
		expect(second).toMatchObject({ page: [3, 4], isDone: false });
		const third = await pageOf({ numItems: 2, cursor: second.continueCursor });
		expect(third).toMatchObject({ page: [], isDone: true });
		const beyond = await pageOf({ numItems: 2, cursor: third.continueCursor });
		expect(beyond).toMatchObject({ page: [], isDone: true });
		expect(await pageOf({ numItems: 5 })).toMatchObject({ page: [1, 2, 3, 4], isDone: true });
	});

	it('gives the same cursor for the same place', async () => {
		await fill(3);
		const { continueCursor } = await pageOf({ numItems: 2 });
		expect((await pageOf({ numItems: 2 })).continueCursor).toBe(continueCursor);
		expect((await pageOf({ numItems: 1 })).continueCursor).not.toBe(continueCursor);
	});

	it('continues after its cursor when documents are added and deleted', async () => {
		await fill(6);
		const { continueCursor: cursor } = await pageOf({ numItems: 3 });
		await remove(2, 3, 4);
		await fill(1);
		expect(await pageOf({ numItems: 9, cursor })).toMatchObject({ page: [5, 6, 7], isDone: true });
	});

	it('reads up to an end cursor, however many documents that are', async () => {
		await fill(6);
		const [one, four] = [await pageOf({ numItems: 1 }), await pageOf({ numItems: 4 })];
		const range = { numItems: 1, cursor: one.continueCursor, endCursor: four.continueCursor };
		const upToFour = { page: [2, 3, 4], isDone: false, continueCursor: four.continueCursor };
		expect(await pageOf(range)).toMatchObject(upToFour);
		expect(await pageOf({ ...range, maximumRowsRead: 1 })).toMatchObject(upToFour);
		await remove(4, 5, 6);
		expect(await pageOf(range)).toMatchObject({ ...upToFour, page: [2, 3] });
		const { continueCursor: endCursor } = await pageOf({ numItems: 9 });
		const rest = await pageOf({ numItems: 1, cursor: one.continueCursor, endCursor });
		expect(rest).toMatchObject({ page: [2, 3], isDone: true });
	});

	it('names a cursor at which a page of three or more can be split', async () => {
		await fill(7);
		expect((await pageOf({ numItems: 2 })).splitCursor).toBeNull();
		const { splitCursor, continueCursor, pageStatus } = await pageOf({ numItems: 5 });
		expect(pageStatus).toBeNull();
		const first = await pageOf({ numItems: 5, endCursor: splitCursor });
		const second = await pageOf({ numItems: 5, cursor: splitCursor, endCursor: continueCursor });
		expect(first.page.length).toBeGreaterThan(0);
		expect(second.page.length).toBeGreaterThan(0);
		expect([...first.page, ...second.page]).toEqual([1, 2, 3, 4, 5]);
	});

	it('ends a page early that would read too much', async () => {
		await fill(10);
		const limit = { numItems: 3, maximumRowsRead: 4 };
		const first = await pageOf(limit, { multiplesOf: 5 });
		expect(first).toMatchObject({ page: [], isDone: false, pageStatus: 'SplitRequired' });
		expect(typeof first.splitCursor).toBe('string');
		const second = await pageOf({ ...limit, cursor: first.continueCursor }, { multiplesOf: 5 });
		expect(second).toMatchObject({ page: [5], isDone: false, pageStatus: 'SplitRequired' });
		const third = await pageOf({ ...limit, cursor: second.continueCursor }, { multiplesOf: 5 });
		expect(third).toMatchObject({ page: [10], isDone: true, pageStatus: null });
		const full = await pageOf({ numItems: 4, maximumRowsRead: 4 });
		expect(full).toMatchObject({ page: [1, 2, 3, 4], isDone: false });
		expect(full.pageStatus).not.toBe('SplitRequired');
		const small = await pageOf({ numItems: 4, maximumBytesRead: 1 });
		expect(small).toMatchObject({ page: [1], isDone: false, pageStatus: 'SplitRequired' });
	});

	it('recommends to split a page that reads more than three quarters of what it may', async () => {
		await fill(9);
		const page = await pageOf({ numItems: 7, maximumRowsRead: 9 });
		expect(page).toMatchObject({ page: [1, 2, 3, 4, 5, 6, 7], pageStatus: 'SplitRecommended' });
	});

	it('refuses the cursor of another query', async () => {
		await fill(3);
		const { continueCursor } = await pageOf({ numItems: 1 });
		for (const place of [{ cursor: continueCursor }, { endCursor: continueCursor }]) {
			await expect(pageOf({ numItems: 1, ...place }, { group: 'other' })).rejects.toMatchObject({
				data: { isConvexSystemError: true, paginationError: 'InvalidCursor' },
				message: expect.stringContaining('InvalidCursor: Tried to run a query starting from'),
			});
		}
	});

	it.each([
		['a cursor that is none', { numItems: 1, cursor: 'x' }, 'Failed to parse cursor'],
		['no documents', { numItems: 0 }, 'Must request at least 1 document while paginating'],
		['too many documents', { numItems: 1e6 }, 'Requested too many items: 1000000'],
		['half a document', { numItems: 1.5 }, 'Invalid arguments for `queryPage`'],
		['a limit of none', { numItems: 1, maximumRowsRead: 0 }, 'must be greater than 0'],
	])('refuses %s', async (_what, options, text) => {
		await expect(pageOf(options)).rejects.toThrow(text);
	});
});

describe('scripted pages of the sample app', () => {
	const invalidCursor = { data: { isConvexSystemError: true, paginationError: 'InvalidCursor' } };
	const scripted = async (script: unknown, cursor: string | null, more: object = {}) =>
		await client.query(query('pages:scripted'), {
			script,
			paginationOpts: { numItems: 10, cursor },
			...more,
		});

	it('are given as they are written, by cursor and end cursor', async () => {
		const split = { splitCursor: 's', pageStatus: 'SplitRequired' };
		const script = [
			{ cursor: null, page: [1], continueCursor: 'a', ...split },
			{ cursor: null, endCursor: 's', continueCursor: 's' },
			{ cursor: 'a', page: [2], continueCursor: 'a' },
			{ cursor: 'end', isDone: true },
		];
		const first = { page: [1], isDone: false, continueCursor: 'a', ...split };
		expect(await scripted(script, null)).toEqual(first);
		const half = { paginationOpts: { numItems: 10, cursor: null, endCursor: 's' } };
		expect(await scripted(script, null, half)).toEqual({
			page: [],
			isDone: false,
			continueCursor: 's',
		});
		const stuck = { page: [2], isDone: false, continueCursor: 'a' };
		expect(await scripted(script, 'a')).toEqual(stuck);
		expect(await scripted(script, 'end')).toMatchObject({ page: [], isDone: true });
		await expect(scripted(script, 'b')).rejects.toThrow('no page is written for b');
	});

	it('have cursors that are invalid always, or from a mutation on', async () => {
		const script = [
			{ cursor: null, page: [1], continueCursor: 'a' },
			{ cursor: 'a', page: [2], continueCursor: 'b' },
			{ cursor: 'b', invalid: true },
		];
		await expect(scripted(script, 'b')).rejects.toMatchObject(invalidCursor);
		const list = group;
		const { continueCursor } = await scripted(script, null, { list });
		expect(await scripted(script, continueCursor, { list })).toMatchObject({ page: [2] });
		await client.mutation(mutation('pages:invalidateCursors'), { list });
		await expect(scripted(script, continueCursor, { list })).rejects.toMatchObject(invalidCursor);
		const restarted = await scripted(script, null, { list });
		const second = await scripted(script, restarted.continueCursor, { list });
		expect(second).toMatchObject({ page: [2] });
	});
});
