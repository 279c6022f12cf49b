import fc from 'fast-check';
import {
	PageWalk,
	parsePage,
	type PageRange,
} from '../../../../nodes/Convex/convex/responses/pageWalk';
import { cursorBehind, PagedList } from './pagedList';

const RUNS = { seed: 20260503, numRuns: 1_000 };

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
