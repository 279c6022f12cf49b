import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { callConvexTool } from '../support/agents';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

const increment: INodeParameters = {
	operation: 'mutation',
	functionPath: { __rl: true, mode: 'list', value: 'counters:increment' },
	argumentsMode: 'json',
	argumentsJson: "={{ $fromAI('args', 'The arguments', 'json') }}",
	options: { maxRetries: 0 },
};

const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const call = async (parameters: INodeParameters, settings: IDataObject, calls: IDataObject[]) =>
	await callConvexTool(
		{
			credential: built.credential,
			nodeType: built.nodeType(),
			credentialType: built.credentialType(),
			parameters,
			settings,
		},
		calls,
	);

it('takes typed arguments from the model', async () => {
	const result = await call(
		{
			operation: 'mutation',
			functionPath: { __rl: true, mode: 'list', value: 'tasks:create' },
			argumentsMode: 'mapping',
			mappedArguments: {
				mappingMode: 'defineBelow',
				value: {
					title: "={{ $fromAI('title', 'Title of the task', 'string') }}",
					priority: "={{ $fromAI('priority', '1 to 5', 'number') }}",
				},
			},
			options: {},
		},
		{},
		[{ title: 'From the model', priority: 3 }],
	);
	expect(result?.schema).toEqual(['title', 'priority']);
	expect(JSON.parse(String(result?.answer))).toMatchObject([{ value: expect.any(String) }]);
});

it('gives the model the error', async () => {
	const parameters = {
		...increment,
		functionPath: { __rl: true, mode: 'list', value: 'failures:refuse' },
	};
	const result = await call(parameters, {}, [{ args: { data: 'sold out' } }]);
	expect(result?.answer).toMatch(/ConvexError: .*sold out/);
});

it('is not run again by Retry On Fail when its answer was lost', async () => {
	await built.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
	const result = await call(increment, retrying, [{ args: { name: 'a' } }]);
	expect(result?.answer).toMatch(/connection broke/);
	expect(await built.deployment.executions()).toEqual({ 'counters:increment': 1 });
});

it('is run once for each of the calls that a model makes at once', async () => {
	const args = { args: { name: 'a' } };
	const result = await call(increment, retrying, [args, { ...args }, { ...args }]);
	expect([result?.others].flat()).toHaveLength(2);
	expect(await built.deployment.executions()).toEqual({ 'counters:increment': 3 });
});
