/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import axios from 'axios';
import { sleep } from 'n8n-workflow';
import { until } from '../e2e/until';
import { startHttpServer } from '../support/awkwardServers';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { adminRequests, fieldsOf, importing } from '../support/importRequests';

/** What becomes of an import that fails, is cancelled, or cannot be reached any more. */
const convex = useEmbeddedDeployment('deployKey');

const { documents, request, systemQuery } = adminRequests(() => convex.deployment);

const task = (title: string, more: object = {}) => ({ title, status: 'open', ...more });

const imports = async () => (await systemQuery('_system/cli/queryImport:list')).value;

const isInState = async (state: string) => (await imports())[0]?.state.state === state;

const requestsTo = async (path: string) =>
	(await convex.deployment.requestStats()).endpoints[path]?.requests ?? 0;

async function storedFile(): Promise<string> {
	const data = { path: 'uploads:generateUploadUrl', args: {} };
	const url: string = (await request('POST', 'mutation', { data })).body.value;
	return (await axios.post(url, 'content', { headers: { 'Content-Type': 'text/plain' } })).data
		.storageId;
}

describe('an import that Convex cannot carry out', () => {
	it('replaces nothing, and its failure says so', async () => {
		await convex.run({ parameters: importing('tasks', 'append'), input: [task('old')] });
		// The id of no document of this table.
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'replace'),
			input: [task('a'), task('b', { _id: 'not-an-id-of-this-table' })],
		});
		expect(stoppedBy?.message).toMatch(
			/^Convex could not import the rows into 'tasks': _id not-an-id.* The table is as it was: Convex replaces all of it or nothing\.$/s,
		);
		expect(stoppedBy?.description).toMatch(/^Leave '_id' out .*, and the rows get new IDs\./);
		expect(stoppedBy?.context.data).toMatchObject({
			operation: 'import',
			resource: 'document',
			reason: 'importFailed',
			outcome: 'failed',
			rows: 2,
			rowsWritten: 0,
		});
		expect(stoppedBy?.context.itemIndex).toBeUndefined();
		expect(fieldsOf(await documents('tasks'))).toEqual([task('old')]);
	});

	it('for the ID of another table says how to get new ones, and not to delete tables', async () => {
		await convex.run({
			parameters: importing('counters', 'append'),
			input: [{ name: 'a', count: 1 }],
		});
		const [other] = await documents('counters');
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'replace'),
			input: [task('a', { _id: other?._id })],
		});
		expect(stoppedBy?.message).toMatch(
			/'tasks': New table `tasks` has IDs that conflict with existing table `counters`\. The table is as it was/,
		);
		expect(stoppedBy?.description).toContain("Leave '_id' out ('Fields to Send' → 'All Except')");
	});

	it.each([{}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 }])(
		'says how many rows went into other tables before where it stops the node: %j',
		async (settings) => {
			const upload = { name: 'x', storageId: '00000000000000000000000010000tasks' };
			const { stoppedBy } = await convex.run({
				parameters: importing('={{ $json.to }}', 'append', {
					itemFields: 'except',
					itemFieldNames: 'to',
				}),
				input: [
					...['a', 'b', 'c'].map((title) => task(title, { to: 'tasks' })),
					{ ...upload, to: 'uploads' },
				],
				settings,
			});
			expect(stoppedBy?.message).toMatch(
				/No row was added\. 3 other rows were imported already\.$/,
			);
			expect(await documents('tasks')).toHaveLength(3);
		},
	);

	it.each([
		['append', '/api/perform_import'],
		['upsert', '/api/streaming_import/import_airbyte_records'],
	] as const)(
		'is told with the rows of the attempt before, whatever stops the next one: %s',
		async (mode, path) => {
			const run = async (settings: object) =>
				await convex.run({
					parameters: importing('={{ $json.to }}', mode, {
						keyFields: 'name',
						itemFields: 'except',
						itemFieldNames: 'to',
						options: { maxRetries: 0 },
					}),
					input: [
						{ to: 'counters', name: 'a', count: 1 },
						{ to: 'counters', name: 'b', count: 1 },
						{ to: 'additions', name: 'a', key: 'c' },
					],
					settings,
				});
			const queries = async () =>
				(await convex.deployment.requestStats()).endpoints['/api/query']?.requests ?? 0;
			const busy = { path, kind: 'answer', status: 429, body: '', skip: 1 } as const;
			await convex.deployment.addFault(busy);
			const before = await queries();
			await run({});
			const ofOneAttempt = (await queries()) - before;
			await convex.deployment.reset();
			await convex.deployment.addFault(busy);
			await convex.deployment.addFault({
				path: '/api/query',
				kind: 'dropBefore',
				skip: ofOneAttempt,
				times: 50,
			});
			const { stoppedBy } = await run({ retryOnFail: true, maxTries: 2, waitBetweenTries: 1 });
			expect(stoppedBy?.message).toMatch(
				/^The connection broke .* 2 other rows were imported already\.$/,
			);
		},
	);

	it('says how many rows were appended before', async () => {
		await convex.deployment.setImportPace({ rowsPerTransaction: 1 });
		const storageId = await storedFile();
		// Only Convex knows that no file has the last id.
		const input = [storageId, storageId, storageId, storageId, 'x'].map((id) => ({
			name: 'a',
			storageId: id,
		}));
		const { error } = await convex.run({
			parameters: importing('uploads', 'append'),
			input,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toHaveLength(5);
		expect(error[0]?.json.error).toMatch(
			/^Convex could not import the rows into 'uploads': Failed to insert .* At least 3 of the 5 rows were added, and stay\. The change may have been made/s,
		);
		expect(error[0]?.json.details).toMatchObject({ outcome: 'unknown', rowsWritten: 3 });
		expect(error[0]?.json.details).toMatchObject({
			hint: expect.stringContaining('Convex does not tell which row it is'),
		});
		expect(await documents('uploads')).toHaveLength(4);
	});
});

