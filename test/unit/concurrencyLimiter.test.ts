import fc from 'fast-check';
import { ConcurrencyLimiter } from '../../nodes/Convex/actions/concurrencyLimiter';

const RUNS = { seed: 20260502, numRuns: 200 };

/** Lets everything run on that waits for nothing but its turn. */
async function turns(count = 20): Promise<void> {
	for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

/** Work that ends when it is told to. */
function work() {
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

describe('slots', () => {
	it('are free until work takes them, and again when it has ended', async () => {
		const slots = new ConcurrencyLimiter(2);
		const [first, second] = [work(), work()];
		expect([slots.free, slots.isIdle]).toEqual([2, true]);
		slots.start(first.run);
		expect([slots.free, slots.isIdle]).toEqual([1, false]);
		slots.start(second.run);
		expect([slots.free, slots.isIdle]).toEqual([0, false]);
		first.end();
		await turns();
		expect([slots.free, slots.isIdle]).toEqual([1, false]);
		second.end();
		await turns();
		expect([slots.free, slots.isIdle]).toEqual([2, true]);
	});

	it('start work at once', () => {
		const slots = new ConcurrencyLimiter(1);
		let started = false;
		slots.start(async () => {
			started = true;
		});
		expect(started).toBe(true);
	});

	it('are waited for only while none is free', async () => {
		const slots = new ConcurrencyLimiter(2);
		const [first, second] = [work(), work()];
		expect(await isSettled(slots.whenAvailable())).toBe(true);
		slots.start(first.run);
		expect(await isSettled(slots.whenAvailable())).toBe(true);
		slots.start(second.run);
		const vacant = slots.whenAvailable();
		expect(await isSettled(vacant)).toBe(false);
		second.end();
		expect(await isSettled(vacant)).toBe(true);
	});

	it('change whenever work ends, however it ends', async () => {
		const slots = new ConcurrencyLimiter(3);
		const [first, second] = [work(), work()];
		slots.start(first.run);
		slots.start(second.run);
		const change = slots.nextCompletion();
		expect(await isSettled(change)).toBe(false);
		first.end();
		expect(await isSettled(change)).toBe(true);
		const nextChange = slots.nextCompletion();
		expect(await isSettled(nextChange)).toBe(false);
		second.fail(new Error('boom'));
		expect(await isSettled(nextChange)).toBe(true);
	});

	it('are idle at once when nothing was started', async () => {
		await expect(new ConcurrencyLimiter(1).drain()).resolves.toBeUndefined();
	});

	it('are idle when all work has ended', async () => {
		const slots = new ConcurrencyLimiter(3);
		const all = [work(), work(), work()];
		for (const { run } of all) slots.start(run);
		const idle = slots.drain();
		for (const { end } of all) {
			expect(await isSettled(idle)).toBe(false);
			end();
		}
		expect(await isSettled(idle)).toBe(true);
	});

	it('throw what the first work threw that threw, when all work has ended', async () => {
		const slots = new ConcurrencyLimiter(4);
		const [first, second, third] = [work(), work(), work()];
		for (const { run } of [first, second, third]) slots.start(run);
		second.fail(new Error('the first that threw'));
		await turns();
		first.fail(new Error('the second that threw'));
		expect(slots.free).toBe(2);
		const idle = slots.drain();
		expect(await isSettled(idle)).toBe(false);
		third.end();
		await expect(idle).rejects.toThrow('the first that threw');
	});

	it('go on with other work when one throws', async () => {
		const slots = new ConcurrencyLimiter(1);
		slots.start(async () => {
			throw new Error('boom');
		});
		await slots.whenAvailable();
		let ran = false;
		slots.start(async () => {
			ran = true;
		});
		await expect(slots.drain()).rejects.toThrow('boom');
		expect(ran).toBe(true);
	});
});

it('as much work as allowed is in flight at once, never more, and all of it runs once', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 8 }),
			fc.array(fc.record({ turns: fc.nat({ max: 30 }), throws: fc.boolean() }), { maxLength: 40 }),
			async (limit, all) => {
				const slots = new ConcurrencyLimiter(limit);
				const ran: number[] = [];
				let inFlight = 0;
				let most = 0;
				for (const [index, one] of all.entries()) {
					await slots.whenAvailable();
					slots.start(async () => {
						ran.push(index);
						inFlight += 1;
						most = Math.max(most, inFlight);
						// Long enough for the others to start.
						await turns(100 + one.turns);
						inFlight -= 1;
						if (one.throws) throw new Error(`thrown by ${index}`);
					});
				}
				const ended = await slots.drain().then(
					() => 'well',
					() => 'badly',
				);
				expect(ran).toEqual(all.map((_one, index) => index));
				expect(most).toBe(Math.min(limit, all.length));
				expect(inFlight).toBe(0);
				expect(slots.isIdle).toBe(true);
				expect(ended).toBe(all.some((one) => one.throws) ? 'badly' : 'well');
			},
		),
		RUNS,
	);
});
