import fc from 'fast-check';
import { ConcurrencyLimiter } from '../../../nodes/Convex/actions/concurrencyLimiter';

const RUNS = { seed: 20260502, numRuns: 200 };

/** Lets everything run that waits for nothing but the microtask queue. */
async function turns(count = 20): Promise<void> {
	for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

/** A task that ends when the test ends it. */
function task() {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	return { run: async () => await promise, end: resolve, fail: reject };
}

/** Whether a promise is settled once everything ran that could. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
	let settled = false;
	const note = () => {
		settled = true;
	};
	promise.then(note, note);
	await turns();
	return settled;
}

describe('a concurrency limiter', () => {
	it('has a free place less for each task in flight', async () => {
		const limiter = new ConcurrencyLimiter(2);
		const [first, second] = [task(), task()];
		expect([limiter.free, limiter.isIdle]).toEqual([2, true]);
		limiter.start(first.run);
		expect([limiter.free, limiter.isIdle]).toEqual([1, false]);
		limiter.start(second.run);
		expect([limiter.free, limiter.isIdle]).toEqual([0, false]);
		first.end();
		await turns();
		expect([limiter.free, limiter.isIdle]).toEqual([1, false]);
		second.end();
		await turns();
		expect([limiter.free, limiter.isIdle]).toEqual([2, true]);
	});

	it('starts a task at once', () => {
		const limiter = new ConcurrencyLimiter(1);
		let started = false;
		limiter.start(async () => {
			started = true;
		});
		expect(started).toBe(true);
	});

	it('makes callers wait only while no place is free', async () => {
		const limiter = new ConcurrencyLimiter(2);
		const [first, second] = [task(), task()];
		expect(await isSettled(limiter.whenAvailable())).toBe(true);
		limiter.start(first.run);
		expect(await isSettled(limiter.whenAvailable())).toBe(true);
		limiter.start(second.run);
		const available = limiter.whenAvailable();
		expect(await isSettled(available)).toBe(false);
		second.end();
		expect(await isSettled(available)).toBe(true);
	});

	it('reports a completion whenever a task ends, however it ends', async () => {
		const limiter = new ConcurrencyLimiter(3);
		const [first, second] = [task(), task()];
		limiter.start(first.run);
		limiter.start(second.run);
		const completion = limiter.nextCompletion();
		expect(await isSettled(completion)).toBe(false);
		first.end();
		expect(await isSettled(completion)).toBe(true);
		const nextCompletion = limiter.nextCompletion();
		expect(await isSettled(nextCompletion)).toBe(false);
		second.fail(new Error('boom'));
		expect(await isSettled(nextCompletion)).toBe(true);
	});

	it('wakes all callers that wait for a completion', async () => {
		const limiter = new ConcurrencyLimiter(1);
		const only = task();
		limiter.start(only.run);
		const waits = [limiter.nextCompletion(), limiter.whenAvailable(), limiter.drain()];
		only.end();
		expect(await Promise.all(waits.map(isSettled))).toEqual([true, true, true]);
	});

	it('is drained at once when nothing was started', async () => {
		await expect(new ConcurrencyLimiter(1).drain()).resolves.toBeUndefined();
	});

	it('is drained when all tasks have ended', async () => {
		const limiter = new ConcurrencyLimiter(3);
		const all = [task(), task(), task()];
		for (const { run } of all) limiter.start(run);
		const drained = limiter.drain();
		for (const { end } of all) {
			expect(await isSettled(drained)).toBe(false);
			end();
		}
		expect(await isSettled(drained)).toBe(true);
	});

	it('throws the first error when all tasks have ended', async () => {
		const limiter = new ConcurrencyLimiter(4);
		const [first, second, third] = [task(), task(), task()];
		for (const { run } of [first, second, third]) limiter.start(run);
		second.fail(new Error('the first that threw'));
		await turns();
		first.fail(new Error('the second that threw'));
		expect(limiter.free).toBe(2);
		const drained = limiter.drain();
		expect(await isSettled(drained)).toBe(false);
		third.end();
		await expect(drained).rejects.toThrow('the first that threw');
	});

	it('starts further tasks when one throws', async () => {
		const limiter = new ConcurrencyLimiter(1);
		limiter.start(async () => {
			throw new Error('boom');
		});
		await limiter.whenAvailable();
		let ran = false;
		limiter.start(async () => {
			ran = true;
		});
		await expect(limiter.drain()).rejects.toThrow('boom');
		expect(ran).toBe(true);
	});
});

it('as many tasks as allowed are in flight at once, never more, and each runs once', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 8 }),
			fc.array(fc.record({ turns: fc.nat({ max: 30 }), throws: fc.boolean() }), { maxLength: 40 }),
			async (limit, all) => {
				const limiter = new ConcurrencyLimiter(limit);
				const ran: number[] = [];
				let inFlight = 0;
				let most = 0;
				for (const [index, one] of all.entries()) {
					await limiter.whenAvailable();
					limiter.start(async () => {
						ran.push(index);
						inFlight += 1;
						most = Math.max(most, inFlight);
						// Long enough for the others to start.
						await turns(100 + one.turns);
						inFlight -= 1;
						if (one.throws) throw new Error(`thrown by ${index}`);
					});
				}
				const ended = await limiter.drain().then(
					() => 'well',
					() => 'badly',
				);
				expect(ran).toEqual(all.map((_one, index) => index));
				expect(most).toBe(Math.min(limit, all.length));
				expect(inFlight).toBe(0);
				expect(limiter.isIdle).toBe(true);
				expect(ended).toBe(all.some((one) => one.throws) ? 'badly' : 'well');
			},
		),
		RUNS,
	);
});
