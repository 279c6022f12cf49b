import type { ConvexRunOptions } from '../support/convexNode';
import { creating, deleting, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { itemWithFile, ofFiles } from '../support/files';
import { importing } from '../support/importRequests';

/** What helps is said in the words of the operation: it names no option that the operation does not have. */
const convex = useEmbeddedDeployment('deployKey');

const LOWER = "Lower 'Concurrency' in the node's options.";
const FEWER = 'Have fewer workflows use it at the same time.';

const listing = (more: object = {}) => ({
	resource: 'document',
	operation: 'getMany',
	table: { __rl: true, mode: 'name', value: 'tasks' },
	...more,
});

const withoutRetries = (parameters: ConvexRunOptions['parameters']) => ({
	...parameters,
	options: { maxRetries: 0 },
});

it.each<[string, ConvexRunOptions['parameters'], string]>([
	['Create', creating('tasks', '{"title":"a","status":"open"}'), LOWER],
	['Update', updating('tasks', '{"title":"a"}', { documentId: 'a' }), LOWER],
	['Delete', deleting('tasks', { documentId: 'a' }), LOWER],
	['Get Many', listing(), LOWER],
	['Append', importing('tasks', 'append'), FEWER],
	['Upsert by Key', importing('tasks', 'upsert', { keyFields: 'title' }), FEWER],
	['Upload', ofFiles('upload'), LOWER],
	['Get Many of files', ofFiles('getMany'), FEWER],
])('a deployment at its limit: %s', async (what, parameters, advice) => {
	const code = 'TooManyConcurrentRequests';
	const fault = { kind: 'answer', status: 429, body: { code, message: 'Busy' } } as const;
	for (const path of ['/api/query', '/api/mutation', '/api/action']) {
		await convex.deployment.addFault({ ...fault, path, times: 1 });
	}
	const { stoppedBy } = await convex.run({
		parameters: withoutRetries(parameters),
		input: what === 'Upload' ? [itemWithFile('a')] : [{ title: 'a', status: 'open' }],
	});
	expect(stoppedBy?.message).toBe('Busy');
	expect(stoppedBy?.description).toBe(
		`The deployment is at the limit of its plan. ${advice} You can also raise 'Maximum Retries' in the node's options.`,
	);
});

it.each([
	['Get Many', listing(), "Lower 'Page Size' in the node's options."],
	['Get', listing({ operation: 'get', documentId: 'a' }), ''],
])('what Convex does not read at once: %s', async (_what, parameters, advice) => {
	const errorMessage =
		'Uncaught Error: Too many bytes read in a single function execution (limit: 16777216 bytes)';
	const body = { status: 'error', errorMessage };
	const fault = { path: '/api/query', kind: 'answer', status: 200, body } as const;
	await convex.deployment.addFault(fault);
	const { stoppedBy } = await convex.run({ parameters: withoutRetries(parameters) });
	expect(stoppedBy?.description).toBe(
		`The request would read or change more than Convex allows (docs.convex.dev/production/state/limits). ${advice}`.trim(),
	);
});

it('a request that Convex refuses has no function and no arguments', async () => {
	const body = { code: 'Whatever', message: 'No' };
	await convex.deployment.addFault({ path: '/api/query', kind: 'answer', status: 400, body });
	const { stoppedBy } = await convex.run({ parameters: withoutRetries(listing()) });
	expect(stoppedBy?.description).toMatch(/^The deployment refused the request, and its message/);
});
