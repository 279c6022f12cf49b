import type { JSONValue } from 'convex/values';
import { ConvexFailure } from '../../../nodes/Convex/convex/failure';
import { functionFailure } from '../../../nodes/Convex/convex/failures/functionFailure';
import type { FunctionSignature } from '../../../nodes/Convex/convex/functions/functionSpec';
import {
	PAGINATION_ARGUMENT,
	parsePage,
	withPaginationFilledIn,
} from '../../../nodes/Convex/convex/responses/pageWalk';
import type { Validator } from '../../../nodes/Convex/convex/values/validator';
import { failureOf } from '../refusal';
import { objectOf, optional } from '../convex/values/validators';

describe('a page', () => {
	const whole = { page: [{ n: 1 }, 2, null], isDone: false, continueCursor: 'c' };

	it('has documents, a cursor, and says whether it is the last', () => {
		expect(parsePage(whole)).toEqual({
			value: whole,
			documents: [{ n: 1 }, 2, null],
			isDone: false,
			continueCursor: 'c',
			splitCursor: undefined,
			isCutShort: false,
		});
		expect(parsePage({ ...whole, page: [], isDone: true })).toMatchObject({
			documents: [],
			isDone: true,
		});
	});

	it.each<[JSONValue, string | undefined]>([
		['s', 's'],
		['', ''],
		[null, undefined],
		[5, undefined],
	])('may be divided where it says so: %j', (splitCursor, expected) => {
		expect(parsePage({ ...whole, splitCursor }).splitCursor).toBe(expected);
	});

	it('is passed on with all that the function returned', () => {
		const value = { ...whole, total: 7, pageStatus: null };
		expect(parsePage(value).value).toEqual(value);
	});

	it.each<[JSONValue, boolean]>([
		['SplitRequired', true],
		['SplitRecommended', false],
		[null, false],
		['', false],
		[true, false],
	])('with the status %j is cut short: %s', (pageStatus, isCutShort) => {
		expect(parsePage({ ...whole, pageStatus }).isCutShort).toBe(isCutShort);
	});

	it.each<JSONValue>([null, 5, false])('with the cursor %j leads nowhere', (continueCursor) => {
		expect(parsePage({ ...whole, continueCursor }).continueCursor).toBeNull();
	});

	it('without a cursor leads nowhere', () => {
		expect(parsePage({ page: [], isDone: true }).continueCursor).toBeNull();
	});

	it.each<[JSONValue, string]>([
		[null, 'null'],
		[5, 'a number'],
		['page', 'text'],
		[true, 'a boolean'],
		[[whole], 'an array'],
		[{}, "an object without a list 'page'"],
		[{ ...whole, page: { n: 1 } }, "an object without a list 'page'"],
		[{ page: [] }, "an object without 'isDone'"],
		[{ ...whole, isDone: null }, "an object without 'isDone'"],
		[{ ...whole, isDone: 'true' }, "an object without 'isDone'"],
	])('is not %j', (value, what) => {
		const failure = failureOf(() => parsePage(value));
		expect(failure.message).toBe(`The function returned ${what}, not one page of a list`);
		expect(failure.description).toMatch(/\.paginate\(args\.paginationOpts\).*'Pagination'/);
		expect(failure.details).toEqual({ kind: 'function', retryable: false, outcome: 'failed' });
	});
});

describe('the signature of a function whose pages the node asks for', () => {
	const signature = (args: Validator): FunctionSignature => ({
		path: { module: 'messages', name: 'list' },
		type: 'query',
		isPublic: true,
		args,
	});
	const opts = objectOf({ numItems: { type: 'number' } });

	it('may leave paginationOpts out, or have anything in it, and keeps the rest', () => {
		const given = signature(
			objectOf({
				channel: { type: 'string' },
				paginationOpts: opts,
				limit: optional({ type: 'number' }),
			}),
		);
		expect(withPaginationFilledIn(given)).toEqual(
			signature(
				objectOf({
					channel: { type: 'string' },
					paginationOpts: optional({ type: 'any' }),
					limit: optional({ type: 'number' }),
				}),
			),
		);
		// The one that was read is shared by all items.
		expect(given.args).toEqual(
			objectOf({
				channel: { type: 'string' },
				paginationOpts: opts,
				limit: optional({ type: 'number' }),
			}),
		);
	});

	it.each<[string, Validator]>([
		['takes anything', { type: 'any' }],
		['takes no paginationOpts', objectOf({ channel: { type: 'string' } })],
		['takes nothing', objectOf({})],
	])('is the same where the function %s', (_what, args) => {
		expect(withPaginationFilledIn(signature(args))).toEqual(signature(args));
	});

	it('is about the argument that Convex itself names', () => {
		expect(PAGINATION_ARGUMENT).toBe('paginationOpts');
	});
});

describe('a cursor that does not fit its query any more', () => {
	const failed = (errorMessage: string, errorData?: JSONValue) =>
		functionFailure({ operation: 'query', errorMessage, errorData, logLines: [] });
	const system = { isConvexSystemError: true, paginationError: 'InvalidCursor' };

	it.each<[string, ConvexFailure]>([
		[
			'by the text of the backend',
			failed(
				'[Request ID: 1f] Server Error\nUncaught Error: InvalidCursor: Tried to run a query starting from a cursor',
			),
		],
		['by the data of its ConvexError', failed('[Request ID: 1f] Server Error', system)],
	])('is known %s', (_what, failure) => {
		expect(failure.reason).toBe('invalidCursor');
	});

	it.each<[string, ConvexFailure]>([
		['another error', failed('Uncaught Error: boom')],
		['a cursor that cannot be read', failed('Uncaught Error: Failed to parse cursor')],
		['a hidden error', failed('[Request ID: 1f] Server Error')],
		[
			'data of the app that looks alike',
			failed('Server Error', { paginationError: 'InvalidCursor' }),
		],
		[
			'another error of the system',
			failed('Server Error', { ...system, paginationError: 'Other' }),
		],
		['data that is a list', failed('Server Error', [system])],
		['data that is a text', failed('Server Error', 'system')],
		['no data', failed('Server Error', null)],
	])('is not %s', (_what, failure) => {
		expect(failure.reason).not.toBe('invalidCursor');
	});
});
