import type { IDataObject } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany } from '../support/manyItems';
import { useSecondApp } from '../support/secondApp';

const convex = useEmbeddedDeployment('deployKey');
/** Its app has a component twice. */
const second = useSecondApp();
const continuing = { onError: 'continueErrorOutput' } as const;
const COMPONENT = {
	operation: 'action',
	path: 'files:storeMany',
	listArgument: 'texts',
	shared: {},
};

/** What differs, the values that it has, two items each, and how the items end in how many calls. */
const DIFFERENCES: Array<
	[
		what: string,
		parameters: object,
		values: unknown[],
		ends: { succeeded: number; failed: number; calls: number },
	]
> = [
	[
		'in shared arguments',
		{ sharedArguments: '={{ { name: $json.by } }}' },
		['a', 'b', 'a'],
		{ succeeded: 6, failed: 0, calls: 3 },
	],
	[
		'in the function',
		{ operation: 'run', functionPath: '={{ $json.by }}' },
		['counters:addMany', 'counters:noteMany', 'nope:nope'],
		{ succeeded: 4, failed: 2, calls: 2 },
	],
	[
		'in the list argument',
		{ listArgument: '={{ $json.by }}' },
		['keys', 'kys', 'keys'],
		{ succeeded: 4, failed: 2, calls: 1 },
	],
	[
		'in an option',
		{ options: { timeout: '={{ $json.by }}' } },
		[60_000, 50_000, 50_000],
		{ succeeded: 6, failed: 0, calls: 2 },
	],
	[
		'in the format of the result',
		{ options: { valueFormat: '={{ $json.by }}' } },
		['json', 'encoded', 'json'],
		{ succeeded: 6, failed: 0, calls: 3 },
	],
	[
		'in the shape of the output',
		{ output: '={{ $json.by }}' },
		['full', 'value', 'full'],
		{ succeeded: 6, failed: 0, calls: 3 },
	],
];

const executionCount = async () => {
	const executions = await convex.deployment.executions();
	return Object.entries(executions)
		.filter(([path]) => !path.startsWith('_system'))
		.reduce((sum, [, count]) => sum + count, 0);
};

const inTwos = (values: unknown[]) =>
	values.flatMap((by, index) => [0, 1].map((item) => ({ by, key: `${index}/${item}` })));

describe('items whose calls differ', () => {
	it.each(DIFFERENCES)(
		'go into calls of their own: %s',
		async (_what, parameters, values, ends) => {
			const { success, error } = await convex.run({
				parameters: addingMany({}, parameters),
				input: inTwos(values) as IDataObject[],
				settings: continuing,
			});
			const calls = await executionCount();
			expect({ succeeded: success.length, failed: error.length, calls }).toEqual(ends);
			for (const { json } of success) expect(json.value).toMatch(/^\d\/\d$/);
		},
	);

	it('go into calls of their own: in the deployment', async () => {
		const { deploymentUrl } = convex.credential;
		const other = String(deploymentUrl).replace('127.0.0.1', 'localhost');
		const { success } = await convex.run({
			parameters: addingMany(),
			credential: { ...convex.credential, deploymentUrl: '={{ $json.by }}' },
			input: inTwos([deploymentUrl, other, deploymentUrl]) as IDataObject[],
		});
		expect(success).toHaveLength(6);
		expect(await executionCount()).toBe(3);
	});

	it('go into calls of their own: in the component', async () => {
		const { url, deployKey } = second.deployment;
		const credential = { deploymentUrl: url, authentication: 'deployKey', token: deployKey };
		const options = { componentPath: '={{ $json.by }}' };
		const { success, stoppedBy } = await second.run({
			credential,
			parameters: addingMany({ ...COMPONENT, options }),
			input: inTwos(['parts', 'spareParts', 'spareParts']) as IDataObject[],
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => json.value)).toEqual(inTwos([1, 2, 3]).map(({ key }) => key));
		const countIn = async (componentPath: string) => {
			const parameters = calling('query', 'files:count', {}, { componentPath });
			return (await second.run({ credential, parameters })).success[0]?.json.value;
		};
		expect([await countIn('parts'), await countIn('spareParts')]).toEqual([2, 4]);
	});

	it('keep their order, where they belong to several lists', async () => {
		const input = ['a', 'b', 'b', 'a', 'a'].map((of, index) => ({ of, key: `${of}${index}` }));
		const { success } = await convex.run({
			parameters: addingMany({ shared: '={{ { name: $json.of } }}' }),
			input,
		});
		expect(success.map(({ json }) => json.value)).toEqual(['a0', 'b1', 'b2', 'a3', 'a4']);
		const calls = await convex.deployment.receivedCalls();
		const lists = calls
			.filter(({ path }) => path === 'counters:addMany')
			.map(({ args }) => (args as IDataObject).keys);
		expect(lists).toEqual([['a0'], ['b1', 'b2'], ['a3', 'a4']]);
	});
});
