import type { IDataObject } from 'n8n-workflow';
import { automaticWithTimeouts } from './automatic';
import { useEmbeddedDeployment } from './embeddedDeployment';
import {
	expectTruth,
	expectValues,
	HTTP_FAULTS,
	itemsOf,
	runRounds,
	SESSION_FAULTS,
} from './faultRounds';
import { addingMany } from './manyItems';

const ROUNDS = { http: 100, session: 40, auto: 40 };
const FEWEST_FAULTS = 4;
/** Of a round. Automatically, a session is opened for ten calls and more. */
const COUNTS = { http: 7, session: 7, auto: 26 };
const ITEMS_PER_CALL = 2;
const TIMEOUT_MS = { http: 3_000, session: 700, auto: 3_000 };
/** Of automatic delivery: short, so that sessions also end for good. */
const OUTAGE_MS = 1_500;
/** Long, so that they also open on a machine that is busy with something else. */
const OPENING_MS = 15_000;

const FAULTS = {
	http: HTTP_FAULTS,
	// A session takes care of a lost connection, but not of a call that takes too long.
	session: [...SESSION_FAULTS, { kind: 'delay', ms: 1_000, weight: 6 } as const],
	auto: SESSION_FAULTS,
};

type Way = [operation: string, delivery: keyof typeof COUNTS, path: string];

/** Describes rounds of calls for many items, while anything may happen to them. */
export function describeManyItemsRounds(ways: Way[]): void {
	const convex = useEmbeddedDeployment('none');

	describe.each(ways)(
		'%s over %s: calls for many items with random faults',
		(operation, delivery, path) => {
			const isHttp = delivery === 'http';
			const count = COUNTS[delivery];

			const roundsWith = async (probability: number, settings: IDataObject) => {
				const { results, startsOf } = await runRounds(
					convex.deployment,
					{
						count: ROUNDS[delivery],
						items: count,
						probability: isHttp ? probability : probability / 6,
						...(delivery !== 'auto' && { path: isHttp ? '/api/' : '/sync/' }),
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
									concurrency: delivery === 'auto' ? 1 : 1 + (round % 3),
									timeout: TIMEOUT_MS[delivery],
									maxRetries: round % 5,
								},
							}),
							...(delivery === 'auto' && {
								nodeType: automaticWithTimeouts('mutation', OUTAGE_MS, OPENING_MS),
							}),
							input,
							settings,
						}),
				);
				return { results, counts: startsOf(path) };
			};
			const timesOf = (counts: Record<string, number>, round: number) =>
				itemsOf(round, count).map(({ key }) => counts[key] ?? 0);

			it('run each item once, or say that it is unknown; none twice', async () => {
				const { results, counts } = await roundsWith(0.2, { onError: 'continueErrorOutput' });
				const { succeeded, unknown } = expectTruth(results, count, counts);
				for (const { json } of results.flatMap(({ error }) => error)) {
					expect([1, ITEMS_PER_CALL]).toContain((json.details as IDataObject).callItems);
				}
				expect(succeeded).toBeGreaterThan(count);
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
