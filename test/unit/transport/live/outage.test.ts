import { sleep } from 'n8n-workflow';
import { Outage } from '../../../../nodes/Convex/transport/live/outage';
import { Arrivals, until } from '../../../support/waiting';

const THRESHOLDS = { firstCheckMs: 30, prolongedMs: 60 };

let told: Arrivals<{ since: Date; isProlonged: boolean }>;
let outage: Outage;

beforeEach(() => {
	told = new Arrivals();
	outage = new Outage(THRESHOLDS, (since, isProlonged) => told.add({ since, isProlonged }));
});
afterEach(() => outage.end());

describe('an outage', () => {
	it('is told of at the first check, when it is prolonged, and again each time as long after', async () => {
		outage.begin();
		const { since } = outage;
		outage.begin();
		await told.until(() => told.all.length === 3);
		expect(told.all).toEqual([
			{ since, isProlonged: false },
			{ since, isProlonged: true },
			{ since, isProlonged: true },
		]);
	});

	it('is prolonged at its first check where there is no other time for that', async () => {
		outage = new Outage({ ...THRESHOLDS, prolongedMs: 30 }, (since, isProlonged) =>
			told.add({ since, isProlonged }),
		);
		outage.begin();
		expect(outage.isProlonged).toBe(false);
		expect(await told.until(() => true)).toMatchObject({ isProlonged: true });
		expect(outage.isProlonged).toBe(true);
		outage.end();
		expect(outage.isProlonged).toBe(false);
	});

	it('that has ended is not told of', async () => {
		outage.begin();
		outage.end();
		await sleep(100);
		expect(told.all).toEqual([]);
		expect(outage.since).toBeUndefined();
	});

	it('knows whether there was a connection in it, and the next one knows nothing of that', () => {
		outage.connected();
		outage.begin();
		expect(outage.hasReconnected).toBe(false);
		outage.connected();
		expect(outage.hasReconnected).toBe(true);
		outage.end();
		outage.begin();
		expect(outage.hasReconnected).toBe(false);
	});

	it('makes out of date what was found during one that has ended', async () => {
		outage.begin();
		expect(await outage.during(async () => 'found')).toBe('found');
		const found = outage.during(async () => {
			outage.end();
			outage.begin();
			return 'found';
		});
		expect(await found).toBeUndefined();
	});
});

describe('the checks of many triggers that miss the same deployment', () => {
	it('come one after the other', async () => {
		const order: string[] = [];
		// The shares by which they differ, the other way round than they begin.
		const shares = { last: 1, middle: 0.5, first: 0 };
		const outages = Object.entries(shares).map(([name, share]) => {
			const onOutage = (_since: Date, isProlonged: boolean) =>
				void order.push(`${name}${isProlonged ? ' prolonged' : ''}`);
			const thresholds = { firstCheckMs: 200, prolongedMs: 2_000 };
			return new Outage(thresholds, onOutage, () => share);
		});
		for (const one of outages) one.begin();
		await until(() => order.length >= 6);
		for (const one of outages) one.end();
		expect(order).toEqual([
			'first',
			'middle',
			'last',
			'first prolonged',
			'middle prolonged',
			'last prolonged',
		]);
	});
});
