import { SilentDeployments } from '../../../../nodes/Convex/transport/live/silentDeployments';

describe('deployments of whose live connection nothing came', () => {
	it('are remembered for a minute', () => {
		let nowMs = 1_000;
		const silent = new SilentDeployments(() => nowMs);
		expect(silent.has('a')).toBe(false);
		silent.add('a');
		nowMs += 59_999;
		expect([silent.has('a'), silent.has('b')]).toEqual([true, false]);
		nowMs += 1;
		expect(silent.has('a')).toBe(false);
	});

	it('are a hundred at most, the newest', () => {
		const silent = new SilentDeployments(() => 0);
		for (let number = 0; number < 150; number++) silent.add(`${number}`);
		const kept = Array.from({ length: 150 }, (_, number) => silent.has(`${number}`));
		expect(kept).toEqual([...Array(50).fill(false), ...Array(100).fill(true)]);
	});
});
