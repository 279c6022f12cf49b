import {
	formatFunctionPath,
	parseFunctionPath,
	toFunctionPath,
} from '../../../../nodes/Convex/convex/functions/functionPath';
import { expectRefusal, failureOf } from '../../refusal';

const LONGEST = 'a'.repeat(64);
const TOO_LONG = 'a'.repeat(65);

describe('a function path', () => {
	it.each([
		['messages:list', 'messages:list'],
		['folder/messages:list', 'folder/messages:list'],
		['a/b/c:list', 'a/b/c:list'],
		['messages:default', 'messages:default'],
		['_private/v2_messages:_list2', '_private/v2_messages:_list2'],
		['2024/reports:sum', '2024/reports:sum'],
		// As Convex's logs and error texts write it, and as files are called.
		['messages.js:list', 'messages:list'],
		['messages.ts:list', 'messages:list'],
		['folder/messages.ts:list', 'folder/messages:list'],
		['messages.jsx:list', 'messages:list'],
		['messages.tsx:list', 'messages:list'],
		['messages.mjs:list', 'messages:list'],
		['messages.mts:list', 'messages:list'],
		['messages.cjs:list', 'messages:list'],
		['messages.cts:list', 'messages:list'],
		['convex/messages:list', 'messages:list'],
		['convex/messages.ts:list', 'messages:list'],
		['convex/folder/messages.ts:list', 'folder/messages:list'],
		// As in the code of an app.
		['api.messages.list', 'messages:list'],
		['api.folder.messages.list', 'folder/messages:list'],
		['api.messages.default', 'messages:default'],
		['internal.jobs.tick', 'jobs:tick'],
		['internal.a.b.jobs.tick', 'a/b/jobs:tick'],
		// As in the URL /api/run/messages/list.
		['messages/list', 'messages:list'],
		['folder/messages/list', 'folder/messages:list'],
		['convex/messages/list', 'messages:list'],
		// A module alone is its default export.
		['messages', 'messages:default'],
		['messages.ts', 'messages:default'],
		['convex/messages', 'messages:default'],
		['convex/messages.ts', 'messages:default'],
		['folder/messages.ts', 'folder/messages:default'],
		['api', 'api:default'],
		['apiKeys', 'apiKeys:default'],
		['api:list', 'api:list'],
		['internal/jobs:tick', 'internal/jobs:tick'],
		// What JavaScript's objects have by themselves is a name like any other.
		['constructor:toString', 'constructor:toString'],
		[' messages:list\n', 'messages:list'],
		[`${LONGEST}:${LONGEST}`, `${LONGEST}:${LONGEST}`],
	])('%j means %s', (input, expected) => {
		const path = parseFunctionPath(input);
		expect(formatFunctionPath(path)).toBe(expected);
		expect(parseFunctionPath(expected)).toEqual(path);
	});

	it('loses one convex/ only, as a folder in it may be called so too', () => {
		expect(parseFunctionPath('convex/convex/messages:list').module).toBe('convex/messages');
	});

	it('is made of a module and a name', () => {
		expect(parseFunctionPath('api.folder.messages.list')).toEqual({
			module: 'folder/messages',
			name: 'list',
		});
	});

	it.each([
		['', 'The function path is empty'],
		[' \t\n', 'The function path is empty'],
		['api.messages', "The function path 'api.messages' names a module but no function"],
		['internal.jobs', "The function path 'internal.jobs' names a module but no function"],
		['api.', "The function path 'api.' names a module but no function"],
		[
			`messages:${TOO_LONG}`,
			`The function name in 'messages:${TOO_LONG}' is longer than 64 characters`,
		],
		[
			`a/${TOO_LONG}:list`,
			`A part of the function path 'a/${TOO_LONG}:list' is longer than 64 characters`,
		],
	])('%j is refused', (input, message) => {
		expectRefusal(() => parseFunctionPath(input), message, /^Write it as 'module:function'/);
	});

	it.each([
		'/messages:list',
		'messages/:list',
		'folder//messages:list',
		'/messages/list',
		'/messages',
		'convex//messages:list',
	])('%j is refused for a slash too many', (input) => {
		expectRefusal(
			() => parseFunctionPath(input),
			`The function path '${input}' is not relative to the convex folder`,
			/^Leave out slashes at the start, at the end and in a row\. Write it as 'module:function'/,
		);
	});

	it.each([
		['../messages:list', '..'],
		['./messages:list', '.'],
		['my messages:list', 'my messages'],
		['my-messages:list', 'my-messages'],
		['folder/näh:list', 'näh'],
		['folder\\messages:list', 'folder\\messages'],
		['messages.json:list', 'messages.json'],
		['messages.list', 'messages.list'],
		['messages:list:more', 'messages:list'],
		['_/messages:list', '_'],
	])('%j is refused and its part %j is named', (input, part) => {
		expectRefusal(
			() => parseFunctionPath(input),
			`The function path '${input}' has an invalid part '${part}'`,
			/^Folder and file names in a path consist of letters, digits and underscores\. Write it as/,
		);
	});

	it.each([
		['messages:', ''],
		['messages/', ''],
		['api.messages.', ''],
		['messages:list()', 'list()'],
		['api.messages.list()', 'list()'],
		['messages:my-list', 'my-list'],
		['https://a.test/api/run/messages/list', '//a.test/api/run/messages/list'],
		['messages: list', ' list'],
		['messages:2nd', '2nd'],
		['messages:__', '__'],
		['messages:größe', 'größe'],
		['folder/messages.list', 'messages.list'],
	])('%j is refused for its name %j', (input, name) => {
		expectRefusal(
			() => parseFunctionPath(input),
			`The function path '${input}' has no valid function name ('${name}')`,
			/^A function name consists of letters, digits and underscores\. Write it as/,
		);
	});

	it('names the forms that are understood when it is refused', () => {
		expect(failureOf(() => parseFunctionPath('')).description).toBe(
			"Write it as 'module:function', e.g. messages:list or folder/messages:list. The forms api.messages.list, messages/list and convex/messages.ts:list are understood too.",
		);
	});
});

