import type { IDataObject } from 'n8n-workflow';
import { useEmbeddedDeployment } from './embeddedDeployment';
import {
	expectTruth,
	expectValues,
	HTTP_FAULTS,
	itemsOf,
	runRounds,
	SESSION_FAULTS,
} from './faultRounds';
import { RUNS_ALL_ROUNDS } from './faultSeed';
import { addingMany } from './manyItems';

const ROUNDS = RUNS_ALL_ROUNDS ? { http: 100, session: 40 } : { http: 20, session: 16 };
const FEWEST_FAULTS = RUNS_ALL_ROUNDS ? 4 : 1;
const ITEMS = 7;
const ITEMS_PER_CALL = 2;
const TIMEOUT_MS = { http: 3_000, session: 700 };

const FAULTS = {
	http: HTTP_FAULTS,
	// A session takes care of a lost connection, but not of a call that takes too long.
	session: [...SESSION_FAULTS, { kind: 'delay', ms: 1_000, weight: 3 } as const],
};

type Way = [operation: string, delivery: 'http' | 'session', path: string];

/** Describes rounds of calls for many items, while anything may happen to them. */
export function describeManyItemsRounds(ways: Way[]): void {
	const convex = useEmbeddedDeployment('none');

	describe.each(ways)(
		'%s over %s: calls for many items with random faults',
		(operation, delivery, path) => {
			const isHttp = delivery === 'http';

			const roundsWith = async (probability: number, settings: IDataObject) => {
				const { results, startsOf } = await runRounds(
					convex.deployment,
					{
						count: ROUNDS[delivery],
						items: ITEMS,
						probability: isHttp ? probability : probability / 6,
						path: isHttp ? '/api/' : '/sync/',
						faults: FAULTS[delivery],
					},
					async (input, round) =>
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
							input,
							settings,
						}),
				);
				return { results, counts: startsOf(path) };
			};
			const timesOf = (counts: Record<string, number>, round: number) =>
				itemsOf(round, ITEMS).map(({ key }) => counts[key] ?? 0);

			it('run each item once, or say that it is unknown; none twice', async () => {
				const { results, counts } = await roundsWith(0.2, { onError: 'continueErrorOutput' });
				const { succeeded, unknown } = expectTruth(results, ITEMS, counts);
				for (const { json } of results.flatMap(({ error }) => error)) {
					expect([1, ITEMS_PER_CALL]).toContain((json.details as IDataObject).callItems);
				}
				expect(succeeded).toBeGreaterThan(ITEMS);
				expect(unknown).toBeGreaterThanOrEqual(FEWEST_FAULTS);
			});

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
				expect(stopped).toBeGreaterThanOrEqual(FEWEST_FAULTS);
			});

			it("run none twice with n8n's Retry On Fail", async () => {
				for (const onError of ['stopWorkflow', 'continueErrorOutput']) {
					const retrying = { retryOnFail: true, maxTries: 4, waitBetweenTries: 1 };
					const { results, counts } = await roundsWith(0.3, { ...retrying, onError });
					expect(Math.max(...Object.values(counts))).toBe(1);
					for (const { success } of results) expectValues(success, counts);
					await convex.deployment.reset();
				}
			});
		},
	);
}
