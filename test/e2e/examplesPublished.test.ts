import axios from 'axios';
import { tablesOf } from '../support/documentWrites';
import { nodeAt, type WorkflowFile } from '../support/engine';
import { readStack } from './environment';
import { importExampleInto, startChannel, type Channel } from './importedExamples';
import { useSignedInN8n } from './signedIn';
import { until } from './until';
import { mutate, useWatchingWorkflows } from './watchingWorkflows';
import { outputOf } from './workflows';

/** The examples that do their work when they are published. */
const { n8nUrl, deployment } = readStack();
const session = useSignedInN8n();
const workflows = useWatchingWorkflows(() => session.n8n);

/** A poll time comes once a minute. */
const COPY_TIMEOUT_MS = 300_000;

let channel: Channel;
beforeAll(async () => void (channel = await startChannel()));
afterAll(async () => await channel.stop());

const importExample = async (file: string) => {
	const { n8n, credentialId } = session;
	return await importExampleInto(n8n, { credentialId, channel: channel.url }, file);
};

/** Manual trigger → all rows of a data table. */
function readingCopy(name: string): WorkflowFile {
	const dataTableId = { __rl: true, mode: 'name', value: name };
	const parameters = { resource: 'row', operation: 'get', dataTableId, returnAll: true };
	return {
		name: `rows of ${name}`,
		nodes: [
			nodeAt('Start', 'n8n-nodes-base.manualTrigger'),
			nodeAt('Rows', 'n8n-nodes-base.dataTable', { typeVersion: 1.1, parameters }),
		],
		connections: { Start: { main: [[{ node: 'Rows', type: 'main', index: 0 }]] } },
	};
}

it(
	'table-copy.json',
	async () => {
		const id = await importExample('table-copy.json');
		expect((await session.n8n.runWorkflow(id)).status).toBe('success');
		const reader = await session.n8n.importWorkflow(readingCopy('Convex orders'));
		const copy = async () =>
			outputOf(await session.n8n.runWorkflow(reader), 'Rows').map(
				({ convexId, orderId, email, total }) => [convexId, orderId, email, total],
			);
		const upsert = async (orderId: string, total: number) =>
			await mutate('orders:upsert', { orderId, email: 'ada@engines.test', total });
		const kept = await upsert('C-1', 7);
		const removed = await upsert('C-2', 8);
		await workflows.publish(id);
		await workflows.starts(id);
		expect(await copy()).toEqual([
			[kept, 'C-1', 'ada@engines.test', 7],
			[removed, 'C-2', 'ada@engines.test', 8],
		]);
		await upsert('C-1', 9);
		const added = await upsert('C-3', 10);
		await tablesOf({ deployment }).remove(removed);
		await workflows.starts(id, (items) => items.some(({ change }) => change === 'deleted'));
		expect(await copy()).toEqual([
			[kept, 'C-1', 'ada@engines.test', 9],
			[added, 'C-3', 'ada@engines.test', 10],
		]);
	},
	COPY_TIMEOUT_MS,
);

it('paid-order.json', async () => {
	const id = await importExample('paid-order.json');
	await workflows.publish(id);
	const pay = async (orderId: string) => {
		const order = { orderId, email: 'ada@engines.test', total: 7 };
		await mutate('orders:markPaid', { id: String(await mutate('orders:upsert', order)) });
	};
	await pay('P-1');
	await until(async () => channel.messages.length === 1);
	await mutate('orders:upsert', { orderId: 'P-1', email: 'ada@engines.test', total: 8 });
	await mutate('orders:upsert', { orderId: 'P-2', email: 'grace@mail.test', total: 9 });
	await pay('P-3');
	await until(async () => channel.messages.length === 2);
	await workflows.unpublish(id);
	expect(channel.messages).toEqual([
		'Order P-1 of ada@engines.test is paid: 7',
		'Order P-3 of ada@engines.test is paid: 7',
	]);
	expect(await workflows.startsSoFar(id)).toHaveLength(3);
});

it('webhook-ingest.json', async () => {
	const id = await importExample('webhook-ingest.json');
	await session.n8n.activate(id);
	const post = async (order: object) => {
		const url = `${n8nUrl}/webhook/convex-orders`;
		const { status, data } = await axios.post(url, order, { validateStatus: () => true });
		return { status, data };
	};
	while ((await post({})).status === 404) continue;
	const order = { orderId: 'W-1', email: 'ada@engines.test', total: 5 };
	expect(await post(order)).toEqual({ status: 200, data: { id: expect.any(String) } });
	expect(await post({ ...order, total: -5 })).toEqual({
		status: 422,
		data: { error: 'A total cannot be negative' },
	});
	expect(await post({ orderId: 'W-2' })).toEqual({
		status: 422,
		data: { error: expect.stringMatching(/missing the required field `email`/) },
	});
	await deployment.addFault({ kind: 'dropBefore' });
	expect(await post(order)).toMatchObject({ status: 502 });
	await session.n8n.deactivate(id);
});
