import { useSecondApp } from '../support/secondApp';

/** What a client is told about errors of functions. */
const convex = useSecondApp();

it('says where a function stands that was registered without the word handler', async () => {
	expect(await convex.errorOf('query', 'errors:plain')).toBe(
		'Uncaught Error: out of stock\n    at <anonymous> (../convex/errors.ts:1:1)\n',
	);
});

it('keeps the name of a subclass of ConvexError beside its data', async () => {
	expect(await convex.errorOf('query', 'errors:subclass')).toMatch(
		/^Uncaught StockError: \{"part":"bolt"\}\n/,
	);
	expect((await convex.call('query', 'errors:subclass')).errorData).toEqual({ part: 'bolt' });
});

it('shows an error without text by its name, and thrown text as it is', async () => {
	expect(await convex.errorOf('query', 'errors:withoutText')).toMatch(/^Uncaught Error\n {4}at/);
	expect(await convex.errorOf('query', 'errors:text')).toMatch(/^Uncaught only text\n/);
});

it('nests the error of a called function, each with the frame of its own file', async () => {
	expect(await convex.errorOf('action', 'errors:calling')).toBe(
		[
			'Uncaught Error: Uncaught Error: out of stock',
			'    at <anonymous> (../convex/errors.ts:1:1)',
			'',
			'    at async <anonymous> (../convex/errors.ts:1:1)',
			'',
		].join('\n'),
	);
	expect(await convex.errorOf('mutation', 'errors:callingSubclass')).toMatch(
		/^Uncaught ConvexError: Uncaught StockError: [^]*\n\n {4}at async handler \(/,
	);
});

it('names the file of a component in whose function an error was thrown', async () => {
	expect(await convex.errorOf('query', 'errors:callingComponent')).toBe(
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
	expect((await convex.call('action', 'errors:caught')).value).toEqual({ part: 'bolt' });
});

it('serves on when a function leaves a failing promise behind', async () => {
	expect((await convex.call('action', 'errors:failLater')).value).toBe('answered');
	expect((await convex.call('action', 'errors:failLater')).value).toBe('answered');
});

it('serves on when a scheduled function cancels itself, and takes its id as an argument', async () => {
	const { value: id } = await convex.call('mutation', 'jobs:scheduleCancelAll');
	let state: unknown;
	while (state !== 'canceled') state = (await convex.call('query', 'jobs:state', { id })).value;
	expect((await convex.call('query', 'jobs:state', { id })).value).toBe('canceled');
});
