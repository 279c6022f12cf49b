import { calling } from '../support/convexNode';
import { addingKeys, keys } from '../support/sessions';
import { SyncGate } from '../support/syncGate';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

describe('many mutations', () => {
	it.each([
		['stops at errors', {}],
		['continues on errors', { onError: 'continueErrorOutput' } as const],
	])('share a connection without being told to, where the node %s', async (_what, settings) => {
		const input = keys(100);
		const parameters = addingKeys({ delivery: 'auto' });
		const { success } = await built.run({ parameters, input, settings });
		expect(success.map(({ json }) => json.value)).toEqual(input.map(({ key }) => key));
		const { endpoints } = await built.deployment.requestStats();
		expect(endpoints['/api/mutation']?.requests).toBe(1);
	});
});

describe('a session', () => {
	it('runs each mutation once, in order, over one connection', async () => {
		const input = keys(300);
		const { success } = await built.run({ parameters: addingKeys(), input });
		expect(success.map(({ json }) => json.value)).toEqual(input.map(({ key }) => key));
		const { connections } = await built.deployment.requestStats();
		expect(connections).toBe(1);
	});

	it('does so also when the connection breaks', async () => {
		await built.deployment.addFault({ kind: 'dropAfter', path: '/sync/Mutation', skip: 150 });
		const input = keys(300);
		const { success } = await built.run({ parameters: addingKeys(), input });
		expect(success.map(({ json }) => json.value)).toEqual(input.map(({ key }) => key));
		const counts = Object.values((await built.deployment.executionsByKey())['counters:add'] ?? {});
		expect(counts).toEqual(Array(300).fill(1));
	});

	it('sends failed items to the error branch, with their fields', async () => {
		const { error } = await built.run({
			parameters: calling('mutation', '={{ $json.path }}', '={{ $json.args }}', {
				delivery: 'session',
			}),
			input: [
				{ path: 'counters:increment', args: { name: 'a' } },
				{ path: 'failures:refuse', args: { data: 'no' } },
			],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error.map(({ json }) => json)).toEqual([
			{
				path: 'failures:refuse',
				args: { data: 'no' },
				error: expect.stringMatching(/ConvexError/),
				details: expect.objectContaining({ kind: 'application', errorData: 'no' }),
			},
		]);
	});
});

it('is done without where nothing answers at its path', async () => {
	const gate = await SyncGate.inFrontOf(built.deployment.url, 'swallowPath');
	const { success } = await built.run({
		credential: { ...built.credential, deploymentUrl: gate.url },
		parameters: calling('mutation', 'counters:add', '={{ { name: "list", key: $json.key } }}'),
		input: keys(12),
	});
	expect(success).toHaveLength(12);
	expect(gate.requests).toContain('GET /api/sync');
	expect(gate.upgrades).toBe(0);
	await gate.stop();
});
