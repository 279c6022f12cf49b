import type { JSONValue } from 'convex/values';
import fc from 'fast-check';
import type { FunctionSignature } from '../../../../nodes/Convex/convex/functions/functionSpec';
import {
	firstRange,
	pageArguments,
	PageWalk,
	parsePage,
	withPaginationFilledIn,
	type Page,
	type PageRange,
} from '../../../../nodes/Convex/convex/responses/pageWalk';
import {
	encodeArguments,
	type EncodedArguments,
} from '../../../../nodes/Convex/convex/values/encodeArguments';
import { expectRefusal, failureOf } from '../../refusal';
import { objectOf, optional } from '../values/validators';
import { cursorBehind, PagedList } from './pagedList';

const page = (more: Partial<Page> = {}): Page => ({
	value: {},
	documents: [],
	isDone: false,
	continueCursor: 'c',
	splitCursor: undefined,
	isCutShort: false,
	...more,
});
const last = page({ isDone: true });
const cutShort = (more: Partial<Page>) => page({ isCutShort: true, ...more });

/** The next range of a walk, which there has to be. */
function nextOf(walk: PageWalk): PageRange {
	const range = walk.next();
	if (range === undefined) throw new Error('The walk has ended');
	return range;
}

/** A walk that has taken these pages, one after another. */
function walked(first: PageRange, ...pages: Page[]): PageWalk {
	const walk = new PageWalk(first);
	for (const one of pages) walk.take(nextOf(walk), one);
	return walk;
}

function rangesOf(walk: PageWalk): PageRange[] {
	const ranges: PageRange[] = [];
	for (let range = walk.next(); range !== undefined; range = walk.next()) ranges.push(range);
	return ranges;
}

describe('a walk through a list', () => {
	it('begins at the given cursor', () => {
		for (const range of [{ cursor: null }, { cursor: 'a' }, { cursor: 'a', endCursor: 'b' }]) {
			expect(rangesOf(new PageWalk(range))).toStrictEqual([range]);
		}
	});

	it('continues after each page until one is the last', () => {
		const walk = new PageWalk({ cursor: null });
		expect(walk.take(nextOf(walk), page({ continueCursor: 'a' }))).toBe(true);
		const second = nextOf(walk);
		expect(second).toStrictEqual({ cursor: 'a' });
		expect(walk.take(second, last)).toBe(true);
		expect(walk.next()).toBeUndefined();
	});

	it.each<[string, Page]>([
		['its cursor', page({ continueCursor: 'z' })],
		['its last page', page({ isDone: true, continueCursor: 'somewhere' })],
	])('with an end ends at %s', (_what, lastPage) => {
		const walk = walked({ cursor: null, endCursor: 'z' }, page({ continueCursor: 'a' }));
		const second = nextOf(walk);
		expect(second).toStrictEqual({ cursor: 'a', endCursor: 'z' });
		walk.take(second, lastPage);
		expect(walk.next()).toBeUndefined();
	});

	it('does not mind where the last page leads', () => {
		for (const continueCursor of [null, 'a', 'new']) {
			const walk = walked({ cursor: 'a' }, page({ isDone: true, continueCursor }));
			expect(walk.next()).toBeUndefined();
		}
	});
});

describe('a page that hit a limit on reading', () => {
	it('is read again in two parts, and then the list continues after it', () => {
		const walk = new PageWalk({ cursor: 'a' });
		const isTaken = walk.take(nextOf(walk), cutShort({ splitCursor: 'b', continueCursor: 'c' }));
		expect(isTaken).toBe(false);
		expect(rangesOf(walk)).toStrictEqual([
			{ cursor: 'a', endCursor: 'b' },
			{ cursor: 'b', endCursor: 'c' },
			{ cursor: 'c' },
		]);
	});

	it('is the last one, so that nothing is read after its parts', () => {
		const walk = walked(
			{ cursor: 'a' },
			cutShort({ splitCursor: 'b', continueCursor: 'c', isDone: true }),
		);
		expect(rangesOf(walk)).toStrictEqual([
			{ cursor: 'a', endCursor: 'b' },
			{ cursor: 'b', endCursor: 'c' },
		]);
	});

	it('before its end is divided, and read up to that end', () => {
		const walk = walked(
			{ cursor: null, endCursor: 'z' },
			cutShort({ splitCursor: 'f', continueCursor: 'm' }),
		);
		expect(rangesOf(walk)).toStrictEqual([
			{ cursor: null, endCursor: 'f' },
			{ cursor: 'f', endCursor: 'z' },
		]);
	});

	it('but cannot be divided just ends early, where it has no end', () => {
		const walk = new PageWalk({ cursor: 'a' });
		expect(walk.take(nextOf(walk), cutShort({ continueCursor: 'b' }))).toBe(true);
		expect(rangesOf(walk)).toStrictEqual([{ cursor: 'b' }]);
	});

	it('but cannot be divided is a failure between two cursors, where documents are missing', () => {
		const walk = new PageWalk({ cursor: 'a', endCursor: 'z' });
		const failure = failureOf(() => walk.take(nextOf(walk), cutShort({ continueCursor: 'z' })));
		expect(failure.message).toBe(
			'A page is too large to be read, and the function does not say where to divide it',
		);
		expect(failure.description).toContain("'endCursor'");
		expect(failure.details).toEqual({ kind: 'function', retryable: false, outcome: 'failed' });
	});

	it('is not one that merely could be divided', () => {
		const walk = new PageWalk({ cursor: 'a' });
		expect(walk.take(nextOf(walk), page({ splitCursor: 'b', continueCursor: 'c' }))).toBe(true);
		expect(rangesOf(walk)).toStrictEqual([{ cursor: 'c' }]);
	});
});

