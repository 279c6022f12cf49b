import fc from 'fast-check';
import { BatchSizing } from '../../../../nodes/Convex/convex/responses/batchSizing';

const RUNS = { seed: 20260501, numRuns: 300 };
const KIBI = 2 ** 10;
const MEBI = 2 ** 20;
const MANY = 100_000;

/** A batch of queries that take so long each, and whose answers are so many characters long each. */
function observe(sizing: BatchSizing, size: number, msPerQuery: number, answerLength = 100) {
	sizing.observe(size, size * msPerQuery, size * answerLength);
}

/** Sizes of the batches of a run over a deployment where every query takes so long. */
function sizesOf(sizing: BatchSizing, count: number, msPerQuery: number) {
	const sizes: number[] = [];
	for (let waiting = count; waiting > 0;) {
		const size = Math.min(waiting, sizing.next(waiting, 1));
		sizes.push(size);
		waiting -= size;
		observe(sizing, size, msPerQuery);
	}
	return sizes;
}

describe('before anything is known of the deployment', () => {
	it.each([
		// waiting, free requests, size
		[40, 4, 10],
		[41, 4, 11],
		[3, 4, 1],
		[1, 1, 1],
		[0, 4, 1],
		[25, 1, 25],
		[100, 4, 25],
		[10_000, 4, 25],
		[10_000, 1, 25],
	])('%i queries with %i requests free go in batches of %i', (waiting, free, size) => {
		expect(new BatchSizing(1_000, 4).next(waiting, free)).toBe(size);
	});

	it('a batch is never larger than asked for', () => {
		expect(new BatchSizing(7, 1).next(10_000, 1)).toBe(7);
		expect(new BatchSizing(1, 1).next(10_000, 1)).toBe(1);
	});
});

describe('what an earlier run measured', () => {
	const known = { msPerQuery: 1, lengthPerAnswer: 100, largest: 100 };
	const first = (measured: typeof known, waiting = MANY) => {
		const sizing = new BatchSizing(1_000, 4);
		sizing.expect(measured);
		return sizing.next(waiting, 4);
	};

	it.each([
		// measured, size of the first batch
		[known, 500],
		[{ ...known, msPerQuery: 0.1 }, 1_000],
		[{ ...known, msPerQuery: 0.1, largest: 25 }, 400],
		[{ ...known, lengthPerAnswer: MEBI / 4 }, 32],
		[{ ...known, msPerQuery: 400 }, 25],
	])('as %j makes the first batches %i large', (measured, size) => {
		expect(first(measured)).toBe(size);
	});

	it('leaves few queries spread over all requests', () => {
		expect(first(known, 40)).toBe(10);
	});

	it('counts no longer once this run has measured', () => {
		const sizing = new BatchSizing(1_000, 4);
		sizing.expect(known);
		observe(sizing, 500, 100);
		expect(sizing.next(MANY, 4)).toBe(5);
	});

	it('is handed on when a batch was answered', () => {
		const sizing = new BatchSizing(1_000, 4);
		expect(sizing.measured).toBeUndefined();
		observe(sizing, 25, 2);
		expect(sizing.measured).toEqual({ msPerQuery: 2, lengthPerAnswer: 100, largest: 25 });
		expect(sizing.isReduced).toBe(false);
		sizing.tooLarge(25);
		expect(sizing.isReduced).toBe(true);
	});
});

describe('once a batch was measured', () => {
	it.each([
		// ms per query, size
		[1, 500],
		[2, 250],
		[10, 50],
		[100, 5],
		[499, 1],
		[5_000, 1],
	])('queries of %d ms go in batches that take half a second: %i', (msPerQuery, size) => {
		const sizing = new BatchSizing(1_000, 4);
		sizesOf(sizing, 5_000, msPerQuery);
		expect(sizing.next(MANY, 4)).toBe(size);
	});

	it('batches grow sixteenfold at most, as what few queries took says little of many', () => {
		const sizing = new BatchSizing(MANY, 1);
		observe(sizing, 2, 0.001);
		expect(sizing.next(MANY, 1)).toBe(32);
		// A second measure of few queries is no reason to grow further.
		observe(sizing, 2, 0.001);
		expect(sizing.next(MANY, 1)).toBe(32);
		observe(sizing, 32, 0.001);
		expect(sizing.next(MANY, 1)).toBe(512);
	});

	it('batches stay large after a small one', () => {
		const sizing = new BatchSizing(MANY, 1);
		observe(sizing, 100, 0.01);
		observe(sizing, 2, 0.01);
		expect(sizing.next(MANY, 1)).toBe(1_600);
	});

	it('ten thousand fast queries take few batches, none larger than asked for', () => {
		const sizes = sizesOf(new BatchSizing(1_000, 1), 10_000, 0.01);
		expect(sizes.slice(0, 3)).toEqual([25, 400, 1_000]);
		expect(Math.max(...sizes)).toBe(1_000);
		expect(sizes.length).toBeLessThanOrEqual(12);
	});

	it('batches shrink when queries become slower, and grow when they become faster', () => {
		const sizing = new BatchSizing(1_000, 1);
		sizesOf(sizing, 2_000, 1);
		expect(sizing.next(MANY, 1)).toBe(500);
		// A slow batch among fast ones may be the network's or the machine's doing; four are not.
		for (let batch = 0; batch < 3; batch++) observe(sizing, 500, 5);
		expect(sizing.next(MANY, 1)).toBe(500);
		observe(sizing, 500, 5);
		expect(sizing.next(MANY, 1)).toBe(100);
		for (let batch = 0; batch < 20; batch++) observe(sizing, 50, 10);
		expect(sizing.next(MANY, 1)).toBe(50);
		for (let batch = 0; batch < 20; batch++) observe(sizing, 50, 0.5);
		expect(sizing.next(MANY, 1)).toBeGreaterThan(500);
	});

	it.each([
		// length of an answer, size
		[8 * MEBI, 1],
		[20 * MEBI, 1],
		[MEBI, 8],
		[64 * KIBI, 128],
	])(
		'batches of answers of %i characters have up to 8 Mi together: %i queries',
		(answerLength, size) => {
			const sizing = new BatchSizing(1_000, 4);
			for (let batch = 0; batch < 30; batch++) observe(sizing, 25, 0.1, answerLength);
			expect(sizing.next(MANY, 4)).toBe(size);
		},
	);
});

