import { CredentialTestContext } from 'n8n-core';
import { Convex } from '../../nodes/Convex/Convex.node';
import { calling } from '../support/convexNode';
import { startReverseProxy, type ReverseProxy } from '../support/reverseProxy';
import { addingKeys, keys } from '../support/sessions';
import { watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

describe('a deployment below a path that contains api', () => {
	let proxy: ReverseProxy;
	beforeEach(async () => {
		proxy = await startReverseProxy(use.deployment.url, '/api/convex');
	});
	afterEach(async () => {
		await proxy.stop();
		expect(proxy.strayRequests).toEqual([]);
	});
	const credential = () => ({ ...use.credential, deploymentUrl: proxy.url });

	it('is called over HTTP, by path and at a snapshot too', async () => {
		for (const parameters of [
			calling('query', 'values:echo', { value: 1 }),
			calling('mutation', 'values:echoMutation', { value: 1 }),
			calling('run', 'values:echo', { value: 1 }),
			calling('query', 'values:echo', { value: 1 }, { snapshot: true }),
			calling('query', 'values:echo', { value: 1 }, { batchSize: 5 }),
		]) {
			const { success } = await use.run({ parameters, credential: credential(), input: [{}, {}] });
			expect(success.map(({ json }) => json.value)).toEqual([1, 1]);
		}
	});

	it('is called in a session', async () => {
		const { success } = await use.run({
			parameters: addingKeys(),
			credential: credential(),
			input: keys(3),
		});
		expect(success.map(({ json }) => json.value)).toEqual(keys(3).map(({ key }) => key));
		expect(proxy.upgrades()).toBe(1);
	});

	it('is watched by a trigger', async () => {
		const trigger = await use.activate(watching('counters:get', { name: 'a' }), {
			credential: credential(),
		});
		await use.mutate('counters:increment', { name: 'a' });
		expect((await trigger.nthStart(1)).items).toEqual([expect.objectContaining({ value: 1 })]);
		expect(proxy.upgrades()).toBe(1);
		await trigger.deactivate();
	});

	it('passes the test of the credential, and fills in the list', async () => {
		for (const end of ['', '/', '/api', '/api/query']) {
			const data = { ...use.credential, deploymentUrl: `${proxy.url}${end}` };
			const tested = { id: '1', name: 'Convex', type: 'convexApi', data };
			const { convexApiTest } = new Convex().methods.credentialTest;
			expect(await convexApiTest.call(new CredentialTestContext(), tested)).toEqual({
				status: 'OK',
				message: 'Connection successful!',
			});
			const { searchFunctions } = use.form({ operation: 'query' }, data);
			expect(await searchFunctions('values:describeAll')).toHaveLength(1);
		}
	});
});

describe('an expression in the place of a function of the list', () => {
	const chosen = (operation: string, value: string) => ({
		...calling(operation, ''),
		functionPath: { __rl: true, mode: 'list', value: '={{ $json.path }}' },
		argumentsJson: value,
	});

	it.each([
		'../v1:pause_deployment',
		'..:list',
		'a/../../v1:pause_deployment',
		'./values:echo',
		'%2e%2e/v1:pause_deployment',
		'..%2fv1:pause_deployment',
		'..\\v1:pause_deployment',
		'\u2025/v1:pause_deployment',
		'\uff0e\uff0e/v1:pause_deployment',
		'/v1:pause_deployment',
		'values//:echo',
		'values:echo/..',
		'values:..',
		'values:echo?format=xml',
		'values:echo#',
		'values:ec ho',
		'values\u0000:echo',
	])('is refused before anything is sent: %j', async (path) => {
		for (const operation of ['query', 'mutation', 'action', 'run']) {
			const { stoppedBy } = await use.run({
				parameters: chosen(operation, '{}'),
				input: [{ path }],
			});
			expect(stoppedBy?.message).toMatch(/function path/i);
			expect(stoppedBy?.context.data).toMatchObject({ kind: 'input', outcome: 'notExecuted' });
		}
		expect((await use.deployment.requestStats()).requests).toBe(0);
	});

	it('calls what the list offers, and what people write', async () => {
		const offered = await use.form({ operation: 'run' }).searchFunctions();
		expect(offered.length).toBeGreaterThan(50);
		for (const path of ['values:echo', 'api.values.echo', 'values.js:echo']) {
			const { success } = await use.run({
				parameters: chosen('run', '{ "value": 1 }'),
				input: [{ path }],
			});
			expect(success[0]?.json.value).toBe(1);
		}
	});
});
