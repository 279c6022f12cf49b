import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { parseComponentPath } from '../../../../nodes/Convex/convex/functions/componentPath';
import {
	functionRequest,
	type FunctionOperation,
} from '../../../../nodes/Convex/convex/functions/functionCall';
import { toFunctionPath } from '../../../../nodes/Convex/convex/functions/functionPath';
import { expectRefusal, failureOf } from '../../refusal';

const OPERATIONS: FunctionOperation[] = ['query', 'mutation', 'action', 'run'];
const LONGEST = 'a'.repeat(64);

describe('the path of a component', () => {
	it.each([
		['workpool', 'workpool'],
		[' workpool\n', 'workpool'],
		['workflow/workpool', 'workflow/workpool'],
		['a/b/c', 'a/b/c'],
		['_work_Pool2', '_work_Pool2'],
		['v1.2', 'v1.2'],
		['components', 'components'],
		['components/workpool', 'components/workpool'],
		['toString', 'toString'],
		[`${LONGEST}/${LONGEST}`, `${LONGEST}/${LONGEST}`],
		// As in the code of an app.
		['components.workpool', 'workpool'],
	])('%j is %s', (value, path) => {
		expect(parseComponentPath(value)).toBe(path);
	});

	it.each([undefined, null, '', ' \t\n'])('%j is the app itself', (value) => {
		expect(parseComponentPath(value)).toBeUndefined();
	});

	it.each([
		'work pool',
		'work-pool',
		'größe',
		'/workpool',
		'workpool/',
		'workflow//workpool',
		'workflow\\workpool',
		'../workpool',
		'_',
		'.',
		'workpool:enqueue',
		'workpool\nworkflow',
		`a${LONGEST}`,
	])('%j is refused', (value) => {
		expectRefusal(
			() => parseComponentPath(value),
			`The option 'Component' is not the path of a component ('${String(value)}')`,
			/^Write the component's name as in convex\.config\.ts, e\.g\. workpool, or workflow\/workpool/,
		);
	});
});

describe('the request of a call into a component', () => {
	const functionPath = { module: 'folder/lib', name: 'enqueue' };
	const args = encodeArguments("'Arguments'", { count: 42n });

	it.each(OPERATIONS)('of a %s names component and function in the body', (operation) => {
		expect(
			functionRequest({
				operation,
				functionPath,
				args,
				valueFormat: 'encoded',
				componentPath: 'workflow/workpool',
			}),
		).toEqual({
			path: '/api/function',
			body: {
				componentPath: 'workflow/workpool',
				path: 'folder/lib:enqueue',
				args: { count: { $integer: 'KgAAAAAAAAA=' } },
				format: 'convex_encoded_json',
			},
		});
	});

	it.each(OPERATIONS)('of a %s of the app itself is that without any component', (operation) => {
		const call = { operation, functionPath, args, valueFormat: 'json' as const };
		expect(functionRequest({ ...call, componentPath: undefined })).toEqual(functionRequest(call));
		expect(functionRequest(call).path).not.toBe('/api/function');
		expect(functionRequest(call).body).not.toHaveProperty('componentPath');
	});
});

describe('the path of a function that was chosen', () => {
	it.each([
		['messages:list', 'messages', 'list'],
		['folder/messages:default', 'folder/messages', 'default'],
		// A folder of the app called as what people write in front.
		['convex/messages:list', 'convex/messages', 'list'],
		['api:list', 'api', 'list'],
		['v1.js:list', 'v1.js', 'list'],
	])('from the list is the very function: %s', (value, module, name) => {
		expect(toFunctionPath('list', value)).toEqual({ module, name });
	});

	it.each(['path', 'id', undefined, 5])('in the mode %j is understood as written', (mode) => {
		expect(toFunctionPath(mode, ' convex/messages.ts:list')).toEqual({
			module: 'messages',
			name: 'list',
		});
	});

	it('from the list may be an expression that gives another form', () => {
		expect(toFunctionPath('list', 'api.messages.list')).toEqual({
			module: 'messages',
			name: 'list',
		});
	});

	it.each([
		['list', '', 'The function path is empty'],
		['list', ':list', "The function path ':list' names no module"],
		['path', ':list', "The function path ':list' names no module"],
	])('in the mode %j is refused where it is %j', (mode, value, message) => {
		expect(failureOf(() => toFunctionPath(mode, value)).message).toBe(message);
	});
});

it.each([
	[5, 'a number'],
	[true, 'a boolean'],
	[['workpool', 'workflow'], 'an array'],
	[Object.create(null), 'an object'],
])('%j is no path of a component', (value, kind) => {
	expectRefusal(
		() => parseComponentPath(value),
		`The option 'Component' is ${kind}, not the path of a component`,
		/convex\.config\.ts/,
	);
});

it.each([
	['components.workpool', 'workpool'],
	['components.workflow.workpool', 'workflow/workpool'],
])('%s, as in code, is %s', (value, path) => {
	expect(parseComponentPath(value)).toBe(path);
});
