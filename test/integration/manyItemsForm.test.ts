import { NodeHelpers, type IDataObject } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import type { ConvexRunOptions } from '../support/convexNode';
import { callConvexTool, requestConvexTool } from '../support/agents';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany, creatingMany, mapped } from '../support/manyItems';

const convex = useEmbeddedDeployment('deployKey');

const form = (operation: string, path: string, listArgument: unknown, more: IDataObject = {}) =>
	({
		operation,
		functionPath: { __rl: true, mode: 'list', value: path },
		callFor: 'manyItems',
		listArgument,
		argumentsMode: 'mapping',
		options: {},
		...more,
	}) as ConvexRunOptions['parameters'];
const named = (value: string) => ({ __rl: true, mode: 'list', value });

describe('the list of list arguments', () => {
	const search = async (operation: string, path: string, filter?: string) =>
		await convex.form(form(operation, path, named(''))).searchListArguments(filter);

	it('has the arguments of the function that take a list, with what is in it', async () => {
		expect(await search('query', 'values:lists')).toEqual([
			{ name: 'anything', value: 'anything', description: 'array of any' },
			{ name: 'ids', value: 'ids', description: 'array of ID of tasks' },
			{ name: 'nullable', value: 'nullable', description: 'array of string' },
			{ name: 'rows', value: 'rows', description: 'array of object {big, at?, note?}' },
			{ name: 'several', value: 'several', description: 'array of (int64 or string)' },
		]);
		expect((await search('query', 'values:lists', ' ROW')).map(({ value }) => value)).toEqual([
			'rows',
		]);
		expect(await search('run', 'tasks:createMany')).toEqual([
			{ name: 'tasks', value: 'tasks', description: 'array of object {title, dueAt?, priority?}' },
		]);
	});

	it.each([
		['mutation', 'tasks:create', /no argument that takes a list\. Set 'Call For' to 'Each Item'/],
		['query', 'values:describeAll', /declares no arguments.*Write the argument's name 'By Name'/],
		['query', 'tasks:createMany', /'tasks:createMany' is a mutation, not a query/],
		['mutation', '', /No function is chosen in 'Function' yet/],
		['mutation', '={{ $json.fn }}', /'Function' is an expression/],
	])('says why it is empty: %s %s', async (operation, path, sentence) => {
		await expect(search(operation, path)).rejects.toThrow(sentence);
	});
});

describe('the form of an item of calls for many', () => {
	const fieldsOf = async (path: string, listArgument: unknown, operation = 'query') => {
		const { fields, emptyFieldsNotice } = await convex
			.form(form(operation, path, listArgument))
			.getArguments();
		return emptyFieldsNotice ?? fields.map(({ displayName, required }) => [displayName, required]);
	};

	it('has the fields of the list’s element', async () => {
		expect(await fieldsOf('tasks:createMany', named('tasks'), 'mutation')).toEqual([
			['title', true],
			['dueAt (number or ISO date)', false],
			['priority (number or ISO date)', false],
		]);
		expect(await fieldsOf('values:lists', { mode: 'name', value: ' rows ' })).toEqual([
			['big (int64)', true],
			['at (number or ISO date)', false],
			['note', false],
		]);
	});

	it('has one field where the elements are no objects', async () => {
		expect(await fieldsOf('values:lists', named('ids'))).toEqual([['value (ID of tasks)', true]]);
		expect(await fieldsOf('values:lists', named('several'))).toEqual([
			['value (int64 or string)', true],
		]);
	});

	it.each([
		['values:lists', named('anything'), /may be anything\. Set 'Arguments' to/],
		['values:lists', named('text'), /'List Argument' names 'text', which takes no list/],
		['values:lists', named('nope'), /'List Argument' names 'nope', which the function does not/],
		['values:lists', named(''), /'List Argument' is empty\. Choose the argument/],
		['values:lists', named('={{ $json.list }}'), /'List Argument' is an expression.*'Using JSON'/],
		['values:describeAll', named('rows'), /declares no arguments, so it takes any/],
	])('says why it has no fields: %s %j', async (path, listArgument, sentence) => {
		expect(await fieldsOf(path, listArgument)).toMatch(sentence);
	});

	it('has the arguments of the function while each item has a call of its own', async () => {
		const each = form('mutation', 'tasks:createMany', named('tasks'), { callFor: 'eachItem' });
		const { fields } = await convex.form(each).getArguments();
		expect(fields.map(({ id }) => id)).toEqual(['tasks', 'status']);
	});

	it('is read again when the list argument changes', () => {
		const { properties } = new Convex().description;
		const { typeOptions } = properties.find(({ name }) => name === 'mappedArguments') ?? {};
		expect(typeOptions?.loadOptionsDependsOn).toEqual(
			expect.arrayContaining(['callFor', 'listArgument.value', 'functionPath.value']),
		);
	});

	it('shows what belongs to calls for many items with these only', () => {
		const { description } = new Convex();
		const shownWith = (callFor: string) =>
			description.properties
				.filter((property) =>
					NodeHelpers.displayParameter(
						{ resource: 'function', operation: 'mutation', callFor },
						property,
						null,
						description,
					),
				)
				.map(({ name }) => name);
		const ofMany = ['listArgument', 'sharedArguments', 'itemsPerCall'];
		expect(shownWith('manyItems')).toEqual(expect.arrayContaining(['callFor', ...ofMany]));
		const ofEach = shownWith('eachItem');
		expect(ofEach).toContain('callFor');
		expect(ofEach.filter((name) => ofMany.includes(name))).toEqual([]);
	});
});

describe('as a tool of an AI Agent, a call for many items', () => {
	const title = "={{ $fromAI('title', 'Title of the task', 'string') }}";

	it('has a list of the one item that the model gives', async () => {
		const result = await callConvexTool(
			{ credential: convex.credential, parameters: creatingMany({}, mapped({ title })) },
			[{ title: 'From the model' }],
		);
		expect(result?.schema).toEqual(['title']);
		expect(JSON.parse(String(result?.answer))).toEqual([
			{ value: expect.any(String), logLines: ["[LOG] 'creating' 1 'tasks'"] },
		]);
	});

	it('is not to be repeated when its answer was lost, says the message', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const result = await requestConvexTool(
			{
				credential: convex.credential,
				parameters: addingMany({ element: '={{ JSON.stringify($json.key) }}' }),
			},
			{ key: 'a' },
		);
		expect(String(result?.answer)).toContain('The function may have run: do not call it again');
		expect(await convex.deployment.executions()).toMatchObject({ 'counters:addMany': 1 });
	});
});
