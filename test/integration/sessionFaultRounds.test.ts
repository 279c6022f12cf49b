import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import {
	expectMostKinds,
	itemsOf,
	runRounds,
	SESSION_FAULTS,
	SESSION_ROUNDS,
} from '../support/faultRounds';
import { inSession } from '../support/sessions';

const convex = useEmbeddedDeployment('none');

const { count: ROUNDS, items: ITEMS } = SESSION_ROUNDS;

describe('rounds of mutations in sessions with random faults', () => {
	it('run each mutation once, in order', async () => {
		const { results, stats, startsOf } = await runRounds(
			convex.deployment,
			{ ...SESSION_ROUNDS, probability: 0.02 },
			async (input) =>
				convex.run({
					parameters: inSession(
						'mutation',
						'counters:add',
						'={{ { name: $json.round, key: $json.key } }}',
					),
					input,
				}),
		);
		for (const [round, { success, stoppedBy }] of results.entries()) {
			expect(stoppedBy).toBeUndefined();
			const wanted = itemsOf(round, ITEMS).map(({ key }) => key);
			expect(success.map((item) => item.json.value)).toEqual(wanted);
			const list = await convex.run({
				parameters: calling('query', 'counters:additions', { name: `${round}` }),
			});
			expect(list.success[0]?.json.value).toEqual(wanted);
		}
		const starts = Object.values(startsOf('counters:add'));
		expect(starts).toEqual(Array(ROUNDS * ITEMS).fill(1));
		// There were enough faults for the test to say something.
		expectMostKinds(stats, SESSION_FAULTS);
	});
});
