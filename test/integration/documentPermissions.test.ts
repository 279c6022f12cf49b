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

/** Creates documents with a key that has one permission alone. */
async function expectAllRefused(count: number, permission: string, isHidden: boolean) {
	const credential = await limitedTo(permission);
	if (isHidden) await convex.deployment.redact();
	const { error } = await convex.run({
		credential,
		parameters: creating('counters'),
		input: counters(count),
		settings: CONTINUE,
	});
	expect(error).toHaveLength(count);
}

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
		['is refused by one request for all of them', false, 1],
		['is taken apart no further than two items, where that is hidden', true, 40],
	])('%s', async (_title, isHidden, most) => {
		await expectAllRefused(1_000, VIEW, isHidden);
		expect(await requestsTo('/api/mutation')).toBeLessThanOrEqual(most);
		expect(await tables.rows('counters')).toEqual([]);
	});

	it('is refused once, where each document is changed by a request of its own', async () => {
		const added = await tables.add('counters', ...counters(60));
		const before = (await requestsTo('/api/mutation')) ?? 0;
		const { error } = await convex.run({
			credential: await limitedTo(VIEW),
			parameters: updating('counters', '{"count":2}'),
			input: added.map(({ _id }) => ({ _id: String(_id) })),
			settings: CONTINUE,
		});
		expect(new Set(error.map(({ json }) => json.error)).size).toBe(1);
		expect(error).toHaveLength(60);
		expect((await requestsTo('/api/mutation')) ?? 0).toBe(before + 1);
	});
});

it.each([
	['once, for all items', false, 1],
	['twice, where the deployment hides the refusal', true, 2],
])(
	'a key that may not view data is asked for its tables %s',
	async (_often, isHidden, requests) => {
		await expectAllRefused(30, WRITE, isHidden);
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

/** What a query says that reads too much, and what is left of that where the deployment hides it. */
const READ_TOO_MUCH = {
	status: 'error',
	errorMessage:
		'Uncaught Error: Too many bytes read in a single function execution (limit: 16777216 bytes). Consider using smaller limits in your queries.',
};

it.each([
	['updated', 'shown', updating('counters', '{"count":5}'), READ_TOO_MUCH],
	['updated', 'hidden', updating('counters', '{"count":5}'), HIDDEN],
	['deleted', 'shown', deleting('counters'), READ_TOO_MUCH],
	['deleted', 'hidden', deleting('counters'), HIDDEN],
])(
	'documents too large to be looked up at once are %s in smaller batches, why being %s',
	async (_done, _shown, parameters, body) => {
		const queriesOf = async (input: Array<{ _id: string }>, skip?: number) => {
			const lookUp = { path: '/api/query', kind: 'answer', status: 200, body } as const;
			if (skip !== undefined) await convex.deployment.addFault({ ...lookUp, skip });
			const before = (await requestsTo('/api/query')) ?? 0;
			const { success } = await convex.run({ parameters, input, settings: CONTINUE });
			expect(success).toHaveLength(4);
			return ((await requestsTo('/api/query')) ?? 0) - before;
		};
		const added = await tables.add('counters', ...counters(8));
		const rows = added.map(({ _id }) => ({ _id: String(_id) }));
		const queries = await queriesOf(rows.slice(0, 4));
		// The last of them is the look-up, which is then made in halves.
		expect(await queriesOf(rows.slice(4), queries - 1)).toBe(queries + 2);
	},
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