describe('the last queries of a run', () => {
	const measured = (msPerQuery: number, concurrency: number) => {
		const sizing = new BatchSizing(1_000, concurrency);
		for (let batch = 0; batch < 30; batch++) observe(sizing, 25, msPerQuery);
		return sizing;
	};

	it('are spread over all requests that may be in flight', () => {
		expect(measured(10, 4).next(80, 4)).toBe(20);
		expect(measured(10, 4).next(80, 1)).toBe(20);
		expect(measured(10, 2).next(80, 2)).toBe(40);
		expect(measured(10, 1).next(80, 1)).toBe(50);
	});

	it('share a request while that takes a tenth of a second', () => {
		expect(measured(10, 4).next(12, 4)).toBe(10);
		expect(measured(1, 4).next(80, 4)).toBe(100);
		expect(measured(200, 4).next(12, 4)).toBe(2);
	});
});

describe('a batch that was not answered in time', () => {
	it('halves the most that go into the next', () => {
		const sizing = new BatchSizing(1_000, 1);
		sizesOf(sizing, 5_000, 0.01);
		expect(sizing.next(MANY, 1)).toBe(1_000);
		sizing.tooLarge(301);
		expect(sizing.next(MANY, 1)).toBe(150);
		sizing.tooLarge(150);
		expect(sizing.next(MANY, 1)).toBe(75);
	});

	it('does so too before anything was measured', () => {
		const sizing = new BatchSizing(1_000, 1);
		sizing.tooLarge(25);
		expect(sizing.next(MANY, 1)).toBe(12);
	});

	it('never raises it', () => {
		const sizing = new BatchSizing(10, 1);
		sizing.tooLarge(25);
		expect(sizing.next(MANY, 1)).toBe(10);
	});

	it('is forgotten step by step, with each batch that was answered', () => {
		const sizing = new BatchSizing(1_000, 1);
		sizesOf(sizing, 5_000, 0.01);
		sizing.tooLarge(400);
		const sizes = [200, 400, 800, 1_000, 1_000];
		for (const size of sizes) {
			expect(sizing.next(MANY, 1)).toBe(size);
			observe(sizing, size, 0.01);
		}
	});

	it.each([3, 2, 1])('of %i leaves one', (size) => {
		const sizing = new BatchSizing(1_000, 1);
		sizing.tooLarge(size);
		expect(sizing.next(MANY, 1)).toBe(1);
	});
});

it('batches are measured once there was one, unless the deployment takes none', () => {
	const [answered, refused] = [new BatchSizing(1_000, 4), new BatchSizing(1_000, 4)];
	expect(answered.isMeasuring).toBe(false);
	observe(answered, 1, 0.01);
	refused.tooLarge(25);
	for (const sizing of [answered, refused]) {
		expect(sizing.isMeasuring).toBe(true);
		sizing.turnOff();
		expect(sizing.isMeasuring).toBe(false);
	}
});

it('a deployment that takes no batches gets none, whatever was measured', () => {
	for (const isMeasured of [false, true]) {
		const sizing = new BatchSizing(1_000, 4);
		if (isMeasured) observe(sizing, 25, 0.01);
		sizing.turnOff();
		expect(sizing.next(MANY, 4)).toBe(1);
		observe(sizing, 25, 0.01);
		expect(sizing.next(MANY, 4)).toBe(1);
	}
});

it('whatever is measured, a batch has at least one query and at most as many as asked for', () => {
	const measure = fc.oneof(
		fc.record({
			size: fc.integer({ min: 1, max: 5_000 }),
			elapsedMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })),
			answerLength: fc.oneof(fc.constant(0), fc.nat()),
		}),
		fc.record({ tooLarge: fc.integer({ min: 1, max: 5_000 }) }),
	);
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 5_000 }),
			fc.integer({ min: 1, max: 100 }),
			fc.array(measure, { maxLength: 20 }),
			fc.nat({ max: 1e6 }),
			fc.integer({ min: 1, max: 100 }),
			(maxSize, concurrency, measures, waiting, freeRequests) => {
				const sizing = new BatchSizing(maxSize, concurrency);
				for (const one of measures) {
					if ('tooLarge' in one) sizing.tooLarge(one.tooLarge);
					else sizing.observe(one.size, one.elapsedMs, one.answerLength);
					const size = sizing.next(waiting, freeRequests);
					expect(Number.isInteger(size)).toBe(true);
					expect(size).toBeGreaterThanOrEqual(1);
					expect(size).toBeLessThanOrEqual(maxSize);
				}
			},
		),
		RUNS,
	);
});
