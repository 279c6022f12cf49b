import type { IDataObject } from 'n8n-workflow';
import { calling, type ConvexRunResult } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { SESSION_FAULTS } from '../support/faultRounds';
import { FAULT_SEED } from '../support/faultSeed';
import { inSession } from '../support/sessions';

const convex = useEmbeddedDeployment('none');

describe('rounds of sessions with random faults', () => {
	const ROUNDS = 40;
	const ITEMS = 25;

	const rounds = async (run: (round: number) => Promise<ConvexRunResult>) =>
		await Promise.all(Array.from({ length: ROUNDS }, async (_, round) => await run(round)));

	const keysOf = (round: number) =>
		Array.from({ length: ITEMS }, (_, item) => ({ round: `${round}`, key: `${round}/${item}` }));

	const setFaults = async (probability: number) =>
		await convex.deployment.setRandomFaults({
			seed: FAULT_SEED,
			probability,
			path: '/sync/',
			faults: SESSION_FAULTS,
		});

	it('run each mutation once, in order', async () => {
		await setFaults(0.02);
		const results = await rounds(async (round) =>
			convex.run({
				parameters: inSession(
					'mutation',
					'counters:add',
					'={{ { name: $json.round, key: $json.key } }}',
				),
				input: keysOf(round),
			}),
		);
		const { faults } = await convex.deployment.requestStats();
		await convex.deployment.setRandomFaults();
		for (const [round, { success, stoppedBy }] of results.entries()) {
			expect(stoppedBy).toBeUndefined();
			const wanted = keysOf(round).map(({ key }) => key);
			expect(success.map((item) => item.json.value)).toEqual(wanted);
			const list = await convex.run({
				parameters: calling('query', 'counters:additions', { name: `${round}` }),
			});
			expect(list.success[0]?.json.value).toEqual(wanted);
		}
		const counts = (await convex.deployment.executionsByKey())['counters:add'] ?? {};
		expect(Object.keys(counts)).toHaveLength(ROUNDS * ITEMS);
		expect(new Set(Object.values(counts))).toEqual(new Set([1]));
		// There were enough faults for the test to say something.
		expect(Object.keys(faults).sort()).toEqual(
			[...new Set(SESSION_FAULTS.map(({ kind }) => kind))].sort(),
		);
	}, 180_000);

	it('run each action once at most, and tell which may have run', async () => {
		await setFaults(0.04);
		const results = await rounds(async (round) =>
			convex.run({
				parameters: inSession('action', 'counters:note', '={{ { key: $json.key } }}', {
					concurrency: 1 + (round % 4),
				}),
				input: keysOf(round),
				settings: { onError: 'continueErrorOutput' },
			}),
		);
		await convex.deployment.setRandomFaults();
		const counts = (await convex.deployment.executionsByKey())['counters:note'] ?? {};
		let unknown = 0;
		for (const { success, error } of results) {
			expect(success.length + error.length).toBe(ITEMS);
			for (const { json } of success) {
				expect([json.value, counts[String(json.value)]]).toEqual([json.value, 1]);
			}
			for (const item of error) {
				expect((item.json.details as IDataObject).outcome).toBe('unknown');
				expect(counts[String(item.json.key)] ?? 0).toBeLessThanOrEqual(1);
				unknown += 1;
			}
		}
		expect(unknown).toBeGreaterThan(5);
	}, 180_000);
});
