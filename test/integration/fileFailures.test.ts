import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { contentOf, itemWithFile, ofFiles } from '../support/files';
import { openHttp } from '../support/syncClients';

const convex = useEmbeddedDeployment('deployKey');

const UPLOAD = '/api/storage/upload';
const CONTINUE = { onError: 'continueErrorOutput' } as const;

const fromFunction = (path = 'uploads:generateUploadUrl') => ({
	uploadUrlFrom: 'function',
	functionPath: { __rl: true, mode: 'path', value: path },
});

const upload = async (parameters: object = {}, options: object = {}, settings: object = {}) =>
	await convex.run({
		parameters: ofFiles('upload', { ...parameters }, { ...options }),
		input: [itemWithFile('hello')],
		settings,
	});

async function uploaded(content = 'hello'): Promise<string> {
	const { success } = await convex.run({
		parameters: ofFiles('upload'),
		input: [itemWithFile(content)],
	});
	return String(success[0]?.json.storageId);
}

const countFiles = async () =>
	(await convex.run({ parameters: ofFiles('getMany', { returnAll: true }) })).success.length;

const urlOf = async (storageId: string) =>
	String(await openHttp(convex.deployment.url).query('uploads:url', { storageId }));

const expired = {
	kind: 'answer',
	path: UPLOAD,
	status: 401,
	body: { code: 'StorageTokenExpired', message: 'Store File Authorization expired' },
} as const;

describe('an upload URL that has expired', () => {
	it.each([
		['of Convex itself', {}],
		["of the user's function", fromFunction()],
	])('is replaced by a fresh one, once: %s', async (_who, parameters) => {
		await convex.deployment.addFault(expired);
		const { success, stoppedBy } = await upload(parameters);
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.size).toBe(5);
		await convex.deployment.addFault({ ...expired, times: 2 });
		const failed = await upload(parameters);
		expect(failed.stoppedBy).toMatchObject({
			message: 'Store File Authorization expired',
			description: expect.stringMatching(/^An upload URL holds for an hour/),
			context: {
				data: expect.objectContaining({
					reason: 'uploadUrlExpired',
					outcome: 'notExecuted',
					resource: 'file',
					operation: 'upload',
				}),
			},
		});
		expect(await countFiles()).toBe(1);
	});
});

describe('an upload whose answer was lost', () => {
	it.each([
		{ kind: 'dropAfter' } as const,
		{ kind: 'cut' } as const,
		{ kind: 'serverError', status: 503, when: 'after' } as const,
	])('may have stored the file, is not repeated, and says so: $kind', async (fault) => {
		await convex.deployment.addFault({ ...fault, path: UPLOAD });
		const { error } = await upload({}, {}, CONTINUE);
		expect(error[0]?.json.error).toMatch(
			/The file may have been stored: uploading it once more would store it twice\.$/,
		);
		expect(error[0]?.json.details).toMatchObject({
			outcome: 'unknown',
			retryable: false,
			hint: expect.stringContaining('The Files page of the Convex dashboard'),
		});
		expect(await countFiles()).toBe(1);
	});

	it('is not repeated by Retry On Fail either', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: UPLOAD });
		const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const { stoppedBy } = await upload({}, {}, retry);
		expect(stoppedBy?.message).toMatch(/may have been stored/);
		expect(await countFiles()).toBe(1);
	});
});

describe('an upload of which nothing was stored', () => {
	it('is repeated where Convex proves it', async () => {
		await convex.deployment.addFault({ kind: 'rejection', code: 'ExpiredInQueue', path: UPLOAD });
		const { success } = await upload();
		expect(success).toHaveLength(1);
		expect(await countFiles()).toBe(1);
	});

	it('fails where its content arrives changed', async () => {
		const body = { code: 'Sha256Mismatch', message: 'Sha256 mismatch. Expected: a Actual: b' };
		await convex.deployment.addFault({ kind: 'answer', path: UPLOAD, status: 400, body });
		const { stoppedBy } = await upload();
		expect(stoppedBy?.context.data).toMatchObject({
			reason: 'contentChanged',
			outcome: 'notExecuted',
		});
		expect(stoppedBy?.description).toMatch(/checksum/);
	});

	it('says that nothing was stored when only the request for the URL was lost', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation', times: 2 });
		const { stoppedBy } = await upload({}, { maxRetries: 1 });
		expect(stoppedBy?.message).not.toMatch(/may have/);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted' });
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		expect((await upload()).success).toHaveLength(1);
	});

	it("does not call the user's mutation again when its answer was lost", async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const { stoppedBy } = await upload(fromFunction());
		expect(stoppedBy?.message).toMatch(
			/The function may have run: do not call it again before checking that in Convex\.$/,
		);
		expect(await convex.deployment.executions()).toEqual({ 'uploads:generateUploadUrl': 1 });
	});

	it('ends at its time limit', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 1_000, path: UPLOAD });
		const { stoppedBy } = await upload({}, { timeout: 200 });
		expect(stoppedBy?.message).toMatch(
			/^The deployment did not answer within 200 ms\. The file may have been stored/,
		);
	});
});