describe('a list that would never end', () => {
	/** Divides each page once more, a number of times. */
	const divided = (walk: PageWalk, times: number) => {
		for (let count = 0; count < times; count++) {
			const { cursor, endCursor } = nextOf(walk);
			const splitCursor = `${cursor}/${count}`;
			const continueCursor = endCursor ?? `end of ${cursor}`;
			walk.take(
				{ cursor, ...(endCursor !== undefined && { endCursor }) },
				cutShort({ splitCursor, continueCursor }),
			);
		}
	};

	it('is a failure: its pages are divided again and again, and none is read', () => {
		const walk = new PageWalk({ cursor: 'a' });
		divided(walk, 64);
		const failure = failureOf(() => divided(walk, 1));
		expect(failure.message).toBe(
			'The list never ends: a page is still too large after it was divided 64 times',
		);
		expect(failure.details).toEqual({ kind: 'function', retryable: false, outcome: 'failed' });
	});

	it('is none where a page is read in between', () => {
		const walk = new PageWalk({ cursor: 'a' });
		divided(walk, 64);
		walk.take(nextOf(walk), last);
		divided(walk, 64);
		expect(rangesOf(walk).at(-1)).toEqual({ cursor: 'end of a' });
	});

	it.each<[string, PageRange, Page[]]>([
		['stays where it began', { cursor: 'a' }, [page({ continueCursor: 'a' })]],
		[
			'comes round again',
			{ cursor: null },
			['a', 'b', 'c', 'a'].map((continueCursor) => page({ continueCursor })),
		],
		['has no cursor to go on from', { cursor: null }, [page({ continueCursor: null })]],
		[
			'divides a page where it begins',
			{ cursor: 'a' },
			[cutShort({ splitCursor: 'a', continueCursor: 'b' })],
		],
		[
			'divides a page where it ends',
			{ cursor: 'a' },
			[cutShort({ splitCursor: 'b', continueCursor: 'b' })],
		],
		[
			'does not heed the end of a part',
			{ cursor: 'a' },
			[cutShort({ splitCursor: 'b', continueCursor: 'c' }), page({ continueCursor: 'c' })],
		],
	])('is a failure: it %s', (_what, first, pages) => {
		const failure = failureOf(() => walked(first, ...pages));
		expect(failure.message).toBe(
			'The list never ends: a page leads back to a cursor that was read already',
		);
		expect(failure.description).toMatch(/'isDone' and 'continueCursor' that \.paginate\(/);
		expect(failure.details).toEqual({ kind: 'function', retryable: false, outcome: 'failed' });
	});
});

const RUNS = { seed: 20260503, numRuns: 500 };

const keys = fc
	.uniqueArray(fc.nat({ max: 60 }), { maxLength: 40 })
	.map((unordered) => unordered.sort((one, other) => one - other));
const hidden = fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 30 });
const rowLimits = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 });
const pageSize = fc.integer({ min: 1, max: 15 });

/** Reads a list from one place to another, as the walk leads. */
function read(list: PagedList, range: PageRange, size: number): number[] {
	const found: number[] = [];
	const walk = new PageWalk(range);
	for (let part = walk.next(); part !== undefined; part = walk.next()) {
		if (list.requests > 1_000) throw new Error('The walk does not end');
		const taken = parsePage(list.page(part, size));
		if (!walk.take(part, taken)) continue;
		found.push(...taken.documents.map(Number));
	}
	return found;
}

