/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import '../support/ssrfProtection';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingKeys, keys } from '../support/sessions';

const convex = useEmbeddedDeployment('deployKey');

const failing = async () => {
	const { error } = await convex.run({
		parameters: addingKeys(),
		input: keys(3),
		settings: { onError: 'continueErrorOutput' },
	});
	expect(error.map(({ json }) => json.details)).toEqual(
		Array(3).fill(expect.objectContaining({ kind: 'input', outcome: 'notExecuted' })),
	);
	return error.map(({ json }) => json.error);
};

describe('an n8n that connects to no private address', () => {
	it('is asked before a session is opened, and is not evaded', async () => {
		const refused =
			/^n8n's network policy does not allow connections to the deployment: .* \[item \d\]$/;
		for (const error of await failing()) expect(error).toMatch(refused);
		expect((await convex.deployment.requestStats()).connections).toBe(0);
	});
});

describe('an n8n on a Node.js without WebSockets', () => {
	const { WebSocket: original } = globalThis;
	afterEach(() => {
		globalThis.WebSocket = original;
	});

	it('says so', async () => {
		Reflect.deleteProperty(globalThis, 'WebSocket');
		expect((await failing())[0]).toMatch(/^This n8n runs on a Node\.js without WebSockets/);
	});
});
