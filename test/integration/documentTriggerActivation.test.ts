import type { CredentialValues } from '../support/engine';
import { unusedUrl } from '../support/awkwardServers';
import { importing } from '../support/importRequests';
import type { PollingWorkflow } from '../support/polls';
import { usePolls } from '../support/pollsOfTest';

/** What keeps a Convex Document Trigger from being activated, and what does not. */
const use = usePolls();

const requests = async () => (await use.deployment.requestStats()).requests;

/** What n8n shows of a failed activation is the message. */
async function refusalOf(workflow: PollingWorkflow): Promise<string> {
	try {
		await workflow.activate();
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
	throw new Error('it was activated');
}

describe('a parameter that is wrong is named before anything is sent', () => {
	it.each([
		[[], /No table is chosen in 'Table Names or IDs'/],
		['', /No table is chosen in 'Table Names or IDs'/],
		[' , ', /No table is chosen in 'Table Names or IDs'/],
		[null, /No table is chosen in 'Table Names or IDs'/],
		[5, /'Table Names or IDs' is a number, not a list of names/],
		[{ tasks: true }, /'Table Names or IDs' is an object, not a list of names/],
		[['tasks', ''], /'Table Names or IDs' has an empty name in it/],
		[['tasks', 5], /'Table Names or IDs' has a number in it, not a name/],
		[['tasks', 'no table'], /'Table Names or IDs' is not the name of a table \('no table'\)/],
		[['_storage'], /'Table Names or IDs' names a table of Convex itself \('_storage'\)/],
	])('tables: %j', async (tables, message) => {
		expect(await refusalOf(use.workflow(tables))).toMatch(message);
		expect(await requests()).toBe(0);
	});

	it.each([
		[{ events: [] }, /'Trigger On' is not a list of its choices/],
		[{ events: ['created'] }, /'Trigger On' is not a list of its choices/],
		[{ startFrom: 'yesterday' }, /'Start From' is not one of its choices/],
		[{ excludedFields: '={{ [] }}' }, /'Excluded Field Names or IDs' names no field/],
		[{ excludedFields: '={{ null }}' }, /'Excluded Field Names or IDs' names no field/],
		[{ excludedFields: '={{ $vars.hidden }}' }, /'Excluded Field Names or IDs' names no field/],
		[{ excludedFields: ' , ' }, /'Excluded Field Names or IDs' names no field/],
		[{ excludedFields: [''] }, /'Excluded Field Names or IDs' names no field/],
		[{ excludedFields: ['title', ''] }, /'Excluded Field Names or IDs' has an empty name in it/],
		[{ excludedFields: 5 }, /'Excluded Field Names or IDs' is a number/],
		[{ excludedFields: ['_id'] }, /'Excluded Field Names or IDs' names '_id'/],
		[{ excludedFields: ['tasks._id'] }, /'Excluded Field Names or IDs' names '_id'/],
		[
			{ options: { maxItems: 0 } },
			/The option 'Maximum Items' is not a whole number of at least 1/,
		],
		[{ options: { componentPath: 'a b' } }, /The option 'Component' is not the path/],
	])('%j', async (parameters, message) => {
		expect(await refusalOf(use.workflow(['tasks'], parameters))).toMatch(message);
		expect(await requests()).toBe(0);
	});

	it('the same holds for a run by hand', async () => {
		await expect(use.workflow([]).execute()).rejects.toThrow(/No table is chosen/);
		expect(await requests()).toBe(0);
	});
});

describe('a name that is not there is named, with those that are', () => {
	it('of a table', async () => {
		const refusal = await refusalOf(use.workflow(['tasks', 'task']));
		expect(refusal).toMatch(/has no table 'task'.*Its tables are: .*boards, .*tasks/);
	});

	it('of a component', async () => {
		const workflow = use.workflow(['marks'], { options: { componentPath: 'tely' } });
		expect(await refusalOf(workflow)).toMatch(/no component 'tely'.*tally/);
	});

	it.each([
		[['tasks.tittle'], /The table 'tasks' has no field 'tittle'.*tasks\.title/],
		[['tittle'], /'Excluded Field Names or IDs': The table 'tasks' has no field 'tittle'/],
		[['orders.email'], /The table 'tasks' has no field 'orders\.email'/],
		[['title.length'], /The table 'tasks' has no field 'title\.length'/],
	])('of a field: %j', async (excludedFields, message) => {
		expect(await refusalOf(use.workflow(['tasks'], { excludedFields }))).toMatch(message);
	});

	it('of a field of a table that is not chosen, where nobody knows all fields', async () => {
		const parameters = importing('logs', 'append', { options: { createTable: true } });
		await use.run({ parameters, input: Array.from({ length: 150 }, (_, line) => ({ line })) });
		const excludedFields = ['log.secret'];
		const refusal = await refusalOf(use.workflow(['logs'], { excludedFields }));
		expect(refusal).toMatch(/The table 'logs' has no field 'log\.secret'.*logs\.line/);
		await use.activate(['logs'], { excludedFields: ['logs.secret', 'logs.a.b', 'secret'] });
	});

	it('of a field of several tables', async () => {
		const workflow = use.workflow(['tasks', 'boards'], { excludedFields: ['tittle'] });
		expect(await refusalOf(workflow)).toMatch(/None of the tables has a field 'tittle'/);
		await use.activate(['tasks', 'boards'], { excludedFields: ['title', 'boards.name'] });
	});
});

describe('a credential', () => {
	const refusalWith = async (credential: CredentialValues) =>
		await refusalOf(use.workflow(['tasks'], {}, { credential }));

	it.each([
		['none', ''],
		['bearerToken', 'a.b.c'],
	])(
		'without a deploy key is refused before anything is sent, with what to use: %s',
		async (authentication, token) => {
			const refusal = await refusalWith({ ...use.credential, authentication, token });
			expect(refusal).toMatch(/needs a deploy key.*Convex Trigger/);
			expect(await requests()).toBe(0);
		},
	);

	it('that is wrong is refused, and the key is not shown', async () => {
		const token = 'wrong|0123456789abcdef';
		const refusal = await refusalWith({ ...use.credential, token });
		expect(refusal).toMatch(/admin key/);
		expect(refusal).not.toContain('0123456789abcdef');
	});

	it('that may not view data is refused with the permission that it lacks', async () => {
		const token = await use.deployment.createKey(['deployment:data:write']);
		expect(await refusalWith({ ...use.credential, token })).toMatch(/data:view/);
	});

	it('may only view data', async () => {
		const token = await use.deployment.createKey(['deployment:data:view']);
		const credential = { ...use.credential, token };
		const workflow = await use.activate(['tasks'], {}, { credential });
		await use.createTask('a');
		expect(await workflow.poll()).toHaveLength(1);
	});
});

describe('a plan without streaming export', () => {
	it.each(['now', 'beginning'])(
		'fails the activation with the plan and the Convex Trigger in the sentence, from %s',
		async (startFrom) => {
			await use.deployment.setStreamingExport(false);
			const refusal = await refusalOf(use.workflow(['tasks'], { startFrom }));
			expect(refusal).toMatch(/plan .* no streaming export.*Pro plan.*Convex Trigger/);
		},
	);

	it('is told in a run by hand too', async () => {
		await use.deployment.setStreamingExport(false);
		await expect(use.workflow(['tasks']).execute()).rejects.toThrow(/Pro plan/);
	});

	it('fails a later poll in the same words, and loses nothing', async () => {
		const workflow = await use.activate(['tasks']);
		await use.createTask('a');
		await use.deployment.setStreamingExport(false);
		expect(await workflow.poll()).toBeUndefined();
		expect(workflow.failures).toMatchObject([
			{
				message: expect.stringMatching(/no streaming export/),
				description: expect.stringMatching(/Convex Trigger/),
				failure: { cause: 'configuration-invalid' },
			},
		]);
		await use.deployment.setStreamingExport(true);
		expect(await workflow.poll()).toHaveLength(1);
	});
});

describe('a status 404', () => {
	const notFound = { kind: 'answer', status: 404, body: '<html>nope</html>', times: 9 } as const;

	it('of the feed is a deployment without streaming export', async () => {
		await use.deployment.addFault({ ...notFound, body: '', path: '/api/v1/data/sync' });
		const refusal = await refusalOf(use.workflow(['tasks'], { startFrom: 'beginning' }));
		expect(refusal).toMatch(/has no streaming export.*Convex Trigger/);
	});

	it.each([
		["that is a proxy's page", '/api/v1/data/sync'],
		['of a request before it', '/api/query'],
	])('%s says nothing of the feed', async (_which, path) => {
		await use.deployment.addFault({ ...notFound, path });
		const refusal = await refusalOf(use.workflow(['tasks'], { startFrom: 'beginning' }));
		expect(refusal).toMatch(/HTTP status 404.*'Deployment URL'/);
		expect(refusal).not.toMatch(/streaming export/);
	});
});

it('what helps names no option of the Convex node', async () => {
	const body = { code: 'OptimisticConcurrencyControlFailure', message: 'Again' };
	const fault = { kind: 'answer', status: 503, body, times: 9, path: '/api/query' } as const;
	await use.deployment.addFault(fault);
	const refusal = await refusalOf(use.workflow(['tasks']));
	expect(refusal).toContain('Others kept changing the same data at that moment. Try again later.');
});

describe('a deployment that is unavailable', () => {
	it('fails the activation by a user, who is there to see it', async () => {
		const credential = { ...use.credential, deploymentUrl: await unusedUrl() };
		const refusal = await refusalOf(use.workflow(['tasks'], {}, { credential }));
		expect(refusal).toMatch(/Nothing answers at the deployment URL/);
	});

	it('fails a run by hand', async () => {
		const credential = { ...use.credential, deploymentUrl: await unusedUrl() };
		const workflow = use.workflow(['tasks'], {}, { credential });
		await expect(workflow.execute()).rejects.toThrow(/Nothing answers at the deployment URL/);
	});

	it('does not keep the trigger from coming back with n8n, and is told by the next poll', async () => {
		const first = await use.activate(['tasks']);
		await use.createTask('a');
		await first.poll();
		await use.createTask('b');
		await use.deployment.goDown();
		const second = await use.restart(first);
		await second.poll();
		expect(second.failures).toMatchObject([
			{
				message: expect.stringMatching(/Nothing answers/),
				failure: { cause: 'temporarily-unavailable' },
			},
		]);
		await use.deployment.comeBack();
		expect(await second.poll()).toMatchObject([{ document: { title: 'b' } }]);
	});

	it.each([
		['a page that a proxy has in its place', 404, 'page not found'],
		['a web page', 200, '<html>We are back soon</html>'],
	])('is one behind a proxy too, while n8n starts: %s', async (_what, status, body) => {
		const first = await use.activate(['tasks']);
		await use.createTask('a');
		await first.poll();
		await use.createTask('b');
		await use.deployment.addFault({ kind: 'answer', path: 'data/sync', status, body, times: 1 });
		const second = await use.restart(first);
		expect(await second.poll()).toMatchObject([{ document: { title: 'b' } }]);
		expect(second.failures).toEqual([]);
	});

	it('does not keep a workflow from starting that has never run', async () => {
		await use.deployment.goDown();
		const workflow = use.workflow(['tasks'], {}, { mode: 'init' });
		await workflow.activate();
		await use.deployment.comeBack();
		await workflow.poll();
		await use.createTask('a');
		expect(await workflow.poll()).toHaveLength(1);
	});
});

describe('what is refused while n8n starts does not end the trigger, and is told by each poll', () => {
	it('a plan, until it has streaming export again', async () => {
		const first = await use.activate(['tasks']);
		await use.createTask('a');
		await first.poll();
		await use.createTask('b');
		await use.deployment.setStreamingExport(false);
		const second = await use.restart(first);
		await second.poll();
		await second.poll();
		const told = { message: expect.stringMatching(/no streaming export/) };
		expect(second.failures).toMatchObject([told, told]);
		await use.deployment.setStreamingExport(true);
		expect(await second.poll()).toMatchObject([{ document: { title: 'b' } }]);
	});

	it('a key, until the credential has another', async () => {
		const credential: CredentialValues = { ...use.credential };
		const first = await use.activate(['tasks'], {}, { credential });
		await use.createTask('a');
		credential.token = 'wrong|0123456789abcdef';
		const second = await use.restart(first);
		await second.poll();
		expect(second.failures).toMatchObject([{ failure: { cause: 'credential-invalid' } }]);
		credential.token = use.deployment.deployKey;
		expect(await second.poll()).toMatchObject([{ document: { title: 'a' } }]);
	});

	it('a table that is not there, in a workflow that has never run', async () => {
		const workflow = use.workflow(['task'], {}, { mode: 'init' });
		await workflow.activate();
		expect(workflow.warnings.join()).toMatch(/has no table 'task'/);
		await workflow.poll();
		expect(workflow.failures).toMatchObject([
			{ message: expect.stringMatching(/no table 'task'/) },
		]);
	});
});

it('an expression may give the tables as a list or as text', async () => {
	const workflow = await use.activate('={{ "tasks, boards" }}');
	await use.createTask('a');
	await use.mutate('boards:put', { name: 'b', value: 1 });
	const items = await workflow.poll();
	expect(items?.map(({ table }) => table)).toEqual(['tasks', 'boards']);
	const ofList = await use.activate('={{ ["tasks"] }}');
	await use.createTask('c');
	expect(await ofList.poll()).toHaveLength(1);
});
