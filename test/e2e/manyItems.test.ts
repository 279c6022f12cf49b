import type { INode } from 'n8n-workflow';
import { addingMany } from '../support/manyItems';
import { openHttp } from '../support/syncClients';
import { readStack } from './environment';
import { useSignedInN8n } from './signedIn';
import { convexNode, outputOf, workflowAround } from './workflows';

const { deployment } = readStack();
const session = useSignedInN8n();

const items = Array.from({ length: 30 }, (_, index) => ({ name: 'e2e', key: `key ${index}` }));
const keys = items.map(({ key }) => key);

async function run(node: INode) {
	const workflow = workflowAround(node, items);
	return await session.n8n.runWorkflow(await session.n8n.importWorkflow(workflow));
}

async function added(): Promise<unknown> {
	return await openHttp(deployment.url).query('counters:additions', { name: 'e2e' });
}

describe('many items in a whole n8n', () => {
	it('go over a live connection without a setting, in order, each once', async () => {
		const execution = await run(
			convexNode(session.credentialId, 'mutation', 'counters:add', '={{ $json }}'),
		);
		expect(outputOf(execution, 'Success')).toHaveLength(items.length);
		const { endpoints } = await deployment.requestStats();
		expect(endpoints['/api/mutation']?.requests ?? 0).toBeLessThan(10);
		expect(await added()).toEqual(keys);
		expect(await deployment.executions()).toMatchObject({ 'counters:add': items.length });
	});

	/** Runs the node with Many Items at Once, and expects each item once, in order. */
	async function runInCalls(itemsPerCall: number, calls: number): Promise<void> {
		const node = convexNode(session.credentialId, 'mutation', 'counters:addMany', '');
		node.parameters = addingMany({
			itemsPerCall,
			shared: '={{ { name: $json.name } }}',
		}) as INode['parameters'];
		const execution = await run(node);
		expect(outputOf(execution, 'Success')).toHaveLength(items.length);
		expect(await added()).toEqual(keys);
		expect(await deployment.executions()).toMatchObject({ 'counters:addMany': calls });
	}

	it('share calls with Many Items at Once, in order, each once', async () => {
		await runInCalls(10, 3);
	});

	it('share a live connection with ten calls for many items, in order, each once', async () => {
		await runInCalls(3, 10);
		const { endpoints } = await deployment.requestStats();
		expect(endpoints['/api/mutation']?.requests ?? 0).toBeLessThan(3);
	});
});