it('what Convex asks to wait before the next request is told of uploads and downloads too', async () => {
	const storageId = await uploaded();
	const busy = {
		kind: 'answer',
		status: 429,
		body: { code: 'TooManyConcurrentRequests', message: 'Too many concurrent requests.' },
		headers: { 'retry-after': '7' },
	} as const;
	for (const [operation, path] of [
		['upload', UPLOAD],
		['download', '/api/storage/'],
	] as const) {
		await convex.deployment.addFault({ ...busy, path });
		const { stoppedBy } = await convex.run({
			parameters: ofFiles(operation, operation === 'upload' ? {} : { storageId }, {
				maxRetries: 0,
			}),
			input: [itemWithFile('hello')],
		});
		expect(stoppedBy?.context.data).toMatchObject({ retryable: true, retryAfterMs: 7_000 });
	}
});

describe('what the user gives', () => {
	it('is refused before anything is sent', async () => {
		const run = async (
			operation: string,
			parameters: object = {},
			input: object = itemWithFile('a'),
		) => {
			const { stoppedBy } = await convex.run({
				parameters: ofFiles(operation, { ...parameters }),
				input: [{ json: {}, ...input }],
			});
			return stoppedBy?.message;
		};
		expect(await run('upload', {}, {})).toBe(
			"'Input Binary Field': the input item has no binary field 'data' [item 0]",
		);
		expect(await run('upload', { binaryField: '={{ 7 }}' })).toMatch(
			/^'Input Binary Field' is a number \('7'\), not the name of a binary field/,
		);
		const gone = { data: { data: '', id: 'filesystem-v2:gone', mimeType: 'text/plain' } };
		expect(await run('upload', {}, { binary: gone })).toMatch(
			/^'Input Binary Field': n8n cannot read the content of the file \(.*\) \[item 0\]$/s,
		);
		const NOT_BASE64 = "'Input Binary Field': the content of the file is not base64 [item 0]";
		for (const data of ['hello world', '***', 'Y', 'YQ==YQ==']) {
			const file = { data, mimeType: 'text/plain' };
			const given = { binaryField: `={{ (${JSON.stringify(file)}) }}` };
			expect(await run('upload', {}, { binary: { data: file } })).toBe(NOT_BASE64);
			expect(await run('upload', given, {})).toBe(NOT_BASE64);
		}
		expect(await run('get', { storageId: '={{ "" }}' })).toBe("'Storage ID' is empty [item 0]");
		expect(await run('delete', { storageId: '={{ null }}' })).toBe(
			"'Storage ID' is empty [item 0]",
		);
		expect(await run('get', { storageId: '../a' })).toBe(
			"'Storage ID' is not an ID: '../a' [item 0]",
		);
		expect(await run('download', { storageId: 'a', binaryField: '__proto__' })).toBe(
			"'Put Output File in Field' is not the name of a field [item 0]",
		);
		expect(await run('upload', { ...fromFunction(), argumentsJson: '{' })).toMatch(
			/^'Arguments \(JSON\)'/,
		);
		expect(await countFiles()).toBe(0);
	});

	it('needs a deploy key where Convex itself is asked', async () => {
		const credential = { deploymentUrl: convex.deployment.url, authentication: 'none' };
		for (const [operation, parameters] of [
			['upload', {}],
			['download', { storageId: 'a' }],
			['get', { storageId: 'a' }],
			['getMany', {}],
			['delete', { storageId: 'a' }],
		] as const) {
			const { stoppedBy } = await convex.run({
				credential,
				parameters: ofFiles(operation, parameters),
				input: [itemWithFile('a')],
			});
			expect(stoppedBy?.message).toMatch(/ needs a deploy key \[item 0\]$/);
			expect(stoppedBy?.description).toMatch(/'Deploy Key'/);
		}
	});
});