describe('an import that is cancelled', () => {
	it('by the execution is cancelled in Convex, and replaces nothing', async () => {
		await convex.run({ parameters: importing('tasks', 'append'), input: [task('old')] });
		await convex.deployment.setImportPace({ heldAt: 'importing' });
		const cancel = new AbortController();
		const running = convex.run({
			parameters: importing('tasks', 'replace'),
			input: [task('new')],
			cancelSignal: cancel.signal,
		});
		await until(async () => await isInState('in_progress'));
		cancel.abort();
		await running.catch(() => undefined);
		await until(async () => await isInState('failed'));
		expect((await imports())[0].state.error_message).toBe('Import canceled');
		await convex.deployment.setImportPace({ heldAt: '' });
		expect(fieldsOf(await documents('tasks'))).toEqual([task('old')]);
	});

	it('before it is confirmed is never confirmed', async () => {
		await convex.deployment.setImportPace({ heldAt: 'parsing' });
		const cancel = new AbortController();
		const running = convex.run({
			parameters: importing('tasks', 'append'),
			input: [task('new')],
			cancelSignal: cancel.signal,
		});
		await until(async () => await isInState('uploaded'));
		cancel.abort();
		await running.catch(() => undefined);
		await until(async () => await isInState('failed'));
		await convex.deployment.setImportPace({ heldAt: '' });
		expect(await documents('tasks')).toEqual([]);
	});

	it('by its time limit says so, and that nothing changed', async () => {
		await convex.deployment.setImportPace({ heldAt: 'importing' });
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'replace', { options: { timeLimit: 3_000 } }),
			input: [task('new')],
		});
		expect(stoppedBy?.message).toBe(
			'The import took longer than 3 seconds, so the node gave it up. The table is as it was: Convex replaces all of it or nothing.',
		);
		expect(stoppedBy?.context.data).toMatchObject({ reason: 'timedOut', outcome: 'failed' });
		expect(await isInState('failed')).toBe(true);
	});

	it('by its time limit may have appended rows, and is not repeated', async () => {
		await convex.deployment.setImportPace({ rowsPerTransaction: 1, heldAt: 'importing' });
		const input = Array.from({ length: 200 }, (_, index) => task(`${index}`));
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'append', { options: { timeLimit: 4_000 } }),
			input,
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		});
		expect(stoppedBy?.message).toContain(
			'Some or all of the rows may have been added, or may still be.',
		);
		expect(stoppedBy?.message).toContain('do not repeat it before checking that in Convex');
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
		expect(stoppedBy?.message).not.toContain('other item');
		expect(stoppedBy?.context.itemIndex).toBeUndefined();
		expect(await imports()).toHaveLength(1);
	});

	it('by somebody else fails with the words of Convex', async () => {
		await convex.deployment.setImportPace({ heldAt: 'importing' });
		const running = convex.run({
			parameters: importing('tasks', 'append'),
			input: [task('new')],
		});
		await until(async () => await isInState('in_progress'));
		const importId: string = (await imports())[0]._id;
		await request('POST', 'cancel_import', { data: { importId } });
		const { stoppedBy } = await running;
		expect(stoppedBy?.message).toMatch(
			/^Convex could not import the rows into 'tasks': Import canceled\. Some or all of the rows/,
		);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', rowsWritten: 0 });
		await convex.deployment.setImportPace({ heldAt: '' });
		await until(async () => (await documents('tasks')).length === 1);
	});

	it('while it appends few rows may add them all the same, and is not repeated', async () => {
		await convex.deployment.setImportPace({ heldAt: 'importing' });
		const { error } = await convex.run({
			parameters: importing('tasks', 'append', { options: { timeLimit: 3_000 } }),
			input: [task('a'), task('b')],
			settings: {
				onError: 'continueErrorOutput',
				retryOnFail: true,
				maxTries: 2,
				waitBetweenTries: 0,
			},
		});
		expect(error.map(({ json }) => json.details)).toEqual([
			expect.objectContaining({ outcome: 'unknown', rowsWritten: 0 }),
			expect.objectContaining({ outcome: 'unknown', rowsWritten: 0 }),
		]);
		expect(await imports()).toHaveLength(1);
		await convex.deployment.setImportPace({ heldAt: '' });
		await until(async () => (await documents('tasks')).length > 0);
		expect(await documents('tasks')).toHaveLength(2);
	});
});

