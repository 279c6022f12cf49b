import type { IDataObject } from 'n8n-workflow';
import type { FaultEffect } from '../../emulator/faults';
import { automaticWithTimeouts } from '../support/automatic';
import { calling, type ConvexRunOptions, type ConvexRunResult } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { FAULT_SEED } from '../support/faultSeed';

const convex = useEmbeddedDeployment('none');

const ROUNDS = 40;
const ITEMS = 30;

/** Short, so that sessions also end for good. */
const OUTAGE_MS = 1_500;
const OPENING_MS = 3_000;

const FAULTS: Array<FaultEffect & { weight?: number }> = [
	{ kind: 'dropBefore', weight: 3 },
	{ kind: 'dropAfter', weight: 3 },
	{ kind: 'resetBefore' },
	{ kind: 'resetAfter' },
	{ kind: 'rejection', code: 'TooManyConcurrentRequests' },
	{ kind: 'rejection', code: 'CommitterFullError' },
	{ kind: 'rejection', code: 'OptimisticConcurrencyControlFailure' },
	{ kind: 'serverError', status: 500 },
	{ kind: 'serverError', status: 503, when: 'after' },
	{ kind: 'delay', ms: 30 },
];

const keysOf = (round: number) =>
	Array.from({ length: ITEMS }, (_, item) => ({ round: `${round}`, key: `${round}/${item}` }));

const numberOf = (key: string) => Number(key.split('/')[1]);

/** Many runs at once, while anything may happen to their requests and live connections. */
async function rounds(
	probability: number,
	settings: NonNullable<ConvexRunOptions['settings']>,
): Promise<ConvexRunResult[]> {
	const faults = { seed: FAULT_SEED, probability, faults: FAULTS };
	await convex.deployment.setRandomFaults(faults);
	const results = await Promise.all(
		Array.from({ length: ROUNDS }, async (_, round) =>
			convex.run({
				nodeType: automaticWithTimeouts('mutation', OUTAGE_MS, OPENING_MS),
				parameters: calling(
					'mutation',
					'counters:add',
					'={{ { name: $json.round, key: $json.key } }}',
				),
				input: keysOf(round),
				settings,
			}),
		),
	);
	await convex.deployment.setRandomFaults();
	return results;
}

const timesByKey = async () => (await convex.deployment.executionsByKey())['counters:add'] ?? {};

const effectsOf = async (round: number) => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name: `${round}` }),
	});
	return success[0]?.json.value as string[];
};

const outcomesOf = (results: ConvexRunResult[]) =>
	results.flatMap(({ error }) => error.map(({ json }) => (json.details as IDataObject).outcome));

describe('rounds of the default delivery with random faults', () => {
	it('run each mutation once where it succeeded, once at most where that is unknown, and in order', async () => {
		const results = await rounds(0.04, { onError: 'continueErrorOutput' });
		const times = await timesByKey();
		for (const [round, { success, error }] of results.entries()) {
			expect(success.length + error.length).toBe(ITEMS);
			const effects = await effectsOf(round);
			expect(effects.map(numberOf)).toEqual(effects.map(numberOf).toSorted((a, b) => a - b));
			for (const { json } of success) {
				expect([json.value, effects.filter((key) => key === json.value).length]).toEqual([
					json.value,
					1,
				]);
			}
			for (const { json } of error) {
				const key = String(json.key);
				const isUnknown = (json.details as IDataObject).outcome === 'unknown';
				const count = effects.filter((effect) => effect === key).length;
				expect([key, count <= (isUnknown ? 1 : 0)]).toEqual([key, true]);
			}
		}
		expect(Math.max(...Object.values(times))).toBe(1);
		const { endpoints, faults } = await convex.deployment.requestStats();
		// There were enough faults for the test to say something, and sessions as well as requests.
		expect(Object.keys(faults).sort()).toEqual([...new Set(FAULTS.map(({ kind }) => kind))].sort());
		const overHttp = endpoints['/api/mutation']?.requests ?? 0;
		expect([overHttp > ROUNDS, overHttp < (ROUNDS * ITEMS) / 2]).toEqual([true, true]);
		expect(outcomesOf(results).filter((outcome) => outcome === 'unknown').length).toBeGreaterThan(
			5,
		);
	}, 180_000);

	it('leave nothing to run behind a failed item where the node stops at errors', async () => {
		const results = await rounds(0.015, {});
		const times = await timesByKey();
		let stopped = 0;
		for (const [round, { success, stoppedBy }] of results.entries()) {
			const effects = await effectsOf(round);
			const failed = stoppedBy === undefined ? ITEMS : Number(stoppedBy.context.itemIndex);
			const wanted = keysOf(round).map(({ key }) => key);
			const isUnknown =
				stoppedBy !== undefined && Object(stoppedBy.context.data).outcome === 'unknown';
			const mayHaveRun = isUnknown && effects.length === failed + 1;
			expect(effects).toEqual(wanted.slice(0, failed + (mayHaveRun ? 1 : 0)));
			if (stoppedBy === undefined) expect(success).toHaveLength(ITEMS);
			else stopped += 1;
		}
		expect(Math.max(...Object.values(times))).toBe(1);
		expect([stopped > 0, stopped < ROUNDS]).toEqual([true, true]);
	}, 180_000);
});