describe('a key without the permission', () => {
	it('is told which one it lacks', async () => {
		const storageId = await uploaded();
		const token = await convex.deployment.createKey(['deployment:data:view']);
		const credential = { ...convex.credential, token };
		const run = async (operation: string) =>
			await convex.run({
				credential,
				parameters: ofFiles(operation, operation === 'upload' ? {} : { storageId }),
				input: [itemWithFile('a')],
			});
		expect((await run('download')).success).toHaveLength(1);
		for (const operation of ['upload', 'delete']) {
			const { stoppedBy } = await run(operation);
			expect(stoppedBy?.message).toContain('deployment:data:write');
			expect(stoppedBy?.context.data).toMatchObject({ reason: 'permissionNeeded' });
		}
	});
});

describe('a file that is there is not said to be gone', () => {
	it.each([
		['get', ['deployment:data:write'], 'deployment:data:view'],
		['download', ['deployment:data:write'], 'deployment:data:view'],
		['delete', ['deployment:data:view'], 'deployment:data:write'],
		['delete', ['deployment:pause'], 'deployment:data:write'],
	])('%s, with a key that has only %j', async (operation, permissions, lacks) => {
		const storageId = await uploaded();
		const token = await convex.deployment.createKey(permissions);
		const run = async () => {
			const parameters = ofFiles(operation, { storageId });
			const credential = { ...convex.credential, token };
			return (await convex.run({ credential, parameters })).stoppedBy;
		};
		const refused = await run();
		expect(refused?.context.data).toMatchObject({
			reason: 'permissionNeeded',
			outcome: 'notExecuted',
		});
		await convex.deployment.redact();
		const hidden = await run();
		expect(hidden?.context.data).toMatchObject({ reason: 'hidden' });
		expect(hidden?.description).toContain(`lacks the permission '${lacks}'`);
		const { success } = await convex.run({ parameters: ofFiles('get', { storageId }) });
		expect(success).toHaveLength(1);
	});

	it('while a key that may not view data cannot tell', async () => {
		const token = await convex.deployment.createKey(['deployment:data:write']);
		const credential = { ...convex.credential, token };
		const parameters = ofFiles('delete', { storageId: 'nonsense' });
		const seen = await convex.run({ credential, parameters });
		expect(seen.stoppedBy?.message).toMatch(/^Uncaught Error: ArgumentValidationError: /);
		await convex.deployment.redact();
		const hidden = await convex.run({ credential, parameters });
		expect(hidden.stoppedBy?.description).toMatch(/Or there is no such file: a key that also has/);
	});

	it('while an outage keeps the node from finding out', async () => {
		await convex.deployment.redact();
		await convex.deployment.addFault({ kind: 'serverError', status: 503, path: '/api/query' });
		const parameters = ofFiles('delete', { storageId: 'nonsense' }, { maxRetries: 0 });
		const { stoppedBy } = await convex.run({ parameters });
		expect(stoppedBy?.description).toMatch(
			/Or there is no such file, which the node could not find out\.$/,
		);
	});
});

describe('a file that is not there', () => {
	it.each(['get', 'download', 'delete'])('is named: %s', async (operation) => {
		const storageId = await uploaded();
		await convex.run({ parameters: ofFiles('delete', { storageId }) });
		const task = await openHttp(convex.deployment.url).mutation('tasks:create', { title: 'a' });
		for (const id of [storageId, String(task), 'nonsense']) {
			const { error } = await convex.run({
				parameters: ofFiles(operation, { storageId: id }),
				settings: CONTINUE,
			});
			expect(error[0]?.json).toMatchObject({
				error: `The deployment has no file with the ID '${id}'`,
				details: { reason: 'fileNotFound', outcome: 'notExecuted', resource: 'file', operation },
			});
		}
	});

	it('is named where the deployment hides what happened', async () => {
		await convex.deployment.redact();
		const { stoppedBy } = await convex.run({
			parameters: ofFiles('delete', { storageId: 'nonsense' }),
		});
		expect(stoppedBy?.message).toBe("The deployment has no file with the ID 'nonsense'");
	});

	it('is named by its URL', async () => {
		const storageId = await uploaded();
		const url = await urlOf(storageId);
		await convex.run({ parameters: ofFiles('delete', { storageId }) });
		const { stoppedBy } = await convex.run({ parameters: ofFiles('download', { storageId: url }) });
		expect(stoppedBy).toMatchObject({
			message: `File ${url.split('/').at(-1)} not found`,
			context: { data: expect.objectContaining({ reason: 'fileNotFound' }) },
		});
	});
});

