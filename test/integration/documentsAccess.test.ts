import type { NodeParameterValueType } from 'n8n-workflow';
import { callConvexTool } from '../support/agents';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** Resource Document: who may read, where, and what an outage does. */
const convex = useEmbeddedDeployment('deployKey');

type Parameters = { [name: string]: NodeParameterValueType };

const listing = (table: NodeParameterValueType, more: Parameters = {}): Parameters => ({
	resource: 'document',
	operation: 'getMany',
	table,
	...more,
});

const addTask = async (title: string) =>
	await convex.run({ parameters: calling('mutation', 'tasks:create', { title }) });

const requests = async () => (await convex.deployment.requestStats()).requests;

describe('the resource Document', () => {
	it.each(['none', 'bearerToken'])('needs a deploy key: with %s, nothing is sent', async (kind) => {
		const { stoppedBy } = await convex.run({
			parameters: listing('tasks'),
			credential: { ...convex.credential, authentication: kind, token: 'header.claims.signature' },
		});
		expect(stoppedBy?.message).toBe("'Resource: Document' needs a deploy key [item 0]");
		expect(await requests()).toBe(0);
	});

	it('names the permission that a key lacks', async () => {
		const token = await convex.deployment.createKey(['deployment:data:write']);
		const { stoppedBy } = await convex.run({
			parameters: listing('tasks'),
			credential: { ...convex.credential, token },
		});
		expect(stoppedBy?.message).toMatch(/permission .*\(deployment:data:view\)/);
		expect(stoppedBy?.description).toMatch(/'deployment:data:view'/);
	});

	it.each([
		[' ', "No table is chosen in 'Table'"],
		['_storage', "'Table' names a table of Convex itself ('_storage')"],
		[7, "'Table' is a number, not the name of a table"],
	])('refuses the table %j before anything is sent', async (table, message) => {
		const { stoppedBy } = await convex.run({ parameters: listing(table) });
		expect(stoppedBy?.message).toBe(`${message} [item 0]`);
		expect(await requests()).toBe(0);
	});

	it('reads no table that is not there, and names those that are', async () => {
		const { stoppedBy } = await convex.run({ parameters: listing('taskz') });
		expect(stoppedBy?.message).toBe("The deployment has no table 'taskz' [item 0]");
		expect(stoppedBy?.description).toMatch(/Its tables are: additions, boards, .*tasks/);
		expect(await requests()).toBe(1);
	});

	it('refuses an index that the table has not, and names those that it has', async () => {
		const { stoppedBy } = await convex.run({ parameters: listing('tasks', { index: 'by_name' }) });
		expect(stoppedBy?.message).toBe("The table 'tasks' has no index 'by_name' [item 0]");
		expect(stoppedBy?.description).toMatch(/by_status, by_creation_time, by_id/);
	});

	it('reads the table of a component', async () => {
		const options = { componentPath: 'tally' };
		const add = calling('mutation', 'marks:add', { label: 'one' }, options);
		await convex.run({ parameters: add });
		const { success } = await convex.run({ parameters: listing('marks', { options }) });
		expect(success.map(({ json }) => json.label)).toEqual(['one']);
		const { stoppedBy } = await convex.run({
			parameters: listing('marks', { options: { componentPath: 'taly' } }),
		});
		expect(stoppedBy?.message).toBe("The deployment has no component 'taly' [item 0]");
	});

	it('says that a version of Convex lacks the function behind it, and what to use instead', async () => {
		await convex.deployment.addFault({
			path: '/api/query',
			kind: 'answer',
			status: 200,
			body: {
				status: 'error',
				errorMessage:
					"[Request ID: 1] Server Error\nCould not find public function for '_system/frontend/getTableMapping'.",
			},
		});
		const { stoppedBy } = await convex.run({ parameters: listing('tasks') });
		expect(stoppedBy?.message).toMatch(/^This version of Convex does not list its tables/);
		expect(stoppedBy?.description).toMatch(/^Call a function of your own\./);
	});

	it('reads again what an overload or a lost answer kept back', async () => {
		await addTask('A');
		await convex.deployment.addFault({
			path: '/api/query',
			kind: 'rejection',
			code: 'TooManyConcurrentRequests',
		});
		await convex.deployment.addFault({ path: '/api/query', kind: 'dropAfter', skip: 1 });
		const { success } = await convex.run({ parameters: listing('tasks') });
		expect(success.map(({ json }) => json.title)).toEqual(['A']);
	});

	it('fails with no documents at all when a page in the middle cannot be read', async () => {
		await convex.run({ parameters: calling('mutation', 'documents:fill', { count: 5 }) });
		await convex.deployment.addFault({
			path: '/api/query',
			kind: 'serverError',
			status: 500,
			skip: 2,
		});
		const { success, error } = await convex.run({
			parameters: listing('documents', {
				returnAll: true,
				options: { pageSize: 2, maxRetries: 0 },
			}),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toEqual([]);
		expect(error[0]?.json.details).toMatchObject({ resource: 'document', operation: 'getMany' });
	});

	it('runs once more with Retry On Fail, and gives each document once', async () => {
		await addTask('A');
		await convex.deployment.addFault({ path: '/api/query', kind: 'serverError', status: 500 });
		const { success } = await convex.run({
			parameters: listing('tasks', { options: { maxRetries: 0 } }),
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
			input: [{ a: 1 }, { a: 2 }],
		});
		expect(success.map(({ json }) => json.title)).toEqual(['A']);
	});

	it('stops where pages lead back to one that was read', async () => {
		const value = { page: [], isDone: false, continueCursor: 'same' };
		const body = { status: 'success', value };
		await convex.deployment.addFault({
			path: '/api/query',
			kind: 'answer',
			status: 200,
			body,
			skip: 1,
			times: 9,
		});
		const { stoppedBy } = await convex.run({ parameters: listing('tasks') });
		expect(stoppedBy?.message).toMatch(/a page that leads back to one that was read already$/);
	});
});

describe('the form of the resource Document', () => {
	it('lists the tables of the app, and never those of Convex itself', async () => {
		const names = (await convex.form(listing('')).searchTables()).map(({ name }) => name);
		expect(names).toEqual([...names].sort());
		expect(names).toContain('tasks');
		expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
		const found = await convex.form(listing('')).searchTables('ORD');
		expect(found).toEqual([{ name: 'orders', value: 'orders' }]);
	});

	it('lists the tables of the component that is named', async () => {
		const form = convex.form(listing('', { options: { componentPath: 'tally' } }));
		expect(await form.searchTables()).toEqual([{ name: 'marks', value: 'marks' }]);
	});

	it('lists the indexes of the chosen table, with their fields', async () => {
		const table = { __rl: true, mode: 'list', value: 'entries' };
		expect(await convex.form(listing(table)).searchIndexes()).toEqual([
			{ name: 'by_ledger', value: 'by_ledger', description: 'ledger, number' },
			{ name: 'by_creation_time', value: 'by_creation_time', description: '_creationTime' },
			{ name: 'by_id', value: 'by_id', description: '_id' },
		]);
		await expect(convex.form(listing('')).searchIndexes()).rejects.toMatchObject({
			message: expect.stringMatching(/^No table is chosen in 'Table' yet/),
		});
	});

	it('says that it takes a deploy key', async () => {
		const form = convex.form(listing(''), { ...convex.credential, authentication: 'none' });
		await expect(form.searchTables()).rejects.toMatchObject({
			message: expect.stringMatching(/'Resource: Document' needs a deploy key/),
		});
	});
});

describe('the resource Document as the tool of an AI Agent', () => {
	it('reads what the model asks for, and is described by its table', async () => {
		await addTask('A');
		await addTask('B');
		const value = "={{ $fromAI('title', 'Title of the task', 'string') }}";
		const filter = { field: 'title', operator: 'equals', type: 'string', value };
		const parameters = listing('tasks', { filters: { filter: [filter] } });
		const result = await callConvexTool({ credential: convex.credential, parameters }, [
			{ title: 'B' },
		]);
		expect(result?.description).toBe(
			'Uses the table tasks of a Convex backend: lists documents, with their IDs (_id).',
		);
		expect(JSON.parse(String(result?.answer))).toEqual([
			expect.objectContaining({ title: 'B', status: 'open' }),
		]);
	});
});