describe('an answer that is lost', () => {
	it.each(['/api/import/start_upload', '/api/import/upload_part', '/api/perform_import'])(
		'is asked for again, and nothing is imported twice: %s',
		async (path) => {
			await convex.deployment.addFault({ path, kind: 'dropAfter' });
			const { success } = await convex.run({
				parameters: importing('tasks', 'append'),
				input: [task('a'), task('b')],
			});
			expect(success[0]?.json.imported).toBe(2);
			expect(await requestsTo(path)).toBe(2);
			expect(fieldsOf(await documents('tasks'))).toEqual([task('a'), task('b')]);
		},
	);

	it('to the end of an upload leaves an import that is never confirmed', async () => {
		await convex.deployment.addFault({ path: '/api/import/finish_upload', kind: 'dropAfter' });
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'append'),
			input: [task('a')],
		});
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted', rowsWritten: 0 });
		expect(await documents('tasks')).toEqual([]);
	});

	it('for good leaves the import unconfirmed', async () => {
		const path = '/api/perform_import';
		await convex.deployment.addFault({ path, kind: 'dropBefore', times: 5 });
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'append', { options: { maxRetries: 1 } }),
			input: [task('a')],
		});
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted', rowsWritten: 0 });
		expect(await isInState('failed')).toBe(true);
		expect(await documents('tasks')).toEqual([]);
	});
});

describe('an outage while Convex is busy with an import', () => {
	const outage = { path: '/api/query', kind: 'dropBefore', times: 3 } as const;

	it.each(['append', 'replace'] as const)('is waited through: %s', async (mode) => {
		await convex.deployment.setImportPace({ heldAt: 'importing' });
		const running = convex.run({
			parameters: importing('tasks', mode, { options: { maxRetries: 0 } }),
			input: [task('a')],
		});
		await until(async () => await isInState('in_progress'));
		await convex.deployment.addFault(outage);
		await sleep(1_000);
		await convex.deployment.setImportPace({ heldAt: '' });
		const { success, stoppedBy } = await running;
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.imported).toBe(1);
		expect(fieldsOf(await documents('tasks'))).toEqual([task('a')]);
	});

	it('is the reason where it outlasts the time limit', async () => {
		await convex.deployment.setImportPace({ heldAt: 'importing' });
		const running = convex.run({
			parameters: importing('tasks', 'append', { options: { timeLimit: 5_000 } }),
			input: [task('a')],
		});
		await until(async () => await isInState('in_progress'));
		await convex.deployment.addFault({ ...outage, times: 100 });
		const { stoppedBy } = await running;
		await convex.deployment.setImportPace({ heldAt: '' });
		expect(stoppedBy?.message).toMatch(
			/^The connection broke .* The import may go on in Convex: its dashboard shows it under Backups\./,
		);
		expect(stoppedBy?.context.data).toMatchObject({ kind: 'network', outcome: 'unknown' });
	});

	it('is waited through while the key index is built', async () => {
		await convex.deployment.setImportPace({ heldAt: 'indexing' });
		const running = convex.run({
			parameters: importing('counters', 'upsert', {
				keyFields: 'name',
				options: { maxRetries: 0 },
			}),
			input: [{ name: 'a', count: 1 }],
		});
		await until(
			async () => (await requestsTo('/api/streaming_import/add_primary_key_indexes')) > 0,
		);
		await convex.deployment.addFault(outage);
		await sleep(1_000);
		await convex.deployment.setImportPace({ heldAt: '' });
		const { success, stoppedBy } = await running;
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.imported).toBe(1);
	});
});

