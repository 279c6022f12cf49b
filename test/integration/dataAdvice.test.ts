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

describe("the user's own mutation that gives an upload URL", () => {
	const upload = async (path: string, args = '{}') => {
		const parameters = ofFiles('upload', {
			uploadUrlFrom: 'function',
			functionPath: { __rl: true, mode: 'path', value: path },
			argumentsJson: args,
		});
		const input = [itemWithFile('a')];
		const { stoppedBy } = await convex.run({ parameters: withoutRetries(parameters), input });
		return stoppedBy?.description;
	};

	const WRONG_TYPE =
		"'Function' has to be a mutation that returns what ctx.storage.generateUploadUrl() gives.";

	const BAD_ARGUMENTS =
		"Correct 'Arguments (JSON)': the message says what does not match the function's validator.";

	it.each<[how: string, path: string, args: string, words: RegExp | string]>([
		[
			'throws',
			'failures:writeThenThrow',
			'{"name":"a"}',
			/^Thrown at .*failures.ts.* Nothing was written/,
		],
		[
			'throws a ConvexError',
			'failures:refuse',
			'{"data":1}',
			/^The function refused the call with/,
		],
		['is a query', 'failures:throwError', '{}', WRONG_TYPE],
		['lacks an argument', 'failures:refuse', '{}', BAD_ARGUMENTS],
		['takes no such argument', 'failures:writeThenThrow', '{"a":"1"}', BAD_ARGUMENTS],
		['is not there', 'failures:none', '{}', /^Check the spelling of 'Function'/],
	])('says what is wrong with it where it %s', async (_how, path, args, words) => {
		const description = await upload(path, args);
		expect(description).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
	});

	it('is advised with the options of the operation where the deployment is busy', async () => {
		const body = { code: 'TooManyConcurrentRequests', message: 'Busy' };
		const path = '/api/mutation';
		await convex.deployment.addFault({ kind: 'answer', status: 429, body, path });
		expect(await upload('failures:writeThenThrow')).toBe(
			`The deployment is at the limit of its plan. ${LOWER} You can also raise 'Maximum Retries' in the node's options.`,
		);
	});
});
