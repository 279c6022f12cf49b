import { createHash } from 'node:crypto';
import axios from 'axios';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** The functions behind the dashboard's page of files. */
const convex = useEmbeddedDeployment('deployKey');

const HOUR_MS = 3_600_000;

interface Outcome {
	value: unknown;
	/** Without the request's id. */
	errorMessage: string;
}

async function call(
	type: 'query' | 'mutation',
	name: string,
	args: object = {},
	key = convex.deployment.deployKey,
): Promise<Outcome> {
	const { data } = await axios.post(
		`${convex.deployment.url}/api/${type}`,
		{ path: `_system/frontend/fileStorageV2:${name}`, args, format: 'json' },
		{ headers: { Authorization: `Convex ${key}` } },
	);
	const errorMessage = String(data.errorMessage).replace(/^\[Request ID: .*\] Server Error\n/, '');
	return { value: data.value, errorMessage };
}

async function upload(content: string): Promise<string> {
	const { value: url } = await call('mutation', 'generateUploadUrl');
	const headers = { 'Content-Type': 'text/plain' };
	const { data } = await axios.post(String(url), Buffer.from(content), { headers });
	return data.storageId;
}

interface Page {
	page: Array<{ _id: string; _creationTime: number }>;
	isDone: boolean;
	continueCursor: string;
}

async function readPage(args: { numItems: number; cursor?: string | null; filters?: object }) {
	const { numItems, cursor = null, filters } = args;
	const paginationOpts = { numItems, cursor };
	const { value } = await call('query', 'fileMetadata', {
		paginationOpts,
		...(filters && { filters }),
	});
	return value as Page;
}

it('a file is uploaded to the URL that is generated, described, counted and deleted', async () => {
	const storageId = await upload('hello');
	const url = expect.stringMatching(/^http:\/\/.*\/api\/storage\/[0-9a-f-]{36}$/);
	const { value: file } = await call('query', 'getFile', { storageId });
	expect(file).toEqual({
		_id: storageId,
		_creationTime: expect.any(Number),
		contentType: 'text/plain',
		size: 5,
		sha256: createHash('sha256').update('hello').digest('base64'),
		url,
	});
	expect((await call('query', 'numFiles')).value).toBe(1);
	expect(await call('mutation', 'deleteFile', { storageId })).toMatchObject({ value: null });
	expect((await call('query', 'getFile', { storageId })).value).toBeNull();
	expect((await call('mutation', 'deleteFile', { storageId })).errorMessage).toMatch(
		new RegExp(`^Uncaught Error: storage id ${storageId} not found`),
	);
});

it('files are listed page by page, the newest first, and by the time of their creation', async () => {
	const ids = [await upload('a'), await upload('b'), await upload('c')];
	const first = await readPage({ numItems: 2 });
	expect(first.page.map(({ _id }) => _id)).toEqual([ids[2], ids[1]]);
	const second = await readPage({ numItems: 2, cursor: first.continueCursor });
	expect(second).toMatchObject({ page: [{ _id: ids[0] }], isDone: true });
	const oldest = await readPage({ numItems: 9, filters: { order: 'asc' } });
	expect(oldest.page.map(({ _id }) => _id)).toEqual(ids);
	const minCreationTime = oldest.page[1]?._creationTime;
	const later = await readPage({ numItems: 9, filters: { minCreationTime } });
	expect(later.page.map(({ _id }) => _id)).toEqual([ids[2], ids[1]]);
	const only = { minCreationTime, maxCreationTime: minCreationTime };
	expect((await readPage({ numItems: 9, filters: only })).page.map(({ _id }) => _id)).toEqual([
		ids[1],
	]);
});

it('several files are deleted together or not at all', async () => {
	const [a, b] = [await upload('a'), await upload('b')];
	await call('mutation', 'deleteFile', { storageId: b });
	expect((await call('mutation', 'deleteFiles', { storageIds: [a, b] })).errorMessage).toMatch(
		/not found/,
	);
	expect((await call('query', 'numFiles')).value).toBe(1);
	await call('mutation', 'deleteFiles', { storageIds: [a] });
	expect((await call('query', 'numFiles')).value).toBe(0);
});

it('ids of other tables and other arguments are refused', async () => {
	const { data } = await axios.post(`${convex.deployment.url}/api/mutation`, {
		path: 'tasks:create',
		args: { title: 'a' },
		format: 'json',
	});
	const ofTask = { storageId: data.value };
	expect((await call('mutation', 'deleteFile', ofTask)).errorMessage).toMatch(
		/^Uncaught Error: ArgumentValidationError: Found ID ".*" from table `tasks`/,
	);
	expect((await call('query', 'getFile', ofTask)).value).toBeNull();
	expect((await call('query', 'getFile', { storageId: 'nonsense' })).value).toBeNull();
	expect((await call('mutation', 'deleteFile', { storageId: 'nonsense' })).errorMessage).toMatch(
		/^Uncaught Error: ArgumentValidationError: Value does not match validator/,
	);
	expect((await call('query', 'getFile', {})).errorMessage).toMatch(
		/Object is missing the required field `storageId`/,
	);
});

it('a key without the permission may not, and the list of functions names none of them', async () => {
	const viewer = await convex.deployment.createKey(['deployment:data:view']);
	expect((await call('query', 'numFiles', {}, viewer)).value).toBe(0);
	expect((await call('mutation', 'generateUploadUrl', {}, viewer)).errorMessage).toMatch(
		/^Uncaught Error: You do not have permission to perform this operation \(deployment:data:write\)\.\n {4}at /,
	);
	const form = convex.form({ operation: 'run' });
	const names = (await form.searchFunctions()).map(({ name }) => name);
	expect(names.filter((name) => name.startsWith('_system'))).toEqual([]);
});

it('an upload URL expires after an hour', async () => {
	const { value: url } = await call('mutation', 'generateUploadUrl');
	await convex.deployment.advanceClock(HOUR_MS);
	const { status, data } = await axios.post(String(url), Buffer.from('late'), {
		validateStatus: () => true,
	});
	expect({ status, code: data.code }).toEqual({ status: 401, code: 'StorageTokenExpired' });
});
