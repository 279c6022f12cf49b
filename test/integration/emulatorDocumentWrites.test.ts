import axios from 'axios';
import { UNSET_PLACEHOLDER } from '../../emulator/data/unsetPlaceholder';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** The system functions that change documents, as the emulator has them: what makes them dangerous too. */
const convex = useEmbeddedDeployment('deployKey');

interface SystemAnswer {
	status: string;
	value?: unknown;
	errorMessage?: string;
	errorData?: unknown;
}

async function call(
	path: string,
	args: object,
	{ type = 'mutation', key = convex.deployment.deployKey } = {},
): Promise<SystemAnswer> {
	const { data } = await axios.post<SystemAnswer>(
		`${convex.deployment.url}/api/${type}`,
		{ path, args, format: 'convex_encoded_json' },
		{ headers: { Authorization: `Convex ${key}` }, validateStatus: () => true },
	);
	return data;
}

const write = async (name: string, args: object, key?: string) =>
	await call(`_system/frontend/${name}`, args, key === undefined ? {} : { key });

async function rows(
	table: string,
	component: object = {},
): Promise<Array<Record<string, unknown>>> {
	const paginationOpts = { numItems: 100, cursor: null };
	const args = { table, paginationOpts, filters: null, ...component };
	const { value } = await call('_system/frontend/paginatedTableDocuments', args, { type: 'query' });
	return (value as { page: Array<Record<string, unknown>> }).page;
}

async function newTask(title: string): Promise<string> {
	return String((await call('tasks:create', { title })).value);
}

describe('addDocument', () => {
	it('adds documents of every type and tells no ids', async () => {
		const document = { name: 'a', content: { $bytes: 'AQI=' } };
		expect(await write('addDocument', { table: 'files', documents: [document] })).toEqual({
			status: 'success',
			value: { success: true },
		});
		expect(await rows('files')).toEqual([expect.objectContaining(document)]);
	});

	it('makes a table of a mistyped name', async () => {
		await write('addDocument', { table: 'taskz', documents: [{ a: 1 }] });
		expect(await rows('taskz')).toHaveLength(1);
	});

	it('writes all documents or none, and says what the schema refuses as a ConvexError', async () => {
		const documents = [{ title: 'A', status: 'open' }, { status: 'open' }];
		const { status, errorData } = await write('addDocument', { table: 'tasks', documents });
		expect({ status, errorData }).toEqual({
			status: 'error',
			errorData: expect.stringMatching(
				/^Failed to insert or update a document in table "tasks" because it does not match the schema: Object is missing the required field `title`/,
			),
		});
		expect(await rows('tasks')).toEqual([]);
	});

	it.each<[what: string, document: object, text: string]>([
		['a field that starts with _', { _mine: 1 }, "Field '_mine' starts with an underscore"],
		[
			'more than 1 MiB',
			{ value: 'x'.repeat(2 ** 20) },
			'Value is too large (1.00 MiB > maximum size 1 MiB)',
		],
		[
			'more than 16 levels',
			{ a: Array.from({ length: 16 }).reduce<unknown>((inner) => [inner], 1) },
			'Document is too nested (nested 17 levels deep > maximum nesting 16)',
		],
	])('refuses %s', async (_what, document, text) => {
		const { errorData } = await write('addDocument', { table: 'free', documents: [document] });
		expect(errorData).toContain(text);
	});

	it('takes 4,096 documents at most, and answers more with a success that is none', async () => {
		const documents = Array.from({ length: 4097 }, (_, number) => ({ number }));
		expect(await write('addDocument', { table: 'free', documents })).toEqual({
			status: 'success',
			value: { success: false, error: 'Can’t import more than 4096 documents at once.' },
		});
	});

	it('asks for a key that may write data', async () => {
		const key = await convex.deployment.createKey(['deployment:data:view']);
		const { errorMessage } = await write('addDocument', { table: 'tasks', documents: [] }, key);
		expect(errorMessage).toContain('(deployment:data:write)');
	});

	it('reaches the tables of a component', async () => {
		const component = { componentId: 'tally-component-id' };
		await write('addDocument', { table: 'free', documents: [{ a: 1 }], ...component });
		expect(await rows('free', component)).toHaveLength(1);
		expect(await rows('free')).toEqual([]);
	});
});

describe('patchDocumentsFields', () => {
	it('sets and unsets fields, also of another table than the one it is given', async () => {
		const id = await newTask('A');
		await write('patchDocumentsFields', { table: 'orders', ids: [id], fields: { priority: 2 } });
		expect(await rows('tasks')).toEqual([expect.objectContaining({ title: 'A', priority: 2 })]);
		const fields = { priority: UNSET_PLACEHOLDER };
		await write('patchDocumentsFields', { table: 'tasks', ids: [id], fields });
		expect(await rows('tasks')).toEqual([expect.not.objectContaining({ priority: 2 })]);
	});

	it('changes the whole table where there are no ids', async () => {
		await newTask('A');
		await newTask('B');
		await write('patchDocumentsFields', { table: 'tasks', fields: { title: 'C' } });
		expect((await rows('tasks')).map(({ title }) => title)).toEqual(['C', 'C']);
	});

	it('changes nothing where one of the documents is gone', async () => {
		const ids = [await newTask('A'), await newTask('B')];
		const toDelete = [{ id: ids[1], tableName: 'tasks' }];
		await write('deleteDocuments', { toDelete });
		const patched = await write('patchDocumentsFields', {
			table: 'tasks',
			ids,
			fields: { title: 'C' },
		});
		expect(patched.errorData).toBe("Cannot read properties of null (reading '_id')");
		expect((await rows('tasks')).map(({ title }) => title)).toEqual(['A']);
	});
});

describe('replaceDocument and deleteDocuments', () => {
	it('replace a document of any table, and say of a missing one that it does not exist', async () => {
		const id = await newTask('A');
		const document = { title: 'B', status: 'done' };
		expect((await write('replaceDocument', { id, document })).value).toEqual({ success: true });
		expect(await rows('tasks')).toEqual([expect.objectContaining(document)]);
		await write('deleteDocuments', { toDelete: [{ id, tableName: 'orders' }] });
		expect(await rows('tasks')).toEqual([]);
		expect((await write('replaceDocument', { id, document })).value).toEqual({
			success: false,
			error: 'Document does not exist.',
		});
	});

	it('delete nothing where one document is gone', async () => {
		const [gone, kept] = [await newTask('A'), await newTask('B')];
		const toDelete = (id: string) => ({ id, tableName: 'tasks' });
		await write('deleteDocuments', { toDelete: [toDelete(gone)] });
		const { errorMessage } = await write('deleteDocuments', {
			toDelete: [toDelete(kept), toDelete(gone)],
		});
		expect(errorMessage).toContain(`Delete on nonexistent document ID ${gone}`);
		expect(await rows('tasks')).toHaveLength(1);
	});
});
