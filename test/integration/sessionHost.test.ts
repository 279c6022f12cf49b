/** @jest-environment node */
/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import '../support/ssrfProtection';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingKeys, keys } from '../support/sessions';

const convex = useEmbeddedDeployment('deployKey');

const failing = async (nodeType?: INodeType) => {
	const { error } = await convex.run({
		parameters: addingKeys(),
		input: keys(3),
		...(nodeType && { nodeType }),
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

describe('an n8n that does not tell of cancelled executions', () => {
	it('gets as far as any other', async () => {
		const nodeType = Object.assign(new Convex(), {
			async execute(this: IExecuteFunctions) {
				Object.assign(this, { getExecutionCancelSignal: undefined });
				return await new Convex().execute.call(this);
			},
		});
		expect((await failing(nodeType))[0]).toMatch(/^n8n's network policy/);
	});
});