describe('a function path that only looks like another form', () => {
	it.each([
		['api.js:list', 'api', 'list'],
		['internal.ts:run', 'internal', 'run'],
		['api.ts', 'api', 'default'],
		['v1.2/tasks:list', 'v1.2/tasks', 'list'],
	])('%s is the module and function it says', (input, module, name) => {
		expect(parseFunctionPath(input)).toEqual({ module, name });
	});

	it.each([':list', 'api..list'])('%s is refused as it names no module', (input) => {
		expectRefusal(
			() => parseFunctionPath(input),
			`The function path '${input}' names no module`,
			/module:function/,
		);
	});

	it('api.messages:list is refused for the part that is no file name', () => {
		expectRefusal(
			() => parseFunctionPath('api.messages:list'),
			"The function path 'api.messages:list' has an invalid part 'api.messages'",
			/letters, digits and underscores/,
		);
	});
});

describe('a function path of the list', () => {
	it.each([
		['messages:list', 'messages', 'list'],
		['folder/messages:default', 'folder/messages', 'default'],
		['_system/cli/modules:apiSpec', '_system/cli/modules', 'apiSpec'],
		['v1.2/tasks:_list', 'v1.2/tasks', '_list'],
		// Folders and files that are called as people write other forms.
		['convex/messages:list', 'convex/messages', 'list'],
		['api:messages', 'api', 'messages'],
	])('%s is taken as it is', (value, module, name) => {
		expect(toFunctionPath('list', value)).toEqual({ module, name });
	});

	it.each(['api.messages.list', 'messages.ts:list', ' messages:list ', 'messages/list'])(
		'%s, which an expression gave, is understood as if it was typed',
		(value) => {
			expect(toFunctionPath('list', value)).toEqual({ module: 'messages', name: 'list' });
		},
	);

	it.each(['../v1:pause_deployment', '..:list', 'a/./b:list', 'a//b:list', 'a:b/c', 'a%2e:b', ':'])(
		'%s is refused',
		(value) => {
			expect(failureOf(() => toFunctionPath('list', value)).message).toContain(value);
		},
	);
});
