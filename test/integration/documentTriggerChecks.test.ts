import { tablesOf } from '../support/documentWrites';
import type { HostKind } from '../support/polls';
import { usePolls } from '../support/pollsOfTest';

/** The names of tables and fields are looked for where a user has given them, and not at each poll. */
const use = usePolls();

const tables = tablesOf(use);

const HOSTS: HostKind[] = ['live', 'reloading', 'durable'];

const excluding = { excludedFields: ['loose.email'] };

const requests = async () => {
	const { endpoints } = await use.deployment.requestStats();
	return endpoints['/api/query']?.requests ?? 0;
};

it.each(HOSTS)('a poll without a change asks for changes alone: %s', async (host) => {
	await tables.add('loose', { name: 'a', email: 'a@example.com' });
	const workflow = await use.activate(['loose'], excluding, { host });
	await workflow.poll();
	const before = await requests();
	for (let poll = 0; poll < 3; poll++) await workflow.poll();
	expect(await requests()).toBe(before);
	expect(workflow.failures).toEqual([]);
});

describe.each(HOSTS)('a field that no document has any more: %s', (host) => {
	const activated = async () => {
		const [first] = await tables.add('loose', { name: 'a', email: 'a@example.com' });
		const workflow = await use.activate(['loose', 'tasks'], excluding, { host });
		await tables.add('loose', { name: 'b' });
		await tables.remove(first?._id);
		await use.createTask('new');
		return workflow;
	};

	it('does not stop the trigger', async () => {
		const workflow = await activated();
		expect(await workflow.poll()).toMatchObject([
			{ table: 'loose', change: 'written' },
			{ table: 'loose', change: 'deleted' },
			{ table: 'tasks', change: 'written' },
		]);
		expect(workflow.failures).toEqual([]);
	});

	it('does not keep a user from changing something else', async () => {
		const before = await activated();
		await before.poll();
		await before.deactivate();
		const workflow = before.restarted({ mode: 'update' });
		await workflow.activate();
		await use.createTask('newer');
		expect(await workflow.poll()).toMatchObject([{ table: 'tasks' }]);
		await workflow.deactivate();
	});

	it('is refused to a user who names it anew', async () => {
		const before = await activated();
		await before.poll();
		const refusal = /'Excluded Field Names or IDs': .* no field 'email'/;
		await expect(use.activate(['loose'], excluding, { host })).rejects.toThrow(refusal);
	});
});

it('a failed poll says once what helps, also where each poll has a context of its own', async () => {
	const workflow = await use.activate(['tasks'], {}, { host: 'reloading' });
	await use.createTask('a');
	await workflow.poll();
	const body = { code: 'Whatever', message: 'No' };
	const path = '/api/v1/data/sync';
	await use.deployment.addFault({ path, kind: 'answer', status: 400, body, times: 9 });
	await workflow.poll();
	const [{ message, description } = { message: '' }] = workflow.failures;
	expect(message).toMatch(/^No\. The deployment refused the request/);
	expect(description ?? '').toBe('');
});

it('a status 404 does not take streaming export from a deployment that had it', async () => {
	const workflow = await use.activate(['tasks']);
	await use.createTask('a');
	await workflow.poll();
	const fault = {
		path: '/api/v1/data/sync',
		kind: 'answer',
		status: 404,
		body: 'not found',
	} as const;
	await use.deployment.addFault({ ...fault, times: 9 });
	await workflow.poll();
	expect(workflow.failures).toMatchObject([{ message: expect.stringMatching(/status 404/) }]);
	expect(workflow.failures[0]?.message).not.toMatch(/streaming export/);
});
