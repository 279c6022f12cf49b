import type { FeedPage, FeedRow } from '../../../../nodes/Convex/convex/feed/feedPage';
import {
	advance,
	followingFrom,
	fromBeginning,
	parsePosition,
	readAgain,
	withAwaited,
	within,
	type FeedPosition,
} from '../../../../nodes/Convex/convex/feed/feedPosition';

const row = (table: string, id: string, timestamp: number): FeedRow => ({
	component: '',
	table,
	id,
	timestamp: String(timestamp),
	value: { _id: id },
});

function page(
	rows: FeedRow[],
	status: FeedPage['status'],
	restarted: string[] = [],
	nextCursor = 'next',
): FeedPage {
	const tables = restarted.map((table) => ({ component: '', table }));
	return { status, restarted: tables, rows, nextCursor, length: 1 };
}

const snapshotting = { type: 'snapshotting' } as const;
const upToDate = (time: number) => ({ type: 'upToDate', snapshotTime: String(time) }) as const;
const idsOf = (position: FeedPosition, given: FeedPage) =>
	advance(position, given, '').changes.map(({ row: { id } }) => id);

describe('a feed from the beginning', () => {
	it('passes on every row, and follows once a page is a state of the data', () => {
		const start = fromBeginning(['a', 'b']);
		const first = page([row('a', '1', 5), row('a', '2', 6)], snapshotting, ['a']);
		expect(idsOf(start, first)).toEqual(['1', '2']);
		const { next, restarted } = advance(start, first, '');
		expect(restarted).toEqual([]);
		expect(next).toMatchObject({ phase: 'snapshot', cursor: 'next', awaited: ['b'] });
		const last = page([row('b', '3', 4)], upToDate(9), ['b']);
		expect(idsOf(next, last)).toEqual(['3']);
		expect(advance(next, last, '').next).toEqual(followingFrom('next', '9'));
	});
});

describe('a feed that reads its tables again', () => {
	it('passes on only what was written after the time that is known', () => {
		const start = readAgain(['a'], '10');
		const given = page([row('a', 'old', 10), row('a', 'new', 11)], upToDate(12), ['a']);
		expect(idsOf(start, given)).toEqual(['new']);
		expect(advance(start, given, '').next).toEqual(followingFrom('next', '12'));
	});

	it('compares times by all their digits', () => {
		const start = readAgain(['a'], '1790000000000000001');
		const later = { ...row('a', 'new', 0), timestamp: '1790000000000000002' };
		expect(idsOf(start, page([later], upToDate(1), ['a']))).toEqual(['new']);
	});

	it('takes all of a table that an import replaces meanwhile, whose rows are older', () => {
		const start = readAgain(['a'], '10');
		const first = advance(start, page([row('a', 'old', 3)], snapshotting, ['a']), '');
		expect(first.changes).toEqual([]);
		const second = advance(first.next, page([row('a', 'new', 4)], snapshotting, ['a']), '');
		expect(second.restarted).toEqual(['a']);
		expect(second.changes.map(({ row: { id } }) => id)).toEqual(['new']);
	});
});

describe('a feed that follows', () => {
	const start = followingFrom('c', '10');

	it('passes on every row, and moves the time that is known', () => {
		const given = page([row('a', '1', 11)], { type: 'stale', snapshotTime: '11' });
		expect(idsOf(start, given)).toEqual(['1']);
		expect(advance(start, given, '').next).toEqual(followingFrom('next', '11'));
	});

	it('passes on all rows of a table that an import replaced, over all its pages', () => {
		const first = advance(start, page([row('a', '1', 2)], snapshotting, ['a']), '');
		expect(first.changes).toHaveLength(1);
		expect(first.next).toMatchObject({ phase: 'snapshot', since: '10', whole: ['a'] });
		const second = page([row('a', '2', 3), row('b', 'known', 9)], upToDate(20));
		expect(idsOf(first.next, second)).toEqual(['2']);
		expect(advance(first.next, second, '').next).toEqual(followingFrom('next', '20'));
	});

	it('does not pass on what is known of a table that is new to it', () => {
		const awaiting = withAwaited(start, ['b']);
		const given = page([row('b', 'old', 9), row('b', 'new', 11)], snapshotting, ['b']);
		expect(idsOf(awaiting, given)).toEqual(['new']);
		expect(advance(awaiting, given, '').restarted).toEqual([]);
	});

	it('does not take a table of another component for its own', () => {
		const given: FeedPage = {
			...page([], snapshotting),
			restarted: [{ component: 'other', table: 'a' }],
		};
		expect(advance(start, given, '').restarted).toEqual([]);
	});
});

describe('a page that is passed on in parts', () => {
	const start = followingFrom('c', '10');
	const given = page([row('a', '1', 11), row('a', '2', 12), row('a', '3', 13)], upToDate(13));

	it('goes on behind the rows that were passed on', () => {
		expect(idsOf(within(start, given, 2), given)).toEqual(['3']);
	});

	it('goes on behind them when more has been written', () => {
		const longer = page([...given.rows, row('a', '4', 14)], upToDate(14));
		expect(idsOf(within(start, given, 2), longer)).toEqual(['3', '4']);
	});

	it('begins again when the page is another one', () => {
		const other = page([row('a', '1', 11), row('a', '2', 99), row('a', '3', 13)], upToDate(99));
		expect(idsOf(within(start, given, 2), other)).toEqual(['1', '2', '3']);
		expect(idsOf(within(start, given, 3), page([row('a', '1', 11)], upToDate(11)))).toEqual(['1']);
	});
});

describe('a position that was kept', () => {
	it.each<[string, FeedPosition]>([
		['that follows', followingFrom('c', '10')],
		['from the beginning', fromBeginning(['a'])],
		['in the middle of tables', withAwaited(followingFrom('c', '10'), ['b'])],
		['within a page', within(followingFrom('c', '1'), page([row('a', '1', 2)], snapshotting), 1)],
	])('is the same when it is read, %s', (_what, position) => {
		expect(parsePosition(JSON.parse(JSON.stringify(position)))).toEqual(position);
	});

	it.each([
		[null],
		['following'],
		[{}],
		[{ phase: 'following', cursor: 'c' }],
		[{ phase: 'following', cursor: '', since: '1' }],
		[{ phase: 'following', cursor: 'c', since: 1 }],
		[{ phase: 'following', cursor: 'c', since: '1e9' }],
		[{ phase: 'snapshot', cursor: 'c', since: '1' }],
		[{ phase: 'snapshot', cursor: 5, awaited: [], whole: [] }],
		[{ phase: 'snapshot', awaited: [1], whole: [] }],
		[{ phase: 'else', cursor: 'c', since: '1', awaited: [], whole: [] }],
	])('is none where it is %j', (value) => {
		expect(parsePosition(value)).toBeUndefined();
	});
});
