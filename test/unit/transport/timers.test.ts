import { settledWithin, startTimer, stopTimer } from '../../../nodes/Convex/transport/timers';

const elapsed = async (delayMs: number) =>
	await new Promise<void>((resolve) => startTimer(resolve, delayMs));

describe('timers', () => {
	it('run once each, in the order in which they are due', async () => {
		const ran: number[] = [];
		// All at once, also where this process has to wait for its turn meanwhile.
		const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
		for (const delayMs of [60, 20, 80, 40, 0]) startTimer(() => ran.push(delayMs), delayMs);
		clock.mockRestore();
		await elapsed(150);
		expect(ran).toEqual([0, 20, 40, 60, 80]);
	});

	it('do not run before they are due, when others do', async () => {
		let hasRun = false;
		const late = startTimer(() => {
			hasRun = true;
		}, 600_000);
		for (const delayMs of [0, 30, 10]) await elapsed(delayMs);
		stopTimer(late);
		expect(hasRun).toBe(false);
	});

	it('run when they are due, also behind one that is due later', async () => {
		const ran: string[] = [];
		const late = startTimer(() => ran.push('late'), 600_000);
		startTimer(() => ran.push('soon'), 10);
		// Node itself ends what is due in order.
		const reference = AbortSignal.timeout(500);
		await new Promise((resolve) => reference.addEventListener('abort', resolve));
		stopTimer(late);
		expect(ran).toEqual(['soon']);
	});

	it('do not run when they were stopped, and leave the others alone', async () => {
		const ran: string[] = [];
		const stopped = startTimer(() => ran.push('stopped'), 10);
		startTimer(() => ran.push('left alone'), 10);
		stopTimer(stopped);
		stopTimer(stopped);
		stopTimer(undefined);
		stopTimer(null);
		await elapsed(50);
		expect(ran).toEqual(['left alone']);
	});

	it('may be stopped by one that is due at the same time', async () => {
		const ran: string[] = [];
		const both: number[] = [];
		for (const name of ['first', 'second']) {
			both.push(
				startTimer(() => {
					ran.push(name);
					for (const other of both) stopTimer(other);
				}, 10),
			);
		}
		await elapsed(50);
		expect(ran).toEqual(['first']);
	});

	it('continue when one of them throws', async () => {
		const ran: string[] = [];
		startTimer(() => {
			throw new Error('boom');
		}, 10);
		startTimer(() => ran.push('behind it'), 10);
		startTimer(() => ran.push('later'), 30);
		await elapsed(60);
		expect(ran).toEqual(['behind it', 'later']);
	});

	it('may start others', async () => {
		const ran: number[] = [];
		await new Promise<void>((resolve) => {
			const startNext = (count: number) => {
				ran.push(count);
				startTimer(count < 5 ? () => startNext(count + 1) : resolve);
			};
			startNext(1);
		});
		expect(ran).toEqual([1, 2, 3, 4, 5]);
	});

	it('are independent, thousands of them', async () => {
		const ran = new Set<number>();
		const ids = Array.from({ length: 5_000 }, (_, number) =>
			startTimer(() => ran.add(number), (number * 7) % 30),
		);
		expect(new Set(ids).size).toBe(5_000);
		for (const [number, id] of ids.entries()) if (number % 2 === 1) stopTimer(id);
		await elapsed(100);
		expect(ran.size).toBe(2_500);
		expect([...ran].every((number) => number % 2 === 0)).toBe(true);
	});

	it('run also when they are further away than one tick, and not before their time', async () => {
		const startedAt = performance.now();
		await elapsed(1_300);
		expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_300);
	});

	it('cost no signals of their own while another is pending', async () => {
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
});

describe('a promise that is waited for with a limit', () => {
	const never = new Promise<string>(() => {});

	it('gives its value when it has settled by then', async () => {
		expect(await settledWithin(Promise.resolve('value'), 60_000)).toBe('value');
	});

	it('gives nothing when it has not settled by then', async () => {
		expect(await settledWithin(never, 10)).toBeUndefined();
	});

	it('throws what the promise was rejected with', async () => {
		await expect(settledWithin(Promise.reject(new Error('no')), 60_000)).rejects.toThrow('no');
	});
});
