import fc from 'fast-check';
import { readPages } from '../../../../nodes/Convex/actions/calls/readPages';
import { PagedList } from '../../convex/responses/pagedList';
import {
	askedFor,
	documentsOf,
	page,
	reading,
	scripted,
	serving,
	success,
} from '../../convex/responses/pageSenders';

const RUNS = { seed: 20260504, numRuns: 500 };

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const listOf = (count: number) => new PagedList({ keys: upTo(count) });

describe('reading a list', () => {
	it('gives every page as the function returned it, with its documents and log lines', async () => {
		const { send } = serving(listOf(4));
		expect(await readPages(send, {}, reading())).toEqual([
			{
				value: expect.objectContaining({ page: [1, 2, 3], isDone: false }),
				documents: [1, 2, 3],
				logLines: ['call 1'],
			},
			{
				value: expect.objectContaining({ page: [4], isDone: true }),
				documents: [4],
				logLines: ['call 2'],
			},
		]);
	});

	it('passes the arguments on with each call', async () => {
		const { send, calls } = serving(listOf(4));
		const given = { channel: 'general', paginationOpts: { maximumRowsRead: 50 } };
		await readPages(send, given, reading());
		expect(calls).toEqual([
			{
				channel: 'general',
				paginationOpts: { numItems: 3, cursor: null, maximumRowsRead: 50 },
			},
			{
				channel: 'general',
				paginationOpts: { numItems: 3, cursor: 'behind 3', maximumRowsRead: 50 },
			},
		]);
	});

	it('that is empty gives one page without documents', async () => {
		const pages = await readPages(serving(listOf(0)).send, {}, reading());
		expect(pages.map(({ documents }) => documents)).toEqual([[]]);
	});

	it('waits for each page before it asks for the next', async () => {
		const list = listOf(9);
		let inFlight = 0;
		const pages = await readPages(
			async (args) => {
				inFlight += 1;
				expect(inFlight).toBe(1);
				await Promise.resolve();
				inFlight -= 1;
				const { range, numItems } = askedFor(args);
				return success(list.page(range, numItems));
			},
			{},
			reading(),
		);
		expect(documentsOf(pages)).toEqual(upTo(9));
	});

	it('gives no page twice that had to be read in two parts', async () => {
		const list = new PagedList({ keys: upTo(10), rowLimits: [5, 50] });
		const { send, calls } = serving(list);
		const pages = await readPages(send, {}, reading({ pageSize: 10 }));
		expect(documentsOf(pages)).toEqual(upTo(10));
		expect(pages.length).toBeLessThan(calls.length);
	});
});

describe('a limit', () => {
	it.each([
		// limit, page size, sizes asked for
		[1, 3, [1]],
		[3, 3, [3]],
		[4, 3, [3, 1]],
		[7, 100, [7]],
		[10, 3, [3, 3, 3, 1]],
		// The last full page does not know that it is the last.
		[11, 5, [5, 5, 1]],
		[99, 4, [4, 4, 4]],
	])('of %i in pages of %i is met exactly', async (limit, pageSize, sizes) => {
		const { send, calls } = serving(listOf(10));
		const pages = await readPages(send, {}, reading({ limit, pageSize }));
		expect(documentsOf(pages)).toEqual(upTo(Math.min(limit, 10)));
		expect(calls.map((args) => askedFor(args).numItems)).toEqual(sizes);
	});

	it('holds where a function returns more than requested', async () => {
		const { send, calls } = scripted(page([1, 2], 'a'), page([3, 4, 5, 6], 'b'));
		const pages = await readPages(send, {}, reading({ limit: 4, pageSize: 2 }));
		expect(pages.map(({ documents }) => documents)).toEqual([
			[1, 2],
			[3, 4],
		]);
		// With an item for each page as well.
		expect(pages.map(({ value }) => value)).toEqual([
			{ page: [1, 2], isDone: false, continueCursor: 'a' },
			// The cursor would lead past what is left out.
			{ page: [3, 4], isDone: false },
		]);
		expect(calls).toHaveLength(2);
	});

	it('is not used up by empty pages', async () => {
		const { send, calls } = scripted(page([], 'a'), page([1], 'b'), page([], 'c'), page([2], 'd'));
		const pages = await readPages(send, {}, reading({ limit: 2, pageSize: 2 }));
		expect(documentsOf(pages)).toEqual([1, 2]);
		expect(calls.map((args) => askedFor(args).numItems)).toEqual([2, 2, 1, 1]);
	});

	it('that is reached needs no cursor to continue from', async () => {
		const { send } = scripted(page([1, 2], 'a'));
		expect(documentsOf(await readPages(send, {}, reading({ limit: 2 })))).toEqual([1, 2]);
	});
});

it('a list is read as far as asked for, whatever its pages are like', async () => {
	const keys = fc
		.uniqueArray(fc.nat({ max: 60 }), { maxLength: 40 })
		.map((unordered) => unordered.sort((one, other) => one - other));
	const bound = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(Number.POSITIVE_INFINITY));
	await fc.assert(
		fc.asyncProperty(
			fc.record({
				keys,
				hidden: fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 30 }),
				rowLimits: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 }),
			}),
			fc.record({ limit: bound, pageSize: fc.integer({ min: 1, max: 15 }) }),
			async (behaviour, { limit, pageSize }) => {
				const list = new PagedList(behaviour);
				const { send, calls } = serving(list);
				const documents = documentsOf(await readPages(send, {}, reading({ limit, pageSize })));
				expect(documents).toEqual(list.visibleKeys.slice(0, limit));
				for (const args of calls) {
					expect(askedFor(args).numItems).toBeGreaterThanOrEqual(1);
					expect(askedFor(args).numItems).toBeLessThanOrEqual(Math.min(pageSize, limit));
				}
			},
		),
		RUNS,
	);
});
