import {
	PageWalk,
	type Page,
	type PageRange,
} from '../../../../nodes/Convex/convex/responses/pageWalk';
import { failureOf } from '../../refusal';

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

	it('between two cursors is divided as often as needed, up to the same end', () => {
		const walk = walked(
			{ cursor: null, endCursor: 'z' },
			cutShort({ splitCursor: 'm', continueCursor: 'z' }),
			cutShort({ splitCursor: 'f', continueCursor: 'm' }),
		);
		expect(rangesOf(walk)).toStrictEqual([
			{ cursor: null, endCursor: 'f' },
			{ cursor: 'f', endCursor: 'm' },
			{ cursor: 'm', endCursor: 'z' },
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

	it('has its first part read to the end before its second one', () => {
		const walk = walked(
			{ cursor: null },
			cutShort({ splitCursor: 'b', continueCursor: 'c' }),
			page({ continueCursor: 'a' }),
		);
		expect(rangesOf(walk)).toStrictEqual([
			{ cursor: 'a', endCursor: 'b' },
			{ cursor: 'b', endCursor: 'c' },
			{ cursor: 'c' },
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
			'stays where it is',
			{ cursor: null },
			[page({ continueCursor: 'a' }), page({ continueCursor: 'a' })],
		],
		[
			'comes round again',
			{ cursor: null },
			['a', 'b', 'c', 'a'].map((continueCursor) => page({ continueCursor })),
		],
		[
			'comes back to its beginning',
			{ cursor: 'a' },
			['b', 'a'].map((cursor) => page({ continueCursor: cursor })),
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
