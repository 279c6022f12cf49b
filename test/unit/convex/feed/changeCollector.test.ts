import { ChangeCollector } from '../../../../nodes/Convex/convex/feed/changeCollector';
import type { FeedRow } from '../../../../nodes/Convex/convex/feed/feedPage';

const row = (id: string, timestamp: number | string, value: FeedRow['value'] = {}): FeedRow => ({
	component: '',
	table: 'tasks',
	id,
	timestamp: String(timestamp),
	value,
});

const idsOf = ({ collected }: ChangeCollector) => collected.map(({ id }) => id);

describe('the changes of a poll', () => {
	it('are in the order of their time, each document once', () => {
		const collector = new ChangeCollector(['written'], 10);
		for (const each of [row('b', 5), row('a', 3), row('c', 4), row('a', 9)]) collector.add(each);
		expect(idsOf(collector)).toEqual(['c', 'b', 'a']);
	});

	it('are ordered by every digit of their time, however many digits it has', () => {
		const collector = new ChangeCollector(['written'], 10);
		const times = ['1700000000000000002', '1700000000000000001', '999', '10'];
		for (const time of times) collector.add(row(time, time));
		expect(idsOf(collector)).toEqual([...times].reverse());
	});

	it('have those of a table that was replaced behind what came before, though they are older', () => {
		const collector = new ChangeCollector(['written'], 10);
		for (const each of [row('b', 8), row('a', 7)]) collector.add(each);
		collector.startRound();
		for (const each of [row('d', 2), row('c', 1)]) collector.add(each);
		expect(idsOf(collector)).toEqual(['a', 'b', 'c', 'd']);
	});
});
