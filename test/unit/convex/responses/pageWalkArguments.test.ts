import type { JSONValue } from 'convex/values';
import {
	encodeArguments,
	type EncodedArguments,
} from '../../../../nodes/Convex/convex/values/encodeArguments';
import { firstRange, pageArguments } from '../../../../nodes/Convex/convex/responses/pageWalk';
import { expectRefusal, failureOf } from '../../refusal';

describe('the arguments that ask for a page', () => {
	const args = encodeArguments("'Arguments'", { channel: 'general', limit: 42n });

	it('are the given ones and where to read how much', () => {
		expect(pageArguments(args, { cursor: null }, 100)).toEqual({
			...args,
			paginationOpts: { numItems: 100, cursor: null },
		});
		expect(pageArguments({}, { cursor: 'a', endCursor: 'b' }, 7)).toEqual({
			paginationOpts: { numItems: 7, cursor: 'a', endCursor: 'b' },
		});
	});

	it('keep what the user says of the page, and nothing else in the place of the walk', () => {
		const given: EncodedArguments = {
			channel: 'general',
			paginationOpts: { numItems: 3, cursor: 'old', endCursor: 'z', maximumRowsRead: 500 },
		};
		const before = structuredClone(given);
		expect(pageArguments(given, { cursor: 'b', endCursor: 'c' }, 9)).toEqual({
			channel: 'general',
			paginationOpts: { numItems: 9, cursor: 'b', endCursor: 'c', maximumRowsRead: 500 },
		});
		expect(given).toEqual(before);
	});

	it('keep it too where it was given as JSON text', () => {
		const given = { paginationOpts: '{ "cursor": "old", "maximumRowsRead": 500 }' };
		expect(pageArguments(given, { cursor: 'b' }, 9)).toEqual({
			paginationOpts: { numItems: 9, cursor: 'b', maximumRowsRead: 500 },
		});
	});
});

describe('where a list begins and ends', () => {
	it.each<[JSONValue | undefined, object]>([
		[undefined, { cursor: null }],
		[null, { cursor: null }],
		[{}, { cursor: null }],
		[{ numItems: 5, cursor: null }, { cursor: null }],
		[{ cursor: 'a' }, { cursor: 'a' }],
		[{ cursor: '' }, { cursor: '' }],
		[
			{ cursor: 'a', endCursor: 'b' },
			{ cursor: 'a', endCursor: 'b' },
		],
		[{ endCursor: 'b' }, { cursor: null, endCursor: 'b' }],
		[{ cursor: 'a', endCursor: null }, { cursor: 'a' }],
		// As a form gives it.
		['{ "cursor": "a", "endCursor": "b" }', { cursor: 'a', endCursor: 'b' }],
		['{}', { cursor: null }],
	])('is what paginationOpts says: %j', (paginationOpts, range) => {
		const args: EncodedArguments = paginationOpts === undefined ? {} : { paginationOpts };
		expect(firstRange(args)).toStrictEqual(range);
	});

	it.each<[JSONValue, string]>([
		[5, 'a number'],
		[true, 'a boolean'],
		[[], 'an array'],
	])('is not said by %j', (paginationOpts, what) => {
		expectRefusal(
			() => firstRange({ paginationOpts }),
			`The argument 'paginationOpts' is ${what}, not an object`,
			/^Remove it: 'Pagination' fills it in\./,
		);
	});
});

describe('a paginationOpts that cannot be read', () => {
	it.each([
		['[]', 'an array'],
		['5', 'a number'],
		['null', 'null'],
		['"{}"', 'text'],
	])('is refused as the JSON text %s', (paginationOpts, what) => {
		const failure = failureOf(() => firstRange({ paginationOpts }));
		expect(failure.message).toBe(`The argument 'paginationOpts' is ${what}, not an object`);
		expect(failure.details.kind).toBe('input');
	});

	it.each(['', '{"maximumRowsRead": 9007199254740993}'])(
		'is refused with help for it, not for arguments: %j',
		(paginationOpts) => {
			const { description } = failureOf(() => firstRange({ paginationOpts }));
			expect(description).toMatch(
				/^(?:Remove it: 'Pagination' fills|Put it in quotes, which keeps .*text\.$)/,
			);
		},
	);

	it.each([
		[61, 'is taken'],
		[62, 'is refused'],
	])('with lists in each other %d levels deep %s, as text and as an object', (levels, end) => {
		const lists: JSONValue = JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
		const object = { more: lists };
		const read = (paginationOpts: unknown) => () =>
			firstRange(encodeArguments("'Arguments'", { paginationOpts }));
		for (const given of [object, JSON.stringify(object)]) {
			if (end === 'is taken') expect(read(given)()).toEqual({ cursor: null });
			else {
				expect(failureOf(read(given)).message).toMatch(
					/^'Arguments': 'paginationOpts\.more[[\]0]+….*' is nested more than 64 levels deep$/,
				);
			}
		}
	});

	it.each<JSONValue>(['', ' ', '{', 'start'])('is refused: %j', (paginationOpts) => {
		const failure = failureOf(() => firstRange({ paginationOpts }));
		expect(failure.message).toMatch(/^The argument 'paginationOpts' is (?:empty|not valid JSON)/);
		expect(failure.details.kind).toBe('input');
	});

	it.each<[string, JSONValue, string]>([
		['cursor', 5, 'a number'],
		['cursor', { id: 'a' }, 'an object'],
		['endCursor', false, 'a boolean'],
		['endCursor', ['a'], 'an array'],
	])('for its %s is refused, rather than read from elsewhere: %j', (name, cursor, what) => {
		for (const given of [{ [name]: cursor }, JSON.stringify({ [name]: cursor })]) {
			expectRefusal(
				() => firstRange({ paginationOpts: given }),
				`The '${name}' in the argument 'paginationOpts' is ${what}, not text`,
				/'continueCursor' of an earlier page/,
			);
		}
	});
});
