import type { ConvexRunOptions } from '../support/convexNode';
import { unusedUrl } from '../support/awkwardServers';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

const form = (operation: string, path: string) =>
	built.form({
		operation,
		functionPath: { __rl: true, mode: 'list', value: path },
		argumentsMode: 'mapping',
		options: {},
	} as ConvexRunOptions['parameters']);

it("lists the deployment's functions", async () => {
	const results = await form('mutation', '').searchFunctions('tasks');
	expect(results.map(({ name }) => name)).toEqual([
		'tasks:complete',
		'tasks:create',
		'tasks:createMany',
	]);
});

it("makes a form of a function's arguments", async () => {
	const { fields } = await form('mutation', 'tasks:create').getArguments();
	expect(fields.map(({ id, type, required }) => [id, type, required])).toEqual([
		['title', 'string', true],
		['dueAt', 'number', false],
		['priority', 'number', false],
	]);
});

it('says what is wrong in the place of the list', async () => {
	const unreachable = { ...built.credential, deploymentUrl: await unusedUrl() };
	await expect(
		built.form({ operation: 'query', options: {} }, unreachable).searchFunctions(),
	).rejects.toThrow(/connection was refused\. Check the credential's 'Deployment URL'/);
});

it('calls with the arguments of the form, in their types', async () => {
	const { success } = await built.run({
		parameters: {
			operation: 'mutation',
			functionPath: { __rl: true, mode: 'list', value: 'tasks:create' },
			argumentsMode: 'mapping',
			mappedArguments: {
				mappingMode: 'defineBelow',
				value: { title: '={{ $json.name }}', priority: '2', dueAt: null },
			} as never,
			options: {},
		},
		input: [{ name: 'One' }],
	});
	expect(success[0]?.json.value).toEqual(expect.any(String));
});

describe("the credential's test", () => {
	const fields = () => ({
		deploymentUrl: built.deployment.url,
		authentication: 'deployKey',
		token: built.deployment.deployKey,
	});

	it('accepts a good key', async () => {
		expect(await built.testCredential(fields())).toMatchObject({ status: 'OK' });
	});

	it('refuses a bad key, and says so', async () => {
		const result = await built.testCredential({ ...fields(), token: 'local-deployment|00' });
		expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(/admin key/) });
	});

	it('says that nothing answers', async () => {
		const result = await built.testCredential({ ...fields(), deploymentUrl: await unusedUrl() });
		expect(result).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/connection was refused/),
		});
	});
});
