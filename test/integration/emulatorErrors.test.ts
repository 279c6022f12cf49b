import axios from 'axios';
import { join } from 'node:path';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** What a client is told about errors of functions, in an app that is not the sample one. */
const convex = useEmbeddedDeployment('none', join(__dirname, '..', 'support', 'secondApp'));

async function call(type: string, path: string, args: object = {}) {
	const body = { path, args, format: 'convex_encoded_json' };
	const { data } = await axios.post(`${convex.deployment.url}/api/${type}`, body);
	return data;
}

/** The text after the request's id. */
async function errorOf(type: string, path: string): Promise<string> {
	const { errorMessage } = await call(type, path);
	return String(errorMessage).replace(/^\[Request ID: [0-9a-f]{16}\] Server Error\n/, '');
}

it('says where a function stands that was registered without the word handler', async () => {
	expect(await errorOf('query', 'errors:plain')).toBe(
		'Uncaught Error: out of stock\n    at <anonymous> (../convex/errors.ts:1:1)\n',
	);
});

it('keeps the name of a subclass of ConvexError beside its data', async () => {
	expect(await errorOf('query', 'errors:subclass')).toMatch(
		/^Uncaught StockError: \{"part":"bolt"\}\n/,
	);
	expect((await call('query', 'errors:subclass')).errorData).toEqual({ part: 'bolt' });
});

it('shows an error without text by its name, and thrown text as it is', async () => {
	expect(await errorOf('query', 'errors:withoutText')).toMatch(/^Uncaught Error\n {4}at/);
	expect(await errorOf('query', 'errors:text')).toMatch(/^Uncaught only text\n/);
});

it('nests the error of a called function, each with the frame of its own file', async () => {
	expect(await errorOf('action', 'errors:calling')).toBe(
		[
			'Uncaught Error: Uncaught Error: out of stock',
			'    at <anonymous> (../convex/errors.ts:1:1)',
			'',
			'    at async <anonymous> (../convex/errors.ts:1:1)',
			'',
		].join('\n'),
	);
	expect(await errorOf('mutation', 'errors:callingSubclass')).toMatch(
		/^Uncaught ConvexError: Uncaught StockError: [^]*\n\n {4}at async handler \(/,
	);
});

it('names the file of a component in whose function an error was thrown', async () => {
	expect(await errorOf('query', 'errors:callingComponent')).toBe(
		[
			'Uncaught Error: Uncaught Error: no such part',
			'    at handler (../parts/broken.ts:1:1)',
			'',
			'    at async <anonymous> (../convex/errors.ts:1:1)',
			'',
		].join('\n'),
	);
});

it('hands a ConvexError of a called function to its caller as a ConvexError with its data', async () => {
	expect((await call('action', 'errors:caught')).value).toEqual({ part: 'bolt' });
});

it('serves on when a function leaves a failing promise behind', async () => {
	expect((await call('action', 'errors:failLater')).value).toBe('answered');
	expect((await call('action', 'errors:failLater')).value).toBe('answered');
});

it('serves on when a scheduled function cancels itself, and takes its id as an argument', async () => {
	const { value: id } = await call('mutation', 'jobs:scheduleCancelAll');
	let state: unknown;
	while (state !== 'canceled') state = (await call('query', 'jobs:state', { id })).value;
	expect((await call('query', 'jobs:state', { id })).value).toBe('canceled');
});
