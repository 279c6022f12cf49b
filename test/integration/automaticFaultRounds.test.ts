import { automaticWithTimeouts } from '../support/automatic';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import {
	expectMostKinds,
	expectTruth,
	itemsOf,
	runRounds,
	SESSION_FAULTS,
} from '../support/faultRounds';

const convex = useEmbeddedDeployment('none');

const ROUNDS = 40;
const ITEMS = 30;

/** Short, so that sessions also end for good. */
const OUTAGE_MS = 1_500;
/** Long, so that they also open on a machine that is busy with something else. */
const OPENING_MS = 15_000;

const numberOf = (key: string) => Number(key.split('/')[1]);

/** Many runs at once, while anything may happen to their requests and live connections. */
async function rounds(probability: number, settings: NonNullable<ConvexRunOptions['settings']>) {
	return await runRounds(
		convex.deployment,
		{ count: ROUNDS, items: ITEMS, probability, faults: SESSION_FAULTS },
		async (input) =>
			convex.run({
				nodeType: automaticWithTimeouts('mutation', OUTAGE_MS, OPENING_MS),
				parameters: calling(
					'mutation',
					'counters:add',
					'={{ { name: $json.round, key: $json.key } }}',
				),
				input,
				settings,
			}),
	);
}

/** The keys that a round has added, in this order. */
const effectsOf = async (round: number) => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name: `${round}` }),
	});
	return success[0]?.json.value as string[];
};

describe('rounds of the default delivery with random faults', () => {
	it('run each mutation once where it succeeded, once at most where that is unknown, and in order', async () => {
		const { results, stats, startsOf } = await rounds(0.04, { onError: 'continueErrorOutput' });
		const times: Record<string, number> = {};
		for (const round of results.keys()) {
			const effects = await effectsOf(round);
			expect(effects.map(numberOf)).toEqual(effects.map(numberOf).toSorted((a, b) => a - b));
			for (const key of effects) times[key] = (times[key] ?? 0) + 1;
		}
		const { unknown } = expectTruth(results, ITEMS, times);
		expect(Math.max(...Object.values(startsOf('counters:add')))).toBe(1);
		// There were enough faults for the test to say something, and sessions as well as requests.
		expectMostKinds(stats, SESSION_FAULTS);
		expect(unknown).toBeGreaterThan(5);
		const overHttp = stats.endpoints['/api/mutation']?.requests ?? 0;
		expect([overHttp > ROUNDS, overHttp < ROUNDS * ITEMS]).toEqual([true, true]);
	});

	it('leave nothing to run behind a failed item where the node stops at errors', async () => {
		const { results, startsOf } = await rounds(0.015, {});
		let stopped = 0;
		for (const [round, { success, stoppedBy }] of results.entries()) {
			const effects = await effectsOf(round);
			const failed = stoppedBy === undefined ? ITEMS : Number(stoppedBy.context.itemIndex);
			const wanted = itemsOf(round, ITEMS).map(({ key }) => key);
			const isUnknown =
				stoppedBy !== undefined && Object(stoppedBy.context.data).outcome === 'unknown';
			const mayHaveRun = isUnknown && effects.length === failed + 1;
			expect(effects).toEqual(wanted.slice(0, failed + (mayHaveRun ? 1 : 0)));
			if (stoppedBy === undefined) expect(success).toHaveLength(ITEMS);
			else stopped += 1;
		}
		expect(Math.max(...Object.values(startsOf('counters:add')))).toBe(1);
		expect([stopped > 0, stopped < ROUNDS]).toEqual([true, true]);
	});
});
