import { SendAhead } from '../../../../nodes/Convex/actions/calls/sendAhead';

const COUNT = 2_000;

/**
 * Sends so many mutations ahead as it may, to a deployment that runs one after the other.
 *
 * @returns when the last was answered, and how many were in flight at most in the second half
 */
function simulate(sendAhead: SendAhead | undefined, roundTripMs: number, mutationMs: number) {
	const inFlight: Array<{ sentAtMs: number; answeredAtMs: number; position: number }> = [];
	let nowMs = 0;
	let freeAtMs = 0;
	let most = 0;
	for (let sent = 0; sent < COUNT || inFlight.length > 0;) {
		for (; sent < COUNT && inFlight.length < (sendAhead?.limit ?? 500); sent++) {
			freeAtMs = Math.max(freeAtMs, nowMs + roundTripMs / 2) + mutationMs;
			const position = inFlight.length + 1;
			inFlight.push({ sentAtMs: nowMs, answeredAtMs: freeAtMs + roundTripMs / 2, position });
		}
		if (sent > COUNT / 2) most = Math.max(most, inFlight.length);
		const first = inFlight.shift();
		if (first === undefined) break;
		nowMs = first.answeredAtMs;
		sendAhead?.answered(nowMs - first.sentAtMs, first.position);
	}
	return { elapsedMs: nowMs, most };
}

describe('how many mutations are sent ahead', () => {
	it.each([
		[0, 0.2],
		[1, 1],
		[20, 0.3],
		[20, 5],
		[100, 1],
		[100, 20],
		[300, 0.5],
	])('are enough to keep a deployment busy: %d ms away, %d ms each', (roundTripMs, mutationMs) => {
		const shortest = simulate(undefined, roundTripMs, mutationMs).elapsedMs;
		const { elapsedMs } = simulate(new SendAhead(500), roundTripMs, mutationMs);
		// Besides the first round trips, in which it grows.
		expect(elapsedMs).toBeLessThanOrEqual(1.02 * shortest + 5 * roundTripMs);
	});

	it.each([
		[20, 5, 30],
		[20, 20, 20],
		[100, 20, 28],
		[2, 50, 20],
	])(
		'are few where it is slow: %d ms away, %d ms each, %d at most',
		(roundTripMs, mutationMs, expected) => {
			expect(simulate(new SendAhead(500), roundTripMs, mutationMs).most).toBeLessThanOrEqual(
				expected,
			);
		},
	);

	it('become as many as are answered in the time wanted, but never less than eight', () => {
		const sendAhead = new SendAhead(500);
		for (let answer = 0; answer < 100; answer++) sendAhead.answered(10, 1);
		expect(sendAhead.limit).toBe(132);
		sendAhead.answered(80, 132);
		expect(sendAhead.limit).toBe(66);
		sendAhead.answered(5_000, 66);
		expect(sendAhead.limit).toBe(8);
	});

	it('are never more than allowed', () => {
		const sendAhead = new SendAhead(50);
		for (let answer = 0; answer < 100; answer++) sendAhead.answered(10, 1);
		expect(sendAhead.limit).toBe(50);
	});
});
