import fc from 'fast-check';
import { readPages, type ListPage } from '../../../../nodes/Convex/actions/calls/readPages';
import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';
import type { FunctionResult } from '../../../../nodes/Convex/convex/responses/functionResponse';
import type { EncodedArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { PagedList } from '../../convex/responses/pagedList';
import { askedFor, documentsOf, page, reading, scripted, serving, success } from './pageSenders';

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
});

describe('a limit', () => {
	it.each([
		// limit, page size, sizes asked for
		[3, 3, [3]],
		[4, 3, [3, 1]],
		[7, 100, [7]],
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

const invalidCursor = (): FunctionResult => ({
	status: 'failure',
	failure: functionFailure({
		operation: 'query',
		errorMessage: '[Request ID: 1f] Server Error\nUncaught ConvexError: {}',
		errorData: { isConvexSystemError: true, paginationError: 'InvalidCursor' },
		logLines: [],
	}),
});

/** The failure of a reading. */
async function failureOf(pages: Promise<ListPage[]>): Promise<ConvexFailure> {
	const thrown: unknown = await pages.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (thrown instanceof ConvexFailure) return thrown;
	throw new Error(`Expected a ConvexFailure, got ${String(thrown)}`);
}

describe('a cursor that becomes invalid', () => {
	const INVALID = 'The list cannot be read further: the cursor has become invalid';

	it('fails the reading, and says how to have it start again', async () => {
		const { send, calls } = scripted(page([1], 'a'), invalidCursor());
		const failed = await failureOf(readPages(send, {}, reading()));
		expect(failed.message).toBe(INVALID);
		expect(failed.description).toMatch(
			/^Set the option 'On Invalid Cursor' to 'Start Again', or run the item again\./,
		);
		expect(failed.details).toMatchObject({
			kind: 'application',
			requestId: '1f',
			errorData: { paginationError: 'InvalidCursor' },
			outcome: 'failed',
		});
		expect(calls).toHaveLength(2);
	});

	it('has the list read again from its beginning, where that is asked for', async () => {
		const { send, calls } = scripted(
			page([1, 2], 'a'),
			page([3], 'b'),
			invalidCursor(),
			page([7], 'x'),
			page([8], 'y', true),
		);
		const given = { paginationOpts: { cursor: 'start' } };
		const pages = await readPages(
			send,
			given,
			reading({ onInvalidCursor: 'restart', limit: 5, pageSize: 4 }),
		);
		expect(documentsOf(pages)).toEqual([7, 8]);
		expect(calls.map((args) => askedFor(args))).toEqual([
			{ numItems: 4, range: { cursor: 'start' } },
			{ numItems: 3, range: { cursor: 'a' } },
			{ numItems: 2, range: { cursor: 'b' } },
			// The limit starts again too.
			{ numItems: 4, range: { cursor: null } },
			{ numItems: 4, range: { cursor: 'x' } },
		]);
	});

	it('may lead to the same cursors as before', async () => {
		const { send } = scripted(
			page([1], 'a'),
			invalidCursor(),
			page([1], 'a'),
			page([2], 'b', true),
		);
		const pages = await readPages(send, {}, reading({ onInvalidCursor: 'restart' }));
		expect(documentsOf(pages)).toEqual([1, 2]);
	});

	it('has the list read again five times, and then fails', async () => {
		const calls: EncodedArguments[] = [];
		const send = async (args: EncodedArguments) => {
			calls.push(args);
			return askedFor(args).range.cursor === null ? page([1], 'a') : invalidCursor();
		};
		const failed = await failureOf(readPages(send, {}, reading({ onInvalidCursor: 'restart' })));
		expect(failed.message).toBe(INVALID);
		expect(failed.description).toMatch(
			/^The list was started again 5 times, and changed each time/,
		);
		expect(calls).toHaveLength(12);
	});

	it('may be the one that the user gave', async () => {
		const given = { paginationOpts: { cursor: 'of another query' } };
		const failing = scripted(invalidCursor());
		const failed = await failureOf(readPages(failing.send, given, reading()));
		expect(failed.message).toBe(INVALID);
		expect(failed.description).toContain(
			'A cursor that you give yourself has to come from the same query with the same arguments.',
		);
		const { send, calls } = scripted(invalidCursor(), page([1], 'a', true));
		const pages = await readPages(send, given, reading({ onInvalidCursor: 'restart' }));
		expect(documentsOf(pages)).toEqual([1]);
		expect(calls.map((args) => askedFor(args).range.cursor)).toEqual(['of another query', null]);
	});

	it('behind a page that was too large is met in the same way', async () => {
		const tooLarge = success({
			page: [1],
			isDone: false,
			continueCursor: 'b',
			splitCursor: 'a',
			pageStatus: 'SplitRequired',
		});
		const { send } = scripted(tooLarge, invalidCursor(), page([1, 2], 'c', true));
		const pages = await readPages(send, {}, reading({ onInvalidCursor: 'restart' }));
		expect(documentsOf(pages)).toEqual([1, 2]);
		const failing = scripted(tooLarge, invalidCursor());
		const failed = await failureOf(readPages(failing.send, {}, reading()));
		expect(failed.message).toBe(INVALID);
	});
});

describe('a reading that fails', () => {
	it.each<[string, ConvexFailure]>([
		[
			'the function',
			functionFailure({
				operation: 'query',
				errorMessage: 'Uncaught Error: boom',
				errorData: undefined,
				logLines: [],
			}),
		],
		['the deployment', platformFailure('query', { httpStatus: 503, body: '' })],
	])('at %s fails as that page did, and is not started again', async (_what, cause) => {
		for (const before of [[], [page([1], 'a')]]) {
			const { send } = scripted(...before, { status: 'failure', failure: cause });
			const options = reading({ onInvalidCursor: 'restart' });
			expect(await failureOf(readPages(send, {}, options))).toBe(cause);
		}
	});

	it('at paginationOpts that are no object sends nothing', async () => {
		const { send, calls } = scripted();
		const failed = await failureOf(readPages(send, { paginationOpts: 5 }, reading()));
		expect(failed.details.kind).toBe('input');
		expect(calls).toEqual([]);
	});

	it('at a page that leads to an earlier cursor does so at once, and is not started again', async () => {
		const { send, calls } = scripted(page([1], 'a'), page([2], 'b'), page([3], 'a'));
		const failed = await failureOf(readPages(send, {}, reading({ onInvalidCursor: 'restart' })));
		expect(failed.message).toMatch(/^The list never ends/);
		expect(calls).toHaveLength(3);
	});
});
