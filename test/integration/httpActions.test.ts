import type { NodeParameterValueType } from 'n8n-workflow';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { fileOf, requestTo } from '../support/httpActions';

const convex = useEmbeddedDeployment('deployKey');

const call = async (
	route: string,
	parameters: { [name: string]: NodeParameterValueType } = {},
	input?: Array<{ json: Record<string, never>; binary?: object }>,
) =>
	await convex.run({
		parameters: requestTo(route, parameters),
		...(input !== undefined && { input: input as never }),
	});

const echo = async (parameters: { [name: string]: NodeParameterValueType }, item = {}) => {
	const { success, stoppedBy } = await convex.run({
		parameters: requestTo('POST /echo/a', parameters),
		input: [{ json: {}, ...item }],
	});
	expect(stoppedBy).toBeUndefined();
	return success[0]?.json as { path: string; headers: Record<string, string>; body: string };
};

describe('a call of an HTTP action', () => {
	it('gives the JSON that it answers with, one item for each element of a list', async () => {
		const created = await call('POST /tasks', {
			body: 'json',
			bodyJson: { title: 'Call Ada' },
		});
		expect(created.stoppedBy).toBeUndefined();
		expect(created.success).toEqual([
			{ json: { id: expect.any(String) }, pairedItem: { item: 0 } },
		]);
		await call('POST /tasks', { body: 'json', bodyJson: '{"title": "Write to Ada"}' });
		const { success } = await call('GET /tasks');
		expect(success.map(({ json }) => json.title)).toEqual(['Call Ada', 'Write to Ada']);
		expect(await convex.deployment.executions()).toMatchObject({ 'POST /tasks': 2, 'GET /tasks': 1 });
	});
});
