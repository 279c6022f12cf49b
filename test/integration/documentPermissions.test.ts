import type { CredentialValues } from '../support/engine';
import type { ConvexRunOptions } from '../support/convexNode';
import { creating, deleting, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { ofFiles } from '../support/files';
import { importing } from '../support/importRequests';

/** What is known of a failure of Convex's own functions, where a deployment hides it, too. */
const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const CONTINUE = { onError: 'continueErrorOutput' } as const;
const HIDDEN = { status: 'error', errorMessage: '[Request ID: a] Server Error' };
const VIEW = 'deployment:data:view';
const WRITE = 'deployment:data:write';

const reading = (operation: string, more: object = {}) => ({
	resource: 'document',
	operation,
	table: { __rl: true, mode: 'name', value: 'counters' },
	...more,
});

const limitedTo = async (...permissions: string[]): Promise<CredentialValues> => ({
	...convex.credential,
	token: await convex.deployment.createKey(permissions),
});

const counters = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ name: `n${index}`, count: index }));

const requestsTo = async (path: string) =>
	(await convex.deployment.requestStats()).endpoints[path]?.requests;

const OPERATIONS: Array<[string, ConvexRunOptions['parameters'], string[], string]> = [
	['Create', creating('counters', '{"name":"b","count":2}'), [VIEW], WRITE],
	['Update, some fields', updating('counters', '{"count":2}'), [VIEW], WRITE],
	[
		'Update, the whole document',
		updating('counters', '{"name":"b","count":2}', { updateMode: 'document' }),
		[VIEW],
		WRITE,
	],
	['Delete', deleting('counters'), [VIEW], WRITE],
	['Get', reading('get', { documentId: '={{ $json._id }}' }), [WRITE], VIEW],
	['Get Many', reading('getMany'), [WRITE], VIEW],
	['Append', importing('counters', 'append'), [VIEW], 'deployment:backups:view'],
	['Get Many of files', ofFiles('getMany'), [WRITE], VIEW],
];

describe.each(OPERATIONS)(
	'%s, with a key that lacks a permission',
	(_what, parameters, has, lacks) => {
		const run = async () => {
			const [row] = await tables.add('counters', { name: 'a', count: 1 });
			const { error } = await convex.run({
				credential: await limitedTo(...has),
				parameters,
				input: [{ ...row }],
				settings: CONTINUE,
			});
			return error[0]?.json;
		};

		it('fails with its name, and did nothing', async () => {
			expect(await run()).toMatchObject({
				error: expect.stringMatching(
					new RegExp(`^You do not have permission to perform this operation \\(${lacks}\\)\\.`),
				),
				details: {
					kind: 'deployment',
					reason: 'permissionNeeded',
					outcome: 'notExecuted',
					hint: expect.stringContaining(`Use a deploy key that has the permission '${lacks}'.`),
				},
			});
		});

		it('fails with what is most likely, where the deployment hides what happened', async () => {
			await convex.deployment.redact();
			const failed = await run();
			expect(failed).toMatchObject({ details: { kind: 'function', reason: 'hidden' } });
			const hint = JSON.stringify(failed);
			expect(hint).toContain(`Most often the deploy key lacks the permission '${lacks}'`);
			expect(hint).not.toMatch(/ConvexError|Logs page/);
		});
	},
);

describe('many items with a key that may not write', () => {
	it.each([
		['is refused by one request for each batch', false, 10],
		['is taken apart no further than two items, where that is hidden', true, 40],
	])('%s', async (_title, isHidden, most) => {
		const credential = await limitedTo(VIEW);
		if (isHidden) await convex.deployment.redact();
		const { error } = await convex.run({
			credential,
			parameters: creating('counters'),
			input: counters(1_000),
			settings: CONTINUE,
		});
		expect(error).toHaveLength(1_000);
		expect(await requestsTo('/api/mutation')).toBeLessThanOrEqual(most);
		expect(await tables.rows('counters')).toEqual([]);
	});
});

it.each([
	['once, for all items', false, 1],
	['twice, where the deployment hides the refusal', true, 2],
])(
	'a key that may not view data is asked for its tables %s',
	async (_often, isHidden, requests) => {
		const credential = await limitedTo(WRITE);
		if (isHidden) await convex.deployment.redact();
		const { error } = await convex.run({
			credential,
			parameters: creating('counters'),
			input: counters(30),
			settings: CONTINUE,
		});
		expect(error).toHaveLength(30);
		expect(await requestsTo('/api/query')).toBe(requests);
	},
);

it('one item that fails for a hidden reason fails alone, and so do others after a success', async () => {
	const hidden = { path: '/api/mutation', kind: 'answer', status: 200, body: HIDDEN } as const;
	// The batch, its first half, and the first item; then the same of the next batch.
	await convex.deployment.addFault({ ...hidden, times: 3 });
	await convex.deployment.addFault({ ...hidden, skip: 2, times: 3 });
	const { success, error } = await convex.run({
		parameters: creating('counters', undefined, { options: { batchSize: 4, concurrency: 1 } }),
		input: counters(8),
		settings: CONTINUE,
	});
	expect(error.map(({ json }) => json.name)).toEqual(['n0', 'n4']);
	expect(success).toHaveLength(6);
});

it.each([false, true])(
	'documents too large to be looked up at once are changed and deleted in smaller batches (hidden: %s)',
	async (isHidden) => {
		const input: Array<{ _id: string }> = [];
		for (let batch = 0; batch < 4; batch += 1) {
			const texts = Array.from({ length: 5 }, () => ({ text: 'x'.repeat(900_000) }));
			const added = await tables.add('notes', ...texts);
			input.push(...added.map(({ _id }) => ({ _id: String(_id) })));
		}
		if (isHidden) await convex.deployment.redact();
		for (const parameters of [updating('notes', '{"isDone":true}'), deleting('notes')]) {
			const { success, error } = await convex.run({ parameters, input, settings: CONTINUE });
			expect([error[0]?.json, success.length]).toEqual([undefined, 20]);
		}
	},
	60_000,
);

describe('a list or a form of the editor', () => {
	it.each([
		'searchTables',
		'searchIndexes',
		'searchFunctions',
		'getDocumentFields',
		'searchHttpRoutes',
	] as const)('names the permission, where the deployment hides it: %s', async (method) => {
		const credential = await limitedTo(WRITE);
		const form = () => convex.form(creating('counters'), credential);
		await expect(form()[method]()).rejects.toThrow(`has the permission '${VIEW}'`);
		await convex.deployment.redact();
		await expect(form()[method]()).rejects.toThrow(`lacks the permission '${VIEW}'`);
		await expect(form()[method]()).rejects.not.toThrow(/ConvexError|Logs page/);
	});
});