describe('every document of a list is read once, in order', () => {
	it('whatever the size of a page, the limits on reading and what a filter hides', () => {
		fc.assert(
			fc.property(fc.record({ keys, hidden, rowLimits }), pageSize, (behaviour, size) => {
				const list = new PagedList(behaviour);
				expect(read(list, { cursor: null }, size)).toEqual(list.visibleKeys);
			}),
			RUNS,
		);
	});

	it('from one cursor to another', () => {
		fc.assert(
			fc.property(
				fc.record({ keys, hidden, rowLimits }),
				pageSize,
				fc.nat({ max: 60 }),
				fc.nat({ max: 60 }),
				fc.boolean(),
				(behaviour, size, one, other, hasEnd) => {
					fc.pre(one !== other);
					const [start, end] = [Math.min(one, other), Math.max(one, other)];
					const list = new PagedList(behaviour);
					const range = {
						cursor: cursorBehind(start),
						...(hasEnd && { endCursor: cursorBehind(end) }),
					};
					expect(read(list, range, size)).toEqual(
						list.visibleKeys.filter((key) => key > start && (!hasEnd || key <= end)),
					);
				},
			),
			RUNS,
		);
	});

	it('while others come and go', () => {
		const toggledKeys = fc.array(fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 5 }), {
			minLength: 1,
			maxLength: 20,
		});
		fc.assert(
			fc.property(
				fc.record({ keys, hidden, rowLimits, toggledKeys }),
				pageSize,
				(behaviour, size) => {
					const list = new PagedList(behaviour);
					const lasting = list.visibleKeys.filter(
						(key) => !behaviour.toggledKeys.flat().includes(key),
					);
					const found = read(list, { cursor: null }, size);
					expect(found.filter((key) => lasting.includes(key))).toEqual(lasting);
					expect(found).toEqual([...new Set(found)].sort((one, other) => one - other));
				},
			),
			RUNS,
		);
	});

	it('takes requests that grow with the list, and no more', () => {
		const list = new PagedList({ keys: Array.from({ length: 100 }, (_, key) => key) });
		expect(read(list, { cursor: null }, 10)).toHaveLength(100);
		// One more, as a full page does not know that it was the last.
		expect(list.requests).toBe(11);
	});
});

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
		[[whole], 'an array'],
		[{ ...whole, page: { n: 1 } }, "an object without a list 'page'"],
		[{ page: [] }, "an object without 'isDone'"],
		[{ ...whole, isDone: 'true' }, "an object without 'isDone'"],
	])('is not %j', (value, what) => {
		const failure = failureOf(() => parsePage(value));
		expect(failure.message).toBe(`The function returned ${what}, not one page of a list`);
		expect(failure.description).toMatch(/\.paginate\(args\.paginationOpts\).*'Pagination'/);
		expect(failure.details).toEqual({ kind: 'function', retryable: false, outcome: 'failed' });
	});
});

describe('the signature of a function whose pages the node asks for', () => {
	const signature = (args: FunctionSignature['args']): FunctionSignature => ({
		path: { module: 'messages', name: 'list' },
		type: 'query',
		isPublic: true,
		args,
	});
	const opts = objectOf({ numItems: { type: 'number' } });

	it('may leave paginationOpts out, or any of its parts, and keeps the rest', () => {
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
					paginationOpts: optional(objectOf({ numItems: optional({ type: 'number' }) })),
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

	it.each<[string, FunctionSignature['args']]>([
		['takes anything', { type: 'any' }],
		['takes no paginationOpts', objectOf({ channel: { type: 'string' } })],
		['takes nothing', objectOf({})],
	])('is the same where the function %s', (_what, args) => {
		expect(withPaginationFilledIn(signature(args))).toEqual(signature(args));
	});
});

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
});

describe('a paginationOpts that cannot be read', () => {
	it.each<[JSONValue, string]>([
		[5, 'a number'],
		[[], 'an array'],
		['[]', 'an array'],
		['null', 'null'],
		['"{}"', 'text'],
	])('because it is no object is refused: %j', (paginationOpts, what) => {
		expectRefusal(
			() => firstRange({ paginationOpts }),
			`The argument 'paginationOpts' is ${what}, not an object`,
			/^Remove it: 'Pagination' fills it in\./,
		);
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

	it.each<JSONValue>(['', ' ', '{'])('because it is no JSON is refused: %j', (paginationOpts) => {
		const failure = failureOf(() => firstRange({ paginationOpts }));
		expect(failure.message).toMatch(/^The argument 'paginationOpts' is (?:empty|not valid JSON)/);
		expect(failure.details.kind).toBe('input');
	});

	it.each<[string, JSONValue, string]>([
		['cursor', 5, 'a number'],
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