it('a confirmation that arrives when nobody waits for it any more may have added rows', async () => {
	const lateMs = new Map([
		['/api/perform_import', 900],
		['/api/cancel_import', 1_200],
	]);
	const passOn: RequestListener = async (incoming, outgoing) => {
		const { url = '', method, headers } = incoming;
		const data = await buffer(incoming);
		await sleep(lateMs.get(url) ?? 0);
		const address = `${convex.deployment.url}${url}`;
		const answer = await axios.request({
			...{ url: address, method, headers, data, responseType: 'arraybuffer' },
			validateStatus: () => true,
		});
		outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.data);
	};
	const proxy = await startHttpServer((...exchange) => void passOn(...exchange));
	await convex.deployment.setImportPace({ heldAt: 'importing' });
	const { stoppedBy } = await convex.run({
		credential: { ...convex.credential, deploymentUrl: proxy.url },
		parameters: importing('tasks', 'append', { options: { timeout: 700, maxRetries: 0 } }),
		input: [task('a')],
	});
	await proxy.stop();
	expect(stoppedBy?.message).toContain('may have been added');
	expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', retryable: false });
	await convex.deployment.setImportPace({ heldAt: '' });
	await until(async () => (await documents('tasks')).length === 1);
}, 30_000);

describe('an answer that is none of Convex', () => {
	it.each([
		['/api/import/start_upload', { other: 1 }],
		['/api/import/upload_part', null],
		['/api/import/finish_upload', '<html>'],
		['/api/perform_import', { surprise: true }],
	])('is told as such: %s', async (path, body) => {
		await convex.deployment.addFault({ path, kind: 'answer', status: 200, body });
		const { stoppedBy } = await convex.run({
			parameters: importing('tasks', 'append'),
			input: [task('a')],
		});
		expect(stoppedBy?.context.data).toMatchObject({ reason: 'notConvex' });
		expect(await documents('tasks')).toEqual([]);
	});
});

describe('a key that may not', () => {
	it.each([
		[['deployment:data:view'], 'deployment:backups:view'],
		[['deployment:data:view', 'deployment:backups:view'], 'deployment:backups:import'],
		[['deployment:backups:view', 'deployment:backups:import'], 'deployment:data:view'],
	])('has only %j, and is told what it lacks', async (actions, missing) => {
		const token = await convex.deployment.createKey(actions);
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, token },
			parameters: importing('tasks', 'append'),
			input: [task('a')],
		});
		expect(stoppedBy?.message).toContain(`(${missing})`);
		expect(await requestsTo('/api/import/upload_part')).toBe(0);
	});

	it('is no deploy key at all', async () => {
		const { stoppedBy } = await convex.run({
			credential: { deploymentUrl: convex.deployment.url, authentication: 'none' },
			parameters: importing('tasks', 'append'),
			input: [task('a')],
		});
		expect(stoppedBy?.message).toContain('needs a deploy key');
	});
});

it('waits for another import, and is carried out then', async () => {
	await convex.deployment.setImportPace({ heldAt: 'importing' });
	const first = convex.run({ parameters: importing('tasks', 'append'), input: [task('a')] });
	await until(async () => await isInState('in_progress'));
	const second = convex.run({ parameters: importing('tasks', 'append'), input: [task('b')] });
	await convex.deployment.setImportPace({ heldAt: '' });
	await Promise.all([first, second]);
	expect(await documents('tasks')).toHaveLength(2);
});

it('rows that were imported are not imported again when n8n retries the node', async () => {
	const { success, error } = await convex.run({
		parameters: importing('={{ $json.table }}', 'append', {
			itemFields: 'except',
			itemFieldNames: 'table',
		}),
		input: [
			{ table: 'tasks', ...task('a') },
			{ table: 'nothing', ...task('b') },
		],
		settings: {
			onError: 'continueErrorOutput',
			retryOnFail: true,
			maxTries: 2,
			waitBetweenTries: 0,
		},
	});
	expect([success.length, error.length]).toEqual([1, 1]);
	expect(await documents('tasks')).toHaveLength(1);
});
