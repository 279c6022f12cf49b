import { pairedWithAll } from '../../../nodes/Convex/actions/pairing';

const indices = (count: number) => Array.from({ length: count }, (_, item) => item);

it('output is paired with all items that it belongs to, if there are a hundred at most', () => {
	expect(pairedWithAll([7])).toEqual({ item: 7 });
	expect(pairedWithAll([3, 5])).toEqual([{ item: 3 }, { item: 5 }]);
	expect(pairedWithAll(indices(100))).toEqual(indices(100).map((item) => ({ item })));
});

it('of more items it is paired with a hundred from the first to the last, each once', () => {
	const pairs = [pairedWithAll(indices(8_000))].flat().map(({ item }) => item);
	expect([pairs[0], pairs.at(-1), pairs.length, new Set(pairs).size]).toEqual([0, 7_999, 100, 100]);
	// 120 items of one customer and 30 of another are not all taken for the first one's.
	expect([pairedWithAll(indices(150))].flat().some(({ item }) => item >= 120)).toBe(true);
});
