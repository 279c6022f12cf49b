import { notingKeys } from '../support/automatic';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { keys } from '../support/sessions';

const convex = useEmbeddedDeployment('deployKey');

/** The hints that the output pane shows behind a run of ten items. */
async function hintsOf(
	parameters: ConvexRunOptions['parameters'],
	settings: ConvexRunOptions['settings'] = {},
): Promise<string[]> {
	const { run } = await convex.run({ parameters, input: keys(10), settings });
	const [data] = run.data.resultData.runData.Convex ?? [];
	return (data?.hints ?? []).map(({ message }) => message);
}

const calls = (operation: string) =>
	calling(operation, 'counters:note', '={{ { key: $json.key } }}');

/** Each call takes more than half a second, so that no run of ten takes less than five. */
async function slowDown(): Promise<void> {
	for (const path of ['/api/mutation', '/api/run', '/sync/Mutation', '/sync/Action']) {
		await convex.deployment.addFault({ kind: 'delay', ms: 560, path, times: 1_000 });
	}
}

describe('the output pane', () => {
	it('says why a run was slow where that can be changed, and else nothing', async () => {
		await slowDown();
		const hints = await Promise.all([
			hintsOf(notingKeys()),
			hintsOf(notingKeys({ delivery: 'http' })),
			hintsOf(calls('action')),
			hintsOf(calls('run')),
			hintsOf(notingKeys(), { onError: 'continueErrorOutput' }),
			hintsOf(notingKeys({ delivery: 'session' })),
		]);
		const saying = (text: RegExp) => [expect.stringMatching(text)];
		expect(hints).toEqual([
			saying(/^10 mutations went one by one in \d+ s, because the node stops at errors\./),
			saying(/^10 mutations .* because the option 'Delivery' is set to 'HTTP'\./),
			saying(/^10 actions went one by one in \d+ s, because 'Concurrency' is 1\./),
			saying(/^10 calls went one by one in \d+ s, because 'Concurrency' is 1\./),
			[],
			[],
		]);
	});

	it('counts no item that was refused before its call', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 5_200, path: '/api/action' });
		const parameters = calling(
			'action',
			'counters:note',
			"={{ $json.key === 'item 0' ? { key: $json.key } : { $no: 1 } }}",
		);
		expect(await hintsOf(parameters, { onError: 'continueErrorOutput' })).toEqual([]);
		expect((await convex.deployment.requestStats()).endpoints['/api/action']?.requests).toBe(1);
	});

	it('counts no call of an earlier attempt of n8n', async () => {
		const path = '/api/mutation';
		const code = 'TooManyConcurrentRequests';
		await convex.deployment.addFault({ path, kind: 'rejection', code, skip: 9 });
		await convex.deployment.addFault({ path, kind: 'delay', ms: 5_200, skip: 9 });
		const retrying = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		expect(await hintsOf(notingKeys({ delivery: 'http', maxRetries: 0 }), retrying)).toEqual([]);
		expect((await convex.deployment.requestStats()).requests).toBe(11);
	});
});
