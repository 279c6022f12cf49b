import { calling, type ConvexRunResult } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { HTTP_FAULTS, runRounds } from '../support/faultRounds';
import { FAULT_SEED } from '../support/faultSeed';

const convex = useEmbeddedDeployment('none');

const ROUNDS = 300;
const ITEMS = 6;
const TIMEOUT_MS = 3_000;

interface Tally {
	succeeded: number;
	notRun: number;
	unknown: number;
}

const rounds = async (run: (round: number) => Promise<ConvexRunResult>) =>
	await runRounds(ROUNDS, run);

async function setRandomFaults(probability: number): Promise<void> {
	await convex.deployment.setRandomFaults({
		seed: FAULT_SEED,
		probability,
		path: '/api/',
		faults: HTTP_FAULTS,
	});
}

const keysOf = (round: number) =>
	Array.from({ length: ITEMS }, (_, item) => ({ key: `${round}/${item}`, round: `${round}` }));

const ADD = ['counters:add', '={{ { name: $json.round, key: $json.key } }}'] as const;
const NOTE = ['counters:note', '={{ { key: $json.key } }}'] as const;

describe.each([
	['mutation', 1, ADD],
	['mutation', 3, ADD],
	['run', 2, ADD],
	['action', 2, NOTE],
] as const)(
	`${ROUNDS} rounds of the operation %s at concurrency %i, with random faults`,
	(operation, concurrency, [path, args]) => {
		it('run each item once, or say that it is unknown; none twice', async () => {
			await setRandomFaults(0.15);
			const results = await rounds(async (round) =>
				convex.run({
					parameters: calling(operation, path, args, {
						concurrency,
						timeout: TIMEOUT_MS,
						maxRetries: round % 5,
					}),
					input: keysOf(round),
					settings: { onError: 'continueErrorOutput' },
				}),
			);
			const { faults } = await convex.deployment.requestStats();
			await convex.deployment.setRandomFaults();
			const counts = (await convex.deployment.executionsByKey())[path] ?? {};
			const tally: Tally = { succeeded: 0, notRun: 0, unknown: 0 };
			for (const { success, error } of results) {
				expect(success.length + error.length).toBe(ITEMS);
				for (const { json } of success) {
					expect([json.value, counts[String(json.value)]]).toEqual([json.value, 1]);
					tally.succeeded += 1;
				}
				for (const { json } of error) {
					const { outcome } = json.details as { outcome: string };
					const times = counts[String(json.key)] ?? 0;
					if (outcome === 'unknown') {
						expect([json.key, times <= 1]).toEqual([json.key, true]);
						tally.unknown += 1;
					} else {
						expect([json.key, outcome, times]).toEqual([json.key, outcome, 0]);
						tally.notRun += 1;
					}
				}
			}
			// There were enough faults for the test to say something.
			expect(Object.keys(faults).sort()).toEqual(
				[...new Set(HTTP_FAULTS.map(({ kind }) => kind))].sort(),
			);
			expect(Math.min(tally.succeeded, tally.unknown, tally.notRun)).toBeGreaterThan(5);
		});
	},
);

describe(`${ROUNDS} rounds of queries with random faults`, () => {
	it('give each item its own value, in order', async () => {
		await setRandomFaults(0.15);
		const results = await rounds(async (round) =>
			convex.run({
				parameters: calling('query', 'values:echo', '={{ { value: $json.key } }}', {
					concurrency: 1 + (round % 4),
					batchSize: 1 + (round % 3) * 2,
					timeout: TIMEOUT_MS,
					maxRetries: 10,
				}),
				input: keysOf(round),
				settings: { onError: 'continueErrorOutput' },
			}),
		);
		for (const [round, { success, error }] of results.entries()) {
			expect(error).toEqual([]);
			expect(success.map((item) => item.json.value)).toEqual(keysOf(round).map(({ key }) => key));
		}
	});
});

describe("n8n's Retry On Fail with random faults", () => {
	it('runs no mutation twice', async () => {
		await setRandomFaults(0.3);
		const results = await rounds(async (round) =>
			convex.run({
				parameters: calling('mutation', ...ADD, {
					concurrency: 1 + (round % 3),
					timeout: TIMEOUT_MS,
					maxRetries: round % 2,
				}),
				input: keysOf(round),
				settings: {
					retryOnFail: true,
					maxTries: 5,
					waitBetweenTries: 1,
					...(round % 2 === 0 && { onError: 'continueErrorOutput' }),
				},
			}),
		);
		await convex.deployment.setRandomFaults();
		const counts = (await convex.deployment.executionsByKey())['counters:add'] ?? {};
		expect(Object.entries(counts).filter(([, times]) => times > 1)).toEqual([]);
		for (const { success } of results) {
			for (const { json } of success) expect(counts[String(json.value)]).toBe(1);
		}
	});
});
