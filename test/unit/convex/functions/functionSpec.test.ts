import { parseValidator } from '../../../../nodes/Convex/convex/values/validator';
import {
	findFunction,
	nearestFunctionPath,
	parseFunctionSpec,
	type FunctionSignature,
} from '../../../../nodes/Convex/convex/functions/functionSpec';
import {
	formatFunctionPath,
	parseFunctionPath,
} from '../../../../nodes/Convex/convex/functions/functionPath';
import { SYSTEM_FUNCTIONS } from '../../../../nodes/Convex/convex/functions/systemFunctions';
import { objectOf, optional } from '../values/validators';

const SEND = {
	identifier: 'messages.js:send',
	functionType: 'Mutation',
	visibility: { kind: 'public' },
	args: {
		type: 'object',
		value: {
			body: { fieldType: { type: 'string' }, optional: false },
			count: { fieldType: { type: 'bigint' }, optional: true },
		},
	},
	returns: { type: 'id', tableName: 'messages' },
};
const TICK = {
	identifier: 'folder/jobs.js:default',
	functionType: 'Query',
	visibility: { kind: 'internal' },
	args: { type: 'any' },
	returns: { type: 'any' },
};
const PING = { functionType: 'HttpAction', method: 'POST', path: '/ping' };

/** The one function that a spec with this entry lists. */
const only = (entry: unknown): FunctionSignature => {
	const [signature, ...more] = parseFunctionSpec([entry]);
	if (signature === undefined || more.length > 0) throw new Error('Expected one function');
	return signature;
};

describe('the function spec', () => {
	it('is asked of the same system query as by the CLI', () => {
		expect(formatFunctionPath(SYSTEM_FUNCTIONS.listFunctions.path)).toBe(
			'_system/cli/modules:apiSpec',
		);
	});

	it('lists the functions with what they take, and no HTTP actions', () => {
		expect(parseFunctionSpec([SEND, PING, TICK])).toEqual([
			{
				path: { module: 'messages', name: 'send' },
				type: 'mutation',
				isPublic: true,
				args: objectOf({ body: { type: 'string' }, count: optional({ type: 'int64' }) }),
			},
			{
				path: { module: 'folder/jobs', name: 'default' },
				type: 'query',
				isPublic: false,
				args: { type: 'any' },
			},
		]);
	});

	it.each([
		['messages.js:send', 'messages', 'send'],
		['messages:send', 'messages', 'send'],
		['a/b/c.js:list', 'a/b/c', 'list'],
		['messages.js:default', 'messages', 'default'],
		['messages.js', 'messages', 'default'],
		['v1.js/tasks.js:list', 'v1.js/tasks', 'list'],
		['notjs:list', 'notjs', 'list'],
	])('names %s in the way of paths', (identifier, module, name) => {
		expect(only({ ...SEND, identifier }).path).toEqual({ module, name });
	});

	it.each([
		['Query', 'query'],
		['Mutation', 'mutation'],
		['Action', 'action'],
	])('says that a function is a %s', (functionType, type) => {
		expect(only({ ...SEND, functionType }).type).toBe(type);
	});

	it.each([
		[{ kind: 'public' }, true],
		[{ kind: 'internal' }, false],
		[{ kind: 'later' }, false],
		['public', false],
		[null, false],
		[undefined, false],
	])('with the visibility %j: public is %j', (visibility, isPublic) => {
		expect(only({ ...SEND, visibility }).isPublic).toBe(isPublic);
	});

	it.each([null, undefined, 'any', {}])('takes %j for a missing validator', (validator) => {
		expect(only({ ...SEND, args: validator }).args).toEqual({ type: 'any' });
	});

	it.each([
		[PING],
		[{ ...SEND, functionType: 'Workflow' }],
		[{ ...SEND, functionType: 'mutation' }],
		[{ ...SEND, functionType: 1 }],
		[{ ...SEND, identifier: undefined }],
		['messages.js:send'],
		[null],
		[[]],
	])('skips the entry %j', (entry) => {
		expect(parseFunctionSpec([entry, SEND]).map(({ path }) => path.name)).toEqual(['send']);
	});

	it.each([undefined, null, {}, 'text', 5, []])('of %j is empty', (value) => {
		expect(parseFunctionSpec(value)).toEqual([]);
	});
});

const spec = parseFunctionSpec(
	['messages.js:send', 'messages.js:list', 'folder/messages.js:list', 'users.js:default'].map(
		(identifier) => ({ ...SEND, identifier }),
	),
);

describe('a function', () => {
	it.each(['messages:send', 'folder/messages:list', 'api.messages.list', 'users'])(
		'is found by its path %s',
		(path) => {
			const wanted = parseFunctionPath(path);
			expect(findFunction(spec, wanted)?.path).toEqual(wanted);
		},
	);

	it.each(['messages:Send', 'message:send', 'folder/users:default', 'users:list'])(
		'that is called nearly %s is another one',
		(path) => {
			expect(findFunction(spec, parseFunctionPath(path))).toBeUndefined();
		},
	);
});

describe('the function that was probably meant', () => {
	it.each([
		['by a letter too few', 'messages:snd', 'messages:send'],
		['by a letter too many', 'messages:sendd', 'messages:send'],
		['by a wrong letter', 'messages:sent', 'messages:send'],
		['by two letters that changed places', 'messages:lsit', 'messages:list'],
		['in capitals', 'MESSAGES:SEND', 'messages:send'],
		['by its folder', 'foldr/messages:list', 'folder/messages:list'],
		['without its folder, to the nearest', 'folde/messages:send', 'folder/messages:list'],
		['as the default export', 'user:default', 'users:default'],
		['when it was meant itself', 'messages:list', 'messages:list'],
	])('is found although written %s', (_how, path, nearest) => {
		const [module = '', name = ''] = path.split(':');
		expect(nearestFunctionPath(spec, { module, name })).toBe(nearest);
	});

	it('is none where more than a third of the letters differ', () => {
		const abc = parseFunctionSpec([{ ...SEND, identifier: 'abc.js:efghi' }]);
		expect(nearestFunctionPath(abc, { module: 'abc', name: 'efXXX' })).toBe('abc:efghi');
		expect(nearestFunctionPath(abc, { module: 'abc', name: 'eXXXX' })).toBeUndefined();
	});

	it('is the first of those that are as near', () => {
		const twins = parseFunctionSpec([
			{ ...SEND, identifier: 'tasks.js:list2' },
			{ ...SEND, identifier: 'tasks.js:list1' },
		]);
		expect(nearestFunctionPath(twins, { module: 'tasks', name: 'list' })).toBe('tasks:list2');
	});

	it('is none in a deployment without functions', () => {
		expect(nearestFunctionPath([], { module: 'messages', name: 'send' })).toBeUndefined();
	});
});

describe('a function spec of a later version', () => {
	it.each([{ $future: 'x' }, { $integer: 5 }])('takes the literal %j for anything', (value) => {
		expect(parseValidator({ type: 'literal', value })).toEqual({ type: 'any' });
	});

	it('skips what is no type of function', () => {
		const entry = { identifier: 'a.js:b', functionType: 'constructor', visibility: {}, args: {} };
		expect(parseFunctionSpec([entry])).toEqual([]);
	});
});
