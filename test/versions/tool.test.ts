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

it('gets a long result cut, with a note', async () => {
	const parameters = {
		...increment,
		operation: 'query',
		functionPath: { __rl: true, mode: 'list', value: 'values:echo' },
	};
	const value = Array.from({ length: 1_000 }, (_, number) => ({ number, text: 'a row of a list' }));
	const answer = String((await call(parameters, {}, [{ args: { value } }]))?.answer);
	expect(answer.length).toBeLessThan(20_500);
	expect(JSON.parse(answer)).toEqual([
		{ value: expect.arrayContaining([value[0]]), logLines: [] },
		{ note: expect.stringMatching(/entries of 'value' are left out/) },
	]);
});

it('is refused where it takes the input item, which is not what the model gave', async () => {
	const result = await call({ ...increment, argumentsMode: 'item' }, {}, [{}]);
	expect(result?.answer).toMatch(/'Arguments: Using Input Item' does not work in a tool/);
	expect(await built.deployment.executions()).toEqual({});
});

it('takes the rows of an import from the model', async () => {
	const table = { __rl: true, mode: 'name', value: 'tasks' };
	const parameters = { resource: 'document', operation: 'import', table };
	const rows = [{ title: 'A', status: 'open' }];
	const result = await call(parameters, {}, [{ rows }]);
	expect(result?.schema).toEqual(['rows']);
	expect(JSON.parse(String(result?.answer))).toEqual([
		{ table: 'tasks', mode: 'append', imported: 1 },
	]);
});
