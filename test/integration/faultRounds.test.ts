import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import {
	expectMostKinds,
	expectTruth,
	expectValues,
	HTTP_FAULTS,
	itemsOf,
	runRounds,
} from '../support/faultRounds';

const convex = useEmbeddedDeployment('none');

const ITEMS = 6;
const TIMEOUT_MS = 3_000;

const ROUNDS = {
	count: 300,
	items: ITEMS,
	path: '/api/',
	faults: HTTP_FAULTS,
};

const ADD = ['counters:add', '={{ { name: $json.round, key: $json.key } }}'] as const;
const NOTE = ['counters:note', '={{ { key: $json.key } }}'] as const;

describe.each([
	['mutation', 1, ADD],
	['mutation', 3, ADD],
	['run', 2, ADD],
	['action', 2, NOTE],
] as const)(
	`${ROUNDS.count} rounds of the operation %s at concurrency %i, with random faults`,
	(operation, concurrency, [path, args]) => {
		it('run each item once, or say that it is unknown; none twice', async () => {
			const { results, stats, startsOf } = await runRounds(
				convex.deployment,
				{ ...ROUNDS, probability: 0.15 },
				async (input, round) =>
					convex.run({
						parameters: calling(operation, path, args, {
							concurrency,
							timeout: TIMEOUT_MS,
							maxRetries: round % 5,
						}),
						input,
						settings: { onError: 'continueErrorOutput' },
					}),
			);
			const tally = expectTruth(results, ITEMS, startsOf(path));
			// There were enough faults for the test to say something.
			expectMostKinds(stats, HTTP_FAULTS);
			expect(Math.min(...Object.values(tally))).toBeGreaterThan(5);
		});
	},
);

describe(`${ROUNDS.count} rounds of queries with random faults`, () => {
	it('give each item its own value, in order', async () => {
		const { results } = await runRounds(
			convex.deployment,
			{ ...ROUNDS, probability: 0.15 },
			async (input, round) =>
				convex.run({
					parameters: calling('query', 'values:echo', '={{ { value: $json.key } }}', {
						concurrency: 1 + (round % 4),
						batchSize: 1 + (round % 3) * 2,
						timeout: TIMEOUT_MS,
						maxRetries: 10,
					}),
					input,
					settings: { onError: 'continueErrorOutput' },
				}),
		);
		for (const [round, { success, error }] of results.entries()) {
			expect(error).toEqual([]);
			expect(success.map(({ json }) => json.value)).toEqual(
				itemsOf(round, ITEMS).map(({ key }) => key),
			);
		}
	});
});

describe("n8n's Retry On Fail with random faults", () => {
	it('runs no mutation twice', async () => {
		const { results, startsOf } = await runRounds(
			convex.deployment,
			{ ...ROUNDS, probability: 0.3 },
			async (input, round) =>
				convex.run({
					parameters: calling('mutation', ...ADD, {
						concurrency: 1 + (round % 3),
						timeout: TIMEOUT_MS,
						maxRetries: round % 2,
					}),
					input,
					settings: {
						retryOnFail: true,
						maxTries: 5,
						waitBetweenTries: 1,
						...(round % 2 === 0 && { onError: 'continueErrorOutput' }),
					},
				}),
		);
		const starts = startsOf('counters:add');
		expect(Math.max(...Object.values(starts))).toBe(1);
		for (const { success } of results) expectValues(success, starts);
	});
});
