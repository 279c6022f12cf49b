import axios from 'axios';
import { useSecondApp } from '../support/secondApp';

/** Limits on values and transactions, and what a function knows of its deployment. */
const convex = useSecondApp();

const MEBIBYTE = 2 ** 20;

const REFUSALS: Array<[what: string, kind: string, size: number, words: string]> = [
	[
		'an array of more than 8,192',
		'array',
		8193,
		'Array length is too long (8193 > maximum length 8192)',
	],
	[
		'an object of more than 1,024 fields',
		'object',
		1025,
		'Object has too many fields (1025 > maximum number 1024)',
	],
	[
		'more than 64 levels',
		'nesting',
		65,
		'Value is too nested (nested 65 levels deep > maximum nesting 64)',
	],
];

it.each(REFUSALS)('refuses %s as a result', async (_what, kind, size, words) => {
	expect(await convex.errorOf('query', 'limits:make', { kind, size })).toBe(
		`Function limits.js:make return value invalid: ${words}\n`,
	);
});

it.each(REFUSALS.slice(0, 2))(
	'refuses %s as an argument of a called function',
	async (_what, kind, size, words) => {
		expect(await convex.errorOf('action', 'limits:pass', { kind, size })).toContain(
			`Uncaught Error: Invalid arguments for limits.js:take: ${words}\n`,
		);
	},
);

it('refuses a reserved field name in arguments', async () => {
	expect(await convex.errorOf('query', 'limits:take', { value: { $a: 1 } })).toBe(
		"Invalid arguments for limits.js:take: Field name $a starts with '$', which is reserved.\n",
	);
});

it('refuses results and arguments of more than 16 MiB', async () => {
	const request = { kind: 'text', size: 17 * MEBIBYTE };
	expect(await convex.errorOf('query', 'limits:make', request)).toMatch(
		/^Function limits\.js:make return value is too large \(actual: 17(\.\d\d)? MiB, limit: 16 MiB\)\n$/,
	);
	expect(await convex.errorOf('action', 'limits:pass', request)).toContain(
		'Uncaught Error: Arguments for limits.js:take are too large (actual: 17.00 MiB, limit: 16 MiB)',
	);
});

it('warns in the log of a result near the limit', async () => {
	const { status, logLines } = await convex.call('query', 'limits:make', {
		kind: 'text',
		size: 14 * MEBIBYTE,
	});
	expect(status).toBe('success');
	expect(logLines).toEqual([
		expect.stringMatching(
			/^\[WARN\] Large size of the function return value \(actual: 1468\d{4} bytes, limit: 16777216 bytes\)\.$/,
		),
	]);
});

it('fails the whole request when a result has half of a Unicode character', async () => {
	expect(await convex.call('query', 'limits:make', { kind: 'surrogate', size: 1 })).toEqual({
		status: 400,
		code: 'FunctionReturnInvalidJson',
		message: expect.stringMatching(
			/^Function limits\.js:make failed\. Could not parse return value as json: lone leading surrogate in hex escape at line 1 column \d+$/,
		),
	});
});

it('refuses a function that reads more than 4,096 times', async () => {
	expect((await convex.call('query', 'limits:readOften', { times: 4096 })).status).toBe('success');
	expect(await convex.errorOf('query', 'limits:readOften', { times: 4097 })).toMatch(
		/^Uncaught Error: Too many [a-z ]+ in a single function execution \(limit: 4096\)/,
	);
});

it('keeps system tables to db.system, and the others to db', async () => {
	const { value: id } = await convex.call('mutation', 'jobs:scheduleCancelAll');
	expect(await convex.errorOf('query', 'jobs:getAsOwn', { id })).toContain(
		'System tables can only be accessed with db.system.',
	);
});

it('tells functions the address of the deployment', async () => {
	const { value } = await convex.call('query', 'limits:cloudUrl');
	expect(value).toBe(convex.deployment.url);
});

it('ends an action at its time limit', async () => {
	await convex.deployment.setActionTimeout(50);
	expect(await convex.errorOf('action', 'limits:never')).toBe(
		'Function execution timed out (maximum duration: 50ms)\n',
	);
	expect(await convex.errorOf('action', 'inNode:never')).toBe(
		'Action `never` execution timed out (maximum duration 0.05s)\n',
	);
});

it('is paused only by a key that may', async () => {
	const { url, createKey } = convex.deployment;
	const pause = async (key: string, what: string) =>
		await axios.post(
			`${url}/api/v1/${what}_deployment`,
			{},
			{ headers: { Authorization: `Convex ${key}` }, validateStatus: () => true },
		);
	const refused = await pause(await createKey(['deployment:data:view']), 'pause');
	expect(refused).toMatchObject({
		status: 403,
		data: {
			code: 'OperationNotPermitted',
			message: 'You do not have permission to perform this operation (deployment:pause).',
		},
	});
	expect((await pause(await createKey(['deployment:pause']), 'pause')).status).toBe(200);
	expect((await pause(await createKey(['deployment:pause']), 'unpause')).status).toBe(403);
	expect((await pause(await createKey(['deployment:unpause']), 'unpause')).status).toBe(200);
});
