import type { IDataObject } from 'n8n-workflow';
import type { ConvexRunResult } from './convexNode';
import { useEmbeddedDeployment } from './embeddedDeployment';
import { HTTP_FAULTS, runRounds, SESSION_FAULTS } from './faultRounds';
import { FAULT_SEED } from './faultSeed';
import { addingMany } from './manyItems';

const ROUNDS = { http: 100, session: 40 };
const ITEMS = 7;
const ITEMS_PER_CALL = 2;
const TIMEOUT_MS = { http: 3_000, session: 700 };

const FAULTS = {
	http: HTTP_FAULTS,
	// A session takes care of a lost connection, but not of a call that takes too long.
	session: [...SESSION_FAULTS, { kind: 'delay', ms: 1_000, weight: 3 } as const],
};

const keysOf = (round: number) =>
	Array.from({ length: ITEMS }, (_, item) => ({ key: `${round}/${item}`, round: `${round}` }));

type Way = [operation: string, delivery: 'http' | 'session', path: string];

/** Describes rounds of calls for many items, while anything may happen to them. */
export function describeManyItemsRounds(ways: Way[]): void {
	const convex = useEmbeddedDeployment('none');

	describe.each(ways)(
		'%s over %s: calls for many items with random faults',
		(operation, delivery, path) => {
			const isHttp = delivery === 'http';

			const roundsWith = async (probability: number, settings: IDataObject) => {
				await convex.deployment.setRandomFaults({
					seed: FAULT_SEED,
					probability: isHttp ? probability : probability / 6,
					path: isHttp ? '/api/' : '/sync/',
					faults: FAULTS[delivery],
				});
				const results = await runRounds(ROUNDS[delivery], async (round) =>
					convex.run({
						parameters: addingMany({
							operation,
							path,
							itemsPerCall: ITEMS_PER_CALL,
							shared: path === 'counters:addMany' ? '={{ { name: $json.round } }}' : {},
							options: {
								delivery,
								concurrency: 1 + (round % 3),
								timeout: TIMEOUT_MS[delivery],
								maxRetries: round % 5,
							},
						}),
						input: keysOf(round),
						settings,
					}),
				);
				await convex.deployment.setRandomFaults();
				return { results, counts: (await convex.deployment.executionsByKey())[path] ?? {} };
			};
			const timesOf = (counts: Record<string, number>, round: number) =>
				keysOf(round).map(({ key }) => counts[key] ?? 0);

			it('run each item once, or say that it is unknown; none twice', async () => {
				const { results, counts } = await roundsWith(0.2, { onError: 'continueErrorOutput' });
				const seen = { succeeded: 0, unknown: 0 };
				for (const { success, error } of results) {
					expect(success.length + error.length).toBe(ITEMS);
					for (const { json } of success) {
						expect([json.value, counts[String(json.value)]]).toEqual([json.value, 1]);
						seen.succeeded += 1;
					}
					for (const { json } of error) {
						const { outcome, callItems } = json.details as IDataObject;
						const times = counts[String(json.key)] ?? 0;
						expect([1, ITEMS_PER_CALL]).toContain(callItems);
						expect([json.key, outcome, times <= (outcome === 'unknown' ? 1 : 0)]).toEqual([
							json.key,
							outcome,
							true,
						]);
						if (outcome === 'unknown') seen.unknown += 1;
					}
				}
				expect(seen.succeeded).toBeGreaterThan(ITEMS);
				expect(seen.unknown).toBeGreaterThan(3);
			}, 180_000);

			it('run nothing behind a call that failed, when the node stops', async () => {
				const { results, counts } = await roundsWith(0.3, {});
				let stopped = 0;
				for (const [round, { stoppedBy }] of results.entries()) {
					const times = timesOf(counts, round);
					if (stoppedBy === undefined) {
						expect(times).toEqual(times.map(() => 1));
						continue;
					}
					stopped += 1;
					const first = Number(stoppedBy.context.itemIndex);
					const { outcome, callItems } = stoppedBy.context.data as IDataObject;
					const last = first + Number(callItems);
					expect(times.slice(0, first)).toEqual(times.slice(0, first).map(() => 1));
					expect([0, ...(outcome === 'unknown' ? [1] : [])]).toContain(times[first]);
					expect(new Set(times.slice(first, last)).size).toBe(1);
					expect(times.slice(last)).toEqual(times.slice(last).map(() => 0));
				}
				expect(stopped).toBeGreaterThan(3);
			}, 180_000);

			it("run none twice with n8n's Retry On Fail", async () => {
				for (const onError of ['stopWorkflow', 'continueErrorOutput']) {
					const retrying = { retryOnFail: true, maxTries: 4, waitBetweenTries: 1 };
					const { results, counts } = await roundsWith(0.3, { ...retrying, onError });
					expect(Object.entries(counts).filter(([, times]) => times > 1)).toEqual([]);
					expectValues(results, counts);
					await convex.deployment.reset();
				}
			}, 180_000);
		},
	);
}

/** Each output says the truth. */
function expectValues(results: ConvexRunResult[], counts: Record<string, number>): void {
	for (const { success } of results) {
		for (const { json } of success) expect(counts[String(json.value)]).toBe(1);
	}
}
