import { Tracking } from './tracking';

const tracking = () => {
	const tracker = Tracking.ofValue(undefined);
	tracker.take('A');
	return tracker;
};

describe('a result as a whole', () => {
	it('is a change each time it differs, also when an earlier value returns', () => {
		const tracker = tracking();
		const values = ['B', 'B', 'A', 'B'].map((value) => tracker.take(value).events);
		expect(values).toEqual([
			[{ kind: 'result', reason: 'change', value: 'B', previousValue: 'A' }],
			[],
			[{ kind: 'result', reason: 'change', value: 'A', previousValue: 'B' }],
			[{ kind: 'result', reason: 'change', value: 'B', previousValue: 'A' }],
		]);
	});

	it('that is null is a result like any other', () => {
		const tracker = tracking();
		expect(tracker.take(null).events).toMatchObject([{ value: null, previousValue: 'A' }]);
		expect(tracker.take('A').events).toMatchObject([{ previousValue: null, reason: 'change' }]);
	});

	it('seen by an earlier process is compared, and not known', () => {
		const remembered = tracking().remembered;
		expect(Tracking.ofValue(remembered, true).take('A').events).toEqual([]);
		expect(Tracking.ofValue(remembered, true).take('B').events).toEqual([
			{ kind: 'result', reason: 'catchUp', value: 'B', previousValue: undefined },
		]);
	});

	it('is known again once it was seen, even unchanged', () => {
		const tracker = Tracking.ofValue(tracking().remembered);
		tracker.take('A');
		expect(tracker.take('B').events).toMatchObject([{ reason: 'change', previousValue: 'A' }]);
	});
});
