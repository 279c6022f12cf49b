import { useSecondApp } from '../support/secondApp';
import { until } from '../support/waiting';
import axios from 'axios';

/** What the embedded deployment does as Convex does. */
const convex = useSecondApp();

describe('errors of functions', () => {
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
		const state = async () => (await convex.call('query', 'jobs:state', { id })).value;
		await until(async () => (await state()) === 'canceled');
	});
});

describe('limits on values and transactions', () => {
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
		expect((await convex.call('query', 'limits:readOften', { times: 4096 })).status).toBe(
			'success',
		);
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
});

describe('log lines that come with an answer', () => {
	const linesOf = async (type: string, path: string, args: object = {}): Promise<string[]> =>
		(await convex.call(type, path, args)).logLines;

	it('shows values of every kind, objects indented, and half of a character as the sign for none', async () => {
		expect(await linesOf('query', 'logs:values')).toEqual([
			"[LOG] 'text' 42 7n null undefined {\n  nested: {\n    list: [ 1, 'two' ]\n  }\n} Map (1) {\n  'a' => 1\n}",
			"[LOG] 'half \ufffd of a character'",
		]);
	});

	it('has 255 lines of a function, and then one that says that the others are omitted', async () => {
		expect(await linesOf('query', 'logs:many', { lines: 255 })).toHaveLength(255);
		const lines = await linesOf('query', 'logs:many', { lines: 300 });
		expect(lines).toHaveLength(256);
		expect(lines.slice(-2)).toEqual([
			'[INFO] 255',
			'[ERROR] Log overflow (maximum 256). Remaining log lines omitted.',
		]);
	});

	it('cuts a line at 32,768 bytes, between characters', async () => {
		const [line = ''] = await linesOf('query', 'logs:long');
		const text = line.replace(/^\[LOG\] (.*) \(truncated due to length\)$/, '$1');
		expect(text).not.toBe(line);
		expect(text).toMatch(/^'é+$/);
		expect(Buffer.byteLength(text)).toBe(32_767);
	});

	it('has timers and traces', async () => {
		expect(await linesOf('query', 'logs:timers')).toEqual([
			"[WARN] Timer 'default' already exists",
			expect.stringMatching(/^\[INFO\] default: \d+ms 'halfway'$/),
			expect.stringMatching(/^\[INFO\] default: \d+ms$/),
			"[WARN] Timer 'other' does not exist",
			"[LOG] 'here' \n    at <anonymous> (../convex/logs.ts:1:1)\n",
		]);
	});

	it('has the lines of a called function among those of its caller', async () => {
		const lines = await linesOf('action', 'logs:called');
		expect(lines.map((line) => line.slice(0, 9))).toEqual(["[LOG] 'be", "[LOG] 'éé", "[LOG] 'af"]);
	});

	it('has the lines of a Node action in Node’s form', async () => {
		expect(await linesOf('action', 'inNode:log')).toEqual([
			"[LOG] { nested: { list: [ 1, 'two' ] } }",
			`[WARN] "Timer 'lap' already exists"`,
			expect.stringMatching(/^\[INFO\] 'lap: \d+ms'$/),
		]);
	});
});

describe('an app with several sign-in providers', () => {
	const first = { iss: 'https://one.test', aud: 'first' };
	const now = () => Math.floor(Date.now() / 1000);

	async function whoami(claims: object, header?: { kid?: string }) {
		return await whoamiWith(await convex.deployment.signToken({ sub: 'ada', ...claims }, header));
	}

	async function whoamiWith(token: string) {
		const body = { path: 'auth:whoami', args: {} };
		const { data } = await axios.post(`${convex.deployment.url}/api/query`, body, {
			headers: { Authorization: `Bearer ${token}` },
			validateStatus: () => true,
		});
		return data.value ?? data;
	}

	it('accepts a token of each provider, whatever its audience where none is configured', async () => {
		expect(await whoami(first)).toBe('https://one.test|ada');
		expect(await whoami({ iss: 'https://two.test', aud: 'anything' })).toBe('https://two.test|ada');
		expect(await whoami({ iss: 'https://two.test', aud: undefined })).toBe('https://two.test|ada');
	});

	it('lists the configured providers to a token that matches none', async () => {
		const failure = {
			code: 'NoAuthProvider',
			message:
				"No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [CustomJWT(issuer=https://one.test, app_id=first), CustomJWT(issuer=https://two.test, app_id=none), CustomJWT(issuer=https://broken.test, app_id=none)]",
		};
		expect(await whoami({ iss: 'https://three.test' })).toEqual(failure);
		expect(await whoami({ ...first, aud: 'second' })).toEqual(failure);
		expect(await whoami({ ...first, aud: undefined })).toEqual(failure);
	});

	it.each([
		['without a key id', {}, "Could not decode token. JWT may be missing a 'kid' (key ID) header."],
		[
			'with an unknown key id',
			{ kid: 'other' },
			"Could not decode token. The JWT's 'kid' (key ID) header is 'other', does this key match any key in the provider's JWKS?",
		],
	])('refuses a token %s', async (_case, header, message) => {
		expect(await whoami(first, header)).toEqual({ code: 'InvalidAuthHeader', message });
	});

	it('refuses a token that expired, and says how long ago', async () => {
		expect(await whoami({ ...first, exp: now() - 60 })).toEqual({
			code: 'InvalidAuthHeader',
			message: expect.stringMatching(/^Could not validate token: Token expired \d+ seconds ago$/),
		});
	});

	it('refuses a token that expires between two calls, five seconds after it did', async () => {
		const token = await convex.deployment.signToken({ sub: 'ada', ...first, exp: now() + 600 });
		expect(await whoamiWith(token)).toBe('https://one.test|ada');
		await convex.deployment.advanceClock(602_000);
		expect(await whoamiWith(token)).toBe('https://one.test|ada');
		await convex.deployment.advanceClock(8000);
		expect(await whoamiWith(token)).toEqual({
			code: 'InvalidAuthHeader',
			message: expect.stringMatching(/^Could not validate token: Token expired \d+ seconds ago$/),
		});
	});

	it.each([
		['a subject', { sub: null }, 'Missing subject'],
		['an end', { exp: null }, 'Missing expiry'],
	])('refuses a token without %s', async (_case, claims, message) => {
		expect(await whoami({ ...first, ...claims })).toEqual({ code: 'InvalidAuthHeader', message });
	});

	it('refuses a token that is issued more than five seconds from now', async () => {
		expect(await whoami({ ...first, iat: now() + 3 })).toBe('https://one.test|ada');
		expect(await whoami({ ...first, iat: now() + 600 })).toEqual({
			code: 'InvalidAuthHeader',
			message: expect.stringMatching(
				/^Could not validate token: Token will be valid in \d+ seconds$/,
			),
		});
	});

	it('refuses every token of a provider whose keys it cannot read', async () => {
		expect(await whoami({ iss: 'https://broken.test' })).toEqual({
			code: 'InvalidAuthHeader',
			message:
				"Invalid JWKS response body from 'data:text/plain,no%20keys'. The response is not valid JSON or doesn't match the expected JWKS format.",
		});
	});
});
