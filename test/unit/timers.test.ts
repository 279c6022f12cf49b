import { elapsed, startTimer, stopTimer } from '../../nodes/Convex/transport/live/timers';

describe('a timer', () => {
	it('runs once, after those that are due before it', async () => {
		const ran: number[] = [];
		for (const delayMs of [60, 20, 40, 0]) startTimer(() => ran.push(delayMs), delayMs);
		await elapsed(80);
		expect(ran).toEqual([0, 20, 40, 60]);
	});

	it('runs also when it is further away than one tick, and not before its time', async () => {
		const startedAt = performance.now();
		await elapsed(1_300);
		expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_300);
	});

	it('costs no signal of its own while another is under way', async () => {
		const signals = jest.spyOn(AbortSignal, 'timeout');
		const far = startTimer(() => {}, 60_000);
		for (let delayMs = 200; delayMs > 100; delayMs--) stopTimer(startTimer(() => {}, delayMs));
		await elapsed(300);
		signals.mockClear();
		for (let count = 0; count < 1_000; count++) stopTimer(startTimer(() => {}, 60_000));
		await elapsed(1_500);
		expect(signals.mock.calls.length).toBeLessThan(10);
		stopTimer(far);
		signals.mockRestore();
	});

	it('that is stopped does not run, whether or not another is', async () => {
		const ran: string[] = [];
		const stopped = startTimer(() => ran.push('stopped'), 20);
		startTimer(() => ran.push('other'), 20);
		stopTimer(stopped);
		stopTimer(stopped);
		stopTimer(null);
		await elapsed(40);
		expect(ran).toEqual(['other']);
	});

	it('that throws keeps no other from running', async () => {
		const ran: string[] = [];
		startTimer(() => {
			throw new Error('thrown by a timer');
		}, 10);
		startTimer(() => ran.push('other'), 10);
		await elapsed(30);
		expect(ran).toEqual(['other']);
	});

	it('may stop another that is due with it, and start more', async () => {
		const ran: string[] = [];
		startTimer(() => {
			stopTimer(second);
			startTimer(() => ran.push('started'), 0);
		}, 10);
		const second = startTimer(() => ran.push('second'), 10);
		await elapsed(40);
		expect(ran).toEqual(['started']);
	});
});
