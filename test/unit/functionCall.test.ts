import { encodeArguments } from '../../nodes/Convex/convex/arguments';
import { functionRequest, type FunctionOperation } from '../../nodes/Convex/convex/functionCall';
import { parseFunctionPath } from '../../nodes/Convex/convex/functionPath';

const call = (operation: FunctionOperation, path: string) => ({
	operation,
	functionPath: parseFunctionPath(path),
	args: encodeArguments("'Arguments'", { count: 42n }),
	valueFormat: 'json' as const,
});
const args = { count: { $integer: 'KgAAAAAAAAA=' } };

describe('the request of a function call', () => {
	it.each(['query', 'mutation', 'action'] as const)('of a %s names the function', (operation) => {
		expect(functionRequest(call(operation, 'api.folder.messages.list'))).toEqual({
			path: `/api/${operation}`,
			body: { path: 'folder/messages:list', args, format: 'json' },
		});
	});

	it.each([
		['messages:list', '/api/run/messages/list'],
		['a/b/messages.ts:list', '/api/run/a/b/messages/list'],
		['messages', '/api/run/messages/default'],
	])('by path carries %s in its URL alone', (path, url) => {
		expect(functionRequest(call('run', path))).toEqual({
			path: url,
			body: { args, format: 'json' },
		});
	});

	it.each(['query', 'mutation', 'action', 'run'] as const)(
		'of a %s asks for the format by the name that Convex knows',
		(operation) => {
			const { body } = functionRequest({
				...call(operation, 'messages:list'),
				valueFormat: 'encoded',
			});
			expect(body.format).toBe('convex_encoded_json');
		},
	);

	it('sends empty arguments, never none', () => {
		const { body } = functionRequest({ ...call('query', 'messages:list'), args: {} });
		expect(JSON.parse(JSON.stringify(body))).toEqual({
			path: 'messages:list',
			args: {},
			format: 'json',
		});
	});
});
