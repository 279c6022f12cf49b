import { sleep, type ITriggerFunctions } from 'n8n-workflow';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { startTrigger } from '../../nodes/Convex/triggers/query/activate';
import { startMalformedMessageServer } from '../support/misbehavingSyncServers';
import { userOf } from '../support/convexNode';
import { watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';
import { Arrivals, until } from '../support/waiting';

const use = useTriggers('deployKey');

const refuseOverHttp = async (path: string, code: string, message: string, { skip = 0 } = {}) =>
	await use.deployment.addFault({
		kind: 'answer',
		path,
		status: 401,
		body: { code, message },
		times: 100,
		skip,
	});

describe('an activation', () => {
	it('refuses a deploy key of another deployment', async () => {
		const trigger = use.trigger(watching('tasks:list'), {
			credential: { ...use.credential, token: 'other|0123' },
		});
		await expect(trigger.activate()).rejects.toThrow(
			/admin key.*[Tt]he deploy key does not belong/,
		);
	});

	it('asks once about a key that is refused over the live connection while it asks', async () => {
		const path = '/api/check_admin_key';
		await use.deployment.addFault({ kind: 'delay', path, ms: 600, times: 100 });
		const trigger = use.trigger(watching('tasks:list'), {
			credential: { ...use.credential, token: 'other|0123' },
		});
		await expect(trigger.activate()).rejects.toThrow(/admin key.*publish the workflow again/);
		await use.socketsClosed();
		expect((await use.deployment.requestStats()).endpoints[path]?.requests).toBe(1);
	});

	it('refuses a token that is expired, also after a restart of n8n', async () => {
		const token = await use.deployment.signToken({ exp: 1_000_000 });
		const trigger = use.trigger(watching('tasks:list'), {
			credential: { deploymentUrl: use.deployment.url, authentication: 'bearerToken', token },
			mode: 'init',
		});
		await expect(trigger.activate()).rejects.toThrow(/Get a new token/);
	});

	it('refuses a key that is refused first when the form of the arguments is asked for', async () => {
		// A key of its own: the form of another may be known still.
		const token = await use.deployment.createKey(['deployment:data:view']);
		const message = 'The provided admin key was invalid';
		await refuseOverHttp('/api/query', 'BadAdminKey', message);
		await refuseOverHttp('check_admin_key', 'BadAdminKey', message, { skip: 1 });
		const trigger = use.trigger(
			watching(
				'counters:get',
				{},
				{
					argumentsMode: 'mapping',
					mappedArguments: { mappingMode: 'defineBelow', value: { name: 'a' } },
				},
			),
			{ credential: { ...use.credential, token }, mode: 'init' },
		);
		await expect(trigger.activate()).rejects.toThrow(/publish the workflow again/);
		expect(trigger.failedExecutions.all).toEqual([]);
	});
});

describe('a deploy key that lacks a permission', () => {
	const viewing = async () => ({
		...use.credential,
		token: await use.deployment.createKey(['deployment:data:view']),
	});

	it.each([
		['an internal query', 'runInternalQueries', watching('jobs:status')],
		[
			'the user to act as',
			'actAsUser',
			watching(
				'users:whoami',
				{},
				{ options: { actAsUser: userOf({ issuer: 'i', subject: 's' }) } },
			),
		],
	])('for %s is refused when the user publishes', async (_what, permission, parameters) => {
		const trigger = use.trigger(parameters, { credential: await viewing() });
		await expect(trigger.activate()).rejects.toThrow(
			`Use a deploy key that has the permission 'deployment:functions:${permission}'.`,
		);
		expect(trigger.failedExecutions.all).toEqual([]);
		await use.socketsClosed();
	});

	it('after a restart of n8n is reported once, and works once it has it and is published again', async () => {
		const credential = await viewing();
		const parameters = watching('jobs:status', {}, { emitInitialResult: true });
		const trigger = await use.activate(parameters, { credential, mode: 'init' });
		const { description } = await trigger.failedExecutions.until(() => true);
		expect(description).toBe(
			"Use a deploy key that has the permission 'deployment:functions:runInternalQueries'. Then unpublish the workflow and publish it again: the trigger does not recover on its own.",
		);
		credential.token = use.deployment.deployKey;
		await trigger.deactivate();
		await trigger.activate();
		await trigger.nthStart(1);
		expect(trigger.failedExecutions.all).toHaveLength(1);
	});
});

describe('a credential that is refused while the trigger is activated', () => {
	it('after the first result came, and before the deployment answered over HTTP, fails it', async () => {
		await use.deployment.addFault({ kind: 'delay', path: 'check_admin_key', ms: 60_000 });
		const trigger = use.trigger(watching('tasks:list'));
		const activated = trigger.activate();
		await use.untilSockets((sockets) => sockets === 1);
		await until(async () => ((await use.deployment.requestStats()).faults.delay ?? 0) >= 1);
		await sleep(500);
		await refuseOverHttp('check_admin_key', 'BadAdminKey', 'The provided admin key was invalid');
		await use.deployment.expireAuth();
		await expect(activated).rejects.toThrow(/publish the workflow again/);
		await use.socketsClosed();
	});
});

describe('a credential that is refused while the trigger runs', () => {
	it.each(['activate', 'init'] as const)(
		'ends it, and no activation after it succeeds (%s)',
		async (mode) => {
			const { savedStaticData: staticData } = await use.activate(watching('tasks:list'));
			const trigger = await use.activate(watching('tasks:list'), { staticData, mode });
			await refuseOverHttp('check_admin_key', 'BadAdminKey', 'The provided admin key was invalid');
			await use.deployment.expireAuth();
			await trigger.reactivations.until(() => trigger.reactivations.all.length === 5);
			expect(trigger.reactivations.all).toEqual([false, false, false, false, false]);
			expect(trigger.fatalErrors.all).toHaveLength(1);
			expect(trigger.failedExecutions.all).toEqual([
				{
					message: expect.stringContaining('The provided admin key was invalid'),
					description: expect.stringContaining('publish the workflow again'),
				},
			]);
			await use.socketsClosed();
		},
	);

	it('ends it, though n8n throws when it is told of that', async () => {
		const told = new Arrivals<Error>();
		const nodeType = Object.assign(new ConvexTrigger(), {
			async trigger(this: ITriggerFunctions) {
				const emitError = (error: Error) => {
					told.add(error);
					throw new Error('n8n shuts down');
				};
				return await startTrigger(Object.create(this, { emitError: { value: emitError } }));
			},
		});
		const trigger = await use.activate(watching('tasks:list'), { nodeType });
		await refuseOverHttp('check_admin_key', 'BadAdminKey', 'The provided admin key was invalid');
		await use.deployment.expireAuth();
		await told.until(({ message }) => message.includes('admin key was invalid'));
		await use.socketsClosed();
		expect(trigger.failedExecutions.all).toHaveLength(1);
	});

	it('ends it for a token that is no longer valid', async () => {
		const token = await use.deployment.signToken({ name: 'Ada' });
		const trigger = await use.activate(watching('tasks:list'), {
			credential: { deploymentUrl: use.deployment.url, authentication: 'bearerToken', token },
		});
		await refuseOverHttp('/api/query', 'Unauthenticated', 'Could not verify OIDC token claim.');
		await use.deployment.expireAuth();
		await trigger.reactivations.until(() => trigger.reactivations.all.length === 5);
		expect(trigger.reactivations.all).not.toContain(true);
		expect(trigger.failedExecutions.all).toEqual([
			expect.objectContaining({ message: expect.stringContaining('Get a new token') }),
		]);
	});

	it.each([
		['because the sign-in provider is away', 'AuthProviderDiscoveryFailed'],
		['by the code of a gateway', 'ACCESS_DENIED'],
		['by the number of a firewall', '1020'],
	])('%s, which passes, does not end it', async (_why, code) => {
		const token = await use.deployment.signToken({ name: 'Ada' });
		const trigger = await use.activate(watching('tasks:list'), {
			credential: { deploymentUrl: use.deployment.url, authentication: 'bearerToken', token },
		});
		await refuseOverHttp('/api/query', code, 'Not now');
		await use.deployment.expireAuth();
		const checked = async () => ((await use.deployment.requestStats()).faults.answer ?? 0) >= 1;
		await until(checked);
		await use.deployment.reset();
		await use.untilSockets((sockets) => sockets === 1);
		await use.mutate('tasks:create', { title: 'x' });
		await trigger.nthStart(1);
		expect(trigger.fatalErrors.all).toEqual([]);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('over the live connection at great length never has the query run for nobody', async () => {
		const token = await use.deployment.signToken({ name: 'Ada' });
		const error = 'no'.repeat(20_000);
		const refusal = { type: 'AuthError', error, baseVersion: 0, authUpdateAttempted: true };
		const server = await startMalformedMessageServer(use.deployment.url, [JSON.stringify(refusal)]);
		const deploymentUrl = server.url;
		const trigger = await use.activate(watching('users:whoami', {}, { emitInitialResult: true }), {
			credential: { deploymentUrl, authentication: 'bearerToken', token },
		});
		const { items } = await trigger.nthStart(1);
		expect(items[0]).toMatchObject({ value: { name: 'Ada' } });
		await trigger.deactivate();
		await server.stop();
	});

	it('only over the live connection is tried again, and does not go round in circles', async () => {
		const trigger = await use.activate(watching('tasks:list'));
		await use.deployment.expireAuth();
		await use.untilSockets((sockets) => sockets === 0);
		expect(trigger.fatalErrors.all).toEqual([]);
		await use.deployment.reset();
		await use.untilSockets((sockets) => sockets === 1);
		await use.mutate('tasks:create', { title: 'x' });
		await trigger.nthStart(1);
		expect(trigger.fatalErrors.all).toEqual([]);
	});
});
