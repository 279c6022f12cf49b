import { calling } from '../support/convexNode';
import { readStack } from './environment';
import { useSignedInN8n } from './signedIn';
import { convexNode, outputOf, workflowAround } from './workflows';

const { deployment } = readStack();
const session = useSignedInN8n();

const orders = [
	{ orderId: 'A-1', email: 'ada@engines.test', total: 1 },
	{ orderId: 'A-2', email: 'grace@mail.test', total: -1 },
	{ orderId: 'A-3', email: 'joan@mail.test', total: 3 },
];

async function saveOrders(settings: object) {
	const node = convexNode(
		session.credentialId,
		'mutation',
		'orders:upsert',
		'={{ $json }}',
		settings,
	);
	return await session.n8n.runWorkflow(
		await session.n8n.importWorkflow(workflowAround(node, orders)),
	);
}

describe('failed items', () => {
	it('leave by the error output with the fields of the input and the details', async () => {
		const execution = await saveOrders({ onError: 'continueErrorOutput' });
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Success')).toHaveLength(2);
		expect(outputOf(execution, 'Error')).toEqual([
			{
				...orders[1],
				error: expect.stringMatching(/NEGATIVE_TOTAL/),
				details: {
					functionPath: 'orders:upsert',
					operation: 'mutation',
					kind: 'application',
					errorData: { code: 'NEGATIVE_TOTAL', message: 'A total cannot be negative' },
					requestId: expect.any(String),
					retryable: false,
					outcome: 'failed',
					reason: 'convexError',
					hint: expect.stringContaining("'details.errorData'"),
				},
			},
		]);
	});

	it('stop the workflow with Convex’s text, what to do, and the item', async () => {
		const execution = await saveOrders({});
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error).toMatchObject({
			message: expect.stringMatching(/^Uncaught ConvexError: .*NEGATIVE_TOTAL/),
			description: expect.stringMatching(/details\.errorData/),
			context: { itemIndex: 1 },
		});
		expect(await deployment.executions()).toEqual({ 'orders:upsert': 2 });
	});

	it('stay in the one output when the node continues', async () => {
		const execution = await saveOrders({ onError: 'continueRegularOutput' });
		expect(outputOf(execution, 'Success').map((json) => Object.keys(json))).toEqual([
			['value', 'logLines'],
			['error', 'details'],
			['value', 'logLines'],
		]);
	});
});

describe('retry on fail', () => {
	const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

	it('does not send items again that succeeded', async () => {
		const execution = await saveOrders(retrying);
		expect(execution.status).toBe('error');
		// The first order once, the refused one in each of three tries, the third never.
		expect(await deployment.executions()).toEqual({ 'orders:upsert': 4 });
	});

	it('sends a later item again where the node continues', async () => {
		await deployment.addFault({
			kind: 'answer',
			status: 429,
			body: { code: 'TooManyConcurrentRequests', message: 'too many' },
			path: '/api/mutation',
			skip: 1,
		});
		const parameters = calling('mutation', 'counters:increment', '={{ $json }}', { maxRetries: 0 });
		const settings = { ...retrying, onError: 'continueErrorOutput', parameters } as const;
		const node = convexNode(session.credentialId, 'mutation', '', {}, settings);
		const execution = await session.n8n.runWorkflow(
			await session.n8n.importWorkflow(workflowAround(node, [{ name: 'a' }, { name: 'b' }])),
		);
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Success').map(({ value }) => value)).toEqual([1, 1]);
		expect(await deployment.executions()).toEqual({ 'counters:increment': 2 });
	});

	it('does not take a value with an error field for a failure', async () => {
		const path = 'counters:incrementWithErrorField';
		const node = convexNode(session.credentialId, 'mutation', path, { name: 'a' }, retrying);
		const execution = await session.n8n.runWorkflow(
			await session.n8n.importWorkflow(workflowAround(node, [{}])),
		);
		expect(execution.status).toBe('success');
		expect(await deployment.executions()).toEqual({ [path]: 1 });
	});
});

describe('arguments', () => {
	it('are evaluated for each item', async () => {
		const node = convexNode(
			session.credentialId,
			'query',
			'values:echo',
			'={ "value": "{{ $json.n * 2 }}" }',
		);
		const workflow = await session.n8n.importWorkflow(
			workflowAround(node, [{ n: 1 }, { n: 2 }, { n: 3 }]),
		);
		const execution = await session.n8n.runWorkflow(workflow);
		expect(outputOf(execution, 'Success').map(({ value }) => value)).toEqual(['2', '4', '6']);
	});

	it('can be the content of a file', async () => {
		const content = Buffer.from([0, 200, 255]);
		const node = convexNode(session.credentialId, 'mutation', 'files:save', {});
		node.parameters = {
			...node.parameters,
			argumentsMode: 'fields',
			argumentFields: {
				argument: [
					{ name: 'name', type: 'string', value: '={{ $json.name }}' },
					{ name: 'content', type: 'binary', value: 'data' },
				],
			},
		};
		const item = {
			json: { name: 'three bytes' },
			binary: { data: { data: content.toString('base64'), mimeType: 'application/octet-stream' } },
		};
		const execution = await session.n8n.runWorkflow(
			await session.n8n.importWorkflow(workflowAround(node, [item])),
		);
		expect(outputOf(execution, 'Success')).toEqual([
			{ value: { name: 'three bytes', size: 3 }, logLines: [] },
		]);
	});
});
