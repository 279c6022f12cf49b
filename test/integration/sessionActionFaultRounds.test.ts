import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { expectTruth, runRounds, SESSION_ROUNDS } from '../support/faultRounds';
import { inSession } from '../support/sessions';

const convex = useEmbeddedDeployment('none');

describe('rounds of actions in sessions with random faults', () => {
	it('run each action once at most, and tell which may have run', async () => {
		const { results, startsOf } = await runRounds(
			convex.deployment,
			{ ...SESSION_ROUNDS, probability: 0.04 },
			async (input, round) =>
				convex.run({
					parameters: inSession('action', 'counters:note', '={{ { key: $json.key } }}', {
						concurrency: 1 + (round % 4),
					}),
					input,
					settings: { onError: 'continueErrorOutput' },
				}),
		);
		const { notRun, unknown } = expectTruth(
			results,
			SESSION_ROUNDS.items,
			startsOf('counters:note'),
		);
		expect(notRun).toBe(0);
		expect(unknown).toBeGreaterThan(5);
	});
});