describe('a download', () => {
	it.each([
		{ kind: 'cut' } as const,
		{ kind: 'dropBefore' } as const,
		{ kind: 'serverError', status: 503 } as const,
		{ kind: 'truncate' } as const,
		{ kind: 'answer', status: 200, body: 'HELLO' } as const,
		{ kind: 'answer', status: 200, body: 'hello, and more' } as const,
	])('is repeated where it did not arrive whole: $kind $body', async (fault) => {
		const storageId = await uploaded();
		await convex.deployment.addFault({ ...fault, path: '/api/storage/' });
		const { success, stoppedBy } = await convex.run({
			parameters: ofFiles('download', { storageId }),
		});
		expect(stoppedBy).toBeUndefined();
		expect(contentOf(success[0])).toBe('hello');
		await convex.deployment.addFault({ ...fault, path: '/api/storage/' });
		const failed = await convex.run({
			parameters: ofFiles('download', { storageId }, { maxRetries: 0 }),
		});
		expect(failed.stoppedBy?.message).not.toBe('');
		expect(failed.success).toEqual([]);
	});

	it('takes no answer without a checksum for a file', async () => {
		const url = await urlOf(await uploaded());
		const page = { kind: 'answer', status: 200, body: '<html>Sign in</html>' } as const;
		await convex.deployment.addFault({ ...page, path: '/api/storage/' });
		const { stoppedBy } = await convex.run({
			parameters: ofFiles('download', { storageId: url }),
		});
		expect(stoppedBy?.message).toBe(
			'The server answered without the checksum that comes with every file of Convex',
		);
	});

	it('ends at its time limit, also in the middle of a file', async () => {
		const storageId = await uploaded();
		const drip = { kind: 'drip', bytes: 3, path: '/api/storage/' } as const;
		await convex.deployment.addFault(drip);
		const { stoppedBy } = await convex.run({
			parameters: ofFiles('download', { storageId }, { timeout: 300, maxRetries: 0 }),
		});
		expect(stoppedBy?.message).toBe('The answer did not arrive whole within 300 ms');
	});

	it('is asked for again where it stops in the middle without a word', async () => {
		const storageId = await uploaded();
		await convex.deployment.addFault({ kind: 'drip', bytes: 3, path: '/api/storage/' });
		const { success } = await convex.run({
			parameters: ofFiles('download', { storageId }, { timeout: 1_000, maxRetries: 1 }),
		});
		expect(contentOf(success[0])).toBe('hello');
	});
});

describe('a proxy that limits requests', () => {
	const limited = {
		kind: 'answer',
		status: 429,
		headers: { 'Retry-After': '3600' },
		body: '<html>Too many</html>',
	} as const;

	it('is left alone for as long as it asks for, with uploads and downloads too', async () => {
		const storageId = await uploaded();
		const details = { reason: 'rateLimited', retryable: true, retryAfterMs: 3_600_000 };
		await convex.deployment.addFault({ ...limited, path: UPLOAD });
		const sent = await upload({}, {}, CONTINUE);
		expect(sent.error[0]?.json.details).toMatchObject({ ...details, outcome: 'notExecuted' });
		await convex.deployment.addFault({ ...limited, path: '/api/storage/' });
		const { error } = await convex.run({
			parameters: ofFiles('download', { storageId }),
			settings: CONTINUE,
		});
		expect(error[0]?.json.details).toMatchObject(details);
	});
});

it('files that an earlier attempt stored are counted where the last one stops', async () => {
	// The answer to the fourth of them is lost, while two more are on their way.
	await convex.deployment.addFault({ kind: 'dropAfter', path: UPLOAD, skip: 3 });
	const { stoppedBy } = await convex.run({
		parameters: ofFiles('upload', {}, { concurrency: 3, maxRetries: 0 }),
		input: Array.from({ length: 8 }, (_, index) => itemWithFile(`${index}`)),
		settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
	});
	const [, told] = /(\d+) other items were done already/.exec(String(stoppedBy?.message)) ?? [];
	expect(Number(told)).toBe((await countFiles()) - 1);
});
