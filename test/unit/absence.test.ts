import { Absence } from '../../nodes/Convex/transport/live/absence';
import { elapsed } from '../../nodes/Convex/transport/timers';
import { Arrivals } from '../support/syncClients';

const PATIENCE = { firstCheckMs: 30, freshAttemptMs: 30, longAbsenceMs: 60 };

let told: Arrivals<{ since: Date; isLong: boolean }>;
let absence: Absence;

beforeEach(() => {
	told = new Arrivals();
	absence = new Absence(PATIENCE, {
		stillAway: (since, isLong) => told.add({ since, isLong }),
	});
});
afterEach(() => absence.end());

describe('an absence', () => {
	it('is told of at the first check, when it is long, and again each time as long after', async () => {
		absence.begin();
		const { since } = absence;
		absence.begin();
		await told.until(() => told.all.length === 3);
		expect(told.all).toEqual([
			{ since, isLong: false },
			{ since, isLong: true },
			{ since, isLong: true },
		]);
	});

	it('that has ended is not told of, nor is the attempt that was made in it', async () => {
		let hasFailed = false;
		absence.begin();
		absence.afterAttempt(() => {
			hasFailed = true;
		});
		absence.end();
		await elapsed(100);
		expect(told.all).toEqual([]);
		expect(hasFailed).toBe(false);
		expect(absence.since).toBeUndefined();
	});

	it('has the attempt that was made last told of', async () => {
		absence.begin();
		const failed = await new Promise((resolve) => {
			for (const attempt of ['first', 'second']) {
				absence.afterAttempt(() => resolve(attempt));
			}
		});
		expect(failed).toBe('second');
	});
});

describe('the checks of many triggers that miss the same deployment', () => {
	it('come one after the other, and so do their attempts', async () => {
		const order: string[] = [];
		// The shares by which they differ, the other way round than they begin.
		const shares = { last: 1, middle: 0.5, first: 0 };
		const absences = Object.entries(shares).map(([name, share]) => {
			const stillAway = (_since: Date, isLong: boolean) =>
				void order.push(`${name}${isLong ? ' long' : ''}`);
			const patience = { firstCheckMs: 200, freshAttemptMs: 200, longAbsenceMs: 2_000 };
			return new Absence(patience, { stillAway }, () => share);
		});
		for (const one of absences) one.begin();
		while (order.length < 6) await elapsed(20);
		for (const one of absences) one.end();
		expect(order).toEqual(['first', 'middle', 'last', 'first long', 'middle long', 'last long']);
		expect(absences.map(({ attemptDelayMs }) => attemptDelayMs)).toEqual([40, 20, 0]);
	});
});
