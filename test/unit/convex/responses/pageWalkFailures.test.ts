import { readPages, type ListPage } from '../../../../nodes/Convex/actions/calls/readPages';
import type { EncodedArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';
import type { FunctionResult } from '../../../../nodes/Convex/convex/responses/functionResponse';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';
import { askedFor, documentsOf, page, reading, scripted, success } from './pageSenders';

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

	it('at something that is no page says what came instead', async () => {
		const { send } = scripted(success([1, 2]));
		expect((await failureOf(readPages(send, {}, reading()))).message).toBe(
			'The function returned an array, not one page of a list',
		);
	});

	it('at paginationOpts that are no object sends nothing', async () => {
		const { send, calls } = scripted();
		const failed = await failureOf(readPages(send, { paginationOpts: 5 }, reading()));
		expect(failed.details.kind).toBe('input');
		expect(calls).toEqual([]);
	});

	it.each([
		['the same cursor', [page([1], 'a'), page([2], 'a')]],
		['an earlier cursor', [page([1], 'a'), page([2], 'b'), page([3], 'a')]],
		['no cursor', [page([1], null)]],
	])('at a page that leads to %s does so at once', async (_what, answers) => {
		const { send, calls } = scripted(...answers);
		const failed = await failureOf(readPages(send, {}, reading({ onInvalidCursor: 'restart' })));
		expect(failed.message).toBe(
			'The list never ends: a page leads back to a cursor that was read already',
		);
		expect(calls).toHaveLength(answers.length);
	});
});
