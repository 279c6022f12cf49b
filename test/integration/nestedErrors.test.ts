import type { IDataObject } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { useSecondApp } from '../support/secondApp';

/** What the node says where an error comes from a called function, or from a limit on values. */
const convex = useSecondApp();

const MEBIBYTE = 2 ** 20;
const NOT_UNDONE = ' What an action did before it failed is not undone.';
const UNSUPPORTED =
	'The function returns a value that Convex does not support (docs.convex.dev/database/types). Fix this in the Convex function.';

/** The item that a call gives on the error branch. */
async function failedItem(
	operation: string,
	path: string,
	args: object = {},
	options: { delivery?: string } = {},
): Promise<IDataObject> {
	const { success, error } = await convex.run({
		parameters: calling(operation, path, args, options),
		input: [{ order: 7 }],
		settings: { onError: 'continueErrorOutput' },
	});
	expect(success).toEqual([]);
	expect(error).toHaveLength(1);
	return error[0]?.json ?? {};
}

describe.each([{}, { delivery: 'session' }])('with the options %j', (options) => {
	it('the error of a function that an action called is told once, with its own place', async () => {
		expect(await failedItem('action', 'errors:calling', {}, options)).toMatchObject({
			order: 7,
			error: 'Uncaught Error: out of stock',
			details: {
				reason: 'thrown',
				outcome: 'failed',
				hint: `Thrown at <anonymous> (../convex/errors.ts:1:1).${NOT_UNDONE}`,
			},
		});
	});

	it('a ConvexError of a function that a mutation called keeps its name and its data', async () => {
		expect(await failedItem('mutation', 'errors:callingSubclass', {}, options)).toMatchObject({
			error: 'Uncaught StockError: {"part":"bolt"}',
			details: { reason: 'convexError', outcome: 'failed', errorData: { part: 'bolt' } },
		});
	});

	it.each([
		['array', 8193, 'Invalid arguments for limits.js:take: Array length is too long (8193 > m'],
		['text', 17 * MEBIBYTE, 'Arguments for limits.js:take are too large (actual: 17.00 MiB, lim'],
	])(
		'an %s that an action may not pass on is an error of the action, whose own arguments were right',
		async (kind, size, words) => {
			const item = await failedItem('action', 'limits:pass', { kind, size }, options);
			expect(item).toMatchObject({
				error: expect.stringMatching(/^Uncaught Error: /),
				details: {
					reason: 'thrown',
					outcome: 'failed',
					hint: `Thrown at async handler (../convex/limits.ts:1:1).${NOT_UNDONE}`,
				},
			});
			expect(item.error).toContain(words);
		},
	);
});

it('the error of a component is told with its file', async () => {
	expect(await failedItem('query', 'errors:callingComponent')).toMatchObject({
		error: 'Uncaught Error: no such part',
		details: { reason: 'thrown', hint: 'Thrown at handler (../parts/broken.ts:1:1).' },
	});
});

it.each([
	['errors:withoutText', 'Uncaught Error'],
	['errors:text', 'Uncaught only text'],
])('what %s throws is told as Convex words it', async (path, error) => {
	expect(await failedItem('query', path)).toMatchObject({
		error,
		details: { reason: 'thrown', hint: 'Thrown at <anonymous> (../convex/errors.ts:1:1).' },
	});
});

it.each([
	['array', 8193, 'Array length is too long (8193 > maximum length 8192)'],
	['object', 1025, 'Object has too many fields (1025 > maximum number 1024)'],
	['nesting', 65, 'Value is too nested (nested 65 levels deep > maximum nesting 64)'],
])('a result beyond the limit on %s of Convex is to be mended in it', async (kind, size, words) => {
	expect(await failedItem('query', 'limits:make', { kind, size })).toMatchObject({
		error: `Function limits.js:make return value invalid: ${words}`,
		details: { reason: 'resultNotSupported', outcome: 'failed', hint: UNSUPPORTED },
	});
});

it('a result of more than 16 MiB is to be made smaller in Convex', async () => {
	const request = { kind: 'text', size: 17 * MEBIBYTE };
	expect(await failedItem('query', 'limits:make', request)).toMatchObject({
		error: expect.stringMatching(/^Function limits\.js:make return value is too large \(actual/),
		details: {
			reason: 'resultTooLarge',
			outcome: 'failed',
			hint: 'The function returns more than Convex allows. Have it return less, for example fewer rows or fields, or one page at a time.',
		},
	});
});
