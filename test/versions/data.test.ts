import { creating } from '../support/documentWrites';
import { contentOf, itemWithFile, ofFiles, sha256Of } from '../support/files';
import { requestTo } from '../support/httpActions';
import { importing } from '../support/importRequests';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

const tasks = { __rl: true, mode: 'name', value: 'tasks' };
const task = (title: string) => ({ title, status: 'open' });

describe('data without a function', () => {
	it('is documents that are created, read, changed and deleted', async () => {
		const { success: created } = await built.run({
			parameters: creating('tasks'),
			input: [task('A'), task('B')],
		});
		const ids = created.map(({ json }) => String(json._id));
		const document = { resource: 'document', table: tasks, documentId: '={{ $json.id }}' };
		const input = ids.map((id) => ({ id }));
		await built.run({
			parameters: {
				...document,
				operation: 'update',
				updateMode: 'fields',
				fieldsMode: 'json',
				documentJson: '{ "status": "done" }',
			},
			input: input.slice(0, 1),
		});
		const { success: read } = await built.run({
			parameters: { ...document, operation: 'get' },
			input,
		});
		expect(read.map(({ json }) => [json._id, json.status])).toEqual([
			[ids[0], 'done'],
			[ids[1], 'open'],
		]);
		await built.run({ parameters: { ...document, operation: 'delete' }, input: input.slice(1) });
		const { success: left } = await built.run({
			parameters: { ...document, operation: 'getMany', returnAll: true },
		});
		expect(left.map(({ json }) => json.title)).toEqual(['A']);
	});

	it('is rows that are imported, and one that is refused', async () => {
		const { success } = await built.run({
			parameters: importing('tasks', 'append'),
			input: [task('A'), task('B')],
		});
		expect(success.map(({ json }) => json.imported)).toEqual([2]);
		const { error } = await built.run({
			parameters: creating('tasks'),
			input: [{ title: 'C', status: 'lost' }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error.map(({ json }) => Object(json.details).resource)).toEqual(['document']);
	});

	it('is files that are uploaded and downloaded', async () => {
		const { success } = await built.run({
			parameters: ofFiles('upload'),
			input: [itemWithFile('hello', { fileName: 'hello.txt' })],
		});
		expect(success[0]?.json.sha256).toBe(sha256Of('hello'));
		const { success: downloaded } = await built.run({
			parameters: ofFiles('download', { storageId: '={{ $json.storageId }}' }),
			input: success.map(({ json }) => json),
		});
		expect(contentOf(downloaded[0])).toBe('hello');
	});

	it('is what an HTTP action answers', async () => {
		const { success } = await built.run({
			parameters: requestTo('POST /tasks', { body: 'json', bodyJson: '{ "title": "A" }' }),
		});
		expect(success.map(({ json }) => json)).toEqual([{ id: expect.any(String) }]);
	});
});
