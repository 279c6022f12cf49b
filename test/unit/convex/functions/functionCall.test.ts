import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import {
	functionRequest,
	type FunctionOperation,
} from '../../../../nodes/Convex/convex/functions/functionCall';
import { parseFunctionPath } from '../../../../nodes/Convex/convex/functions/functionPath';

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

describe('the request of a call at a snapshot', () => {
	const timestamp = 'gKQV3rqXOhg=';

	it.each([
		['json', 'json'],
		['encoded', 'convex_encoded_json'],
	] as const)('names it as Convex did (%s)', (valueFormat, format) => {
		const at = { ...call('query', 'api.folder.messages.list'), valueFormat, timestamp };
		expect(functionRequest(at)).toEqual({
			path: '/api/query_at_ts',
			body: { path: 'folder/messages:list', args, format, ts: timestamp },
		});
	});

	it('is that of the latest data where none is named', () => {
		const latest = call('query', 'messages:list');
		const { path, body } = functionRequest({ ...latest, timestamp: undefined });
		expect(path).toBe('/api/query');
		expect(body).not.toHaveProperty('ts');
		expect(functionRequest({ ...latest, timestamp: undefined })).toEqual(functionRequest(latest));
	});
});
