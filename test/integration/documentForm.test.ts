import type { IDataObject, ResourceMapperField } from 'n8n-workflow';
import { creating, mapperValue, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const mapping = (value: IDataObject | null, mappingMode = 'defineBelow') => ({
	fieldsMode: 'mapping',
	fields: mapperValue(value, mappingMode),
});

const shown = (fields: ResourceMapperField[]) =>
	fields.map(({ id, displayName, type, required, removed }) => ({
		id,
		displayName,
		type,
		required,
		removed,
	}));

const formOf = async (parameters: Parameters<typeof convex.form>[0]) =>
	await convex.form(parameters).getDocumentFields();

describe('the form of a document', () => {
	it("has the fields of the table's schema, those that are required first", async () => {
		const { fields } = await formOf(creating('tasks'));
		expect(shown(fields)).toEqual([
			{ id: 'title', displayName: 'title', type: 'string', required: true, removed: false },
			{ id: 'status', displayName: 'status', type: 'options', required: true, removed: false },
			expect.objectContaining({ id: 'priority', type: 'number', required: false, removed: true }),
			expect.objectContaining({ id: 'dueAt', type: 'number', required: false, removed: true }),
		]);
	});

	it('requires nothing where only some fields are changed', async () => {
		const { fields } = await formOf(updating('tasks', ''));
		expect(fields.map(({ id, required }) => [id, required])).toEqual([
			['title', false],
			['status', false],
			['priority', false],
			['dueAt', false],
		]);
		const whole = await formOf(updating('tasks', '', { updateMode: 'document' }));
		expect(whole.fields[0]).toMatchObject({ id: 'title', required: true });
	});

	it('has the fields of the documents where there is no schema, and requires none', async () => {
		await tables.add('notes', { text: 'a', big: { $integer: 'AQAAAAAAAAA=' } }, { done: true });
		const { fields } = await formOf(creating('notes'));
		expect(shown(fields)).toEqual([
			{ id: 'done', displayName: 'done', type: 'boolean', required: false, removed: true },
			expect.objectContaining({ id: 'big', displayName: 'big (int64)', required: false }),
			expect.objectContaining({ id: 'text', type: 'string' }),
		]);
	});

	it('says where there is nothing to make it from', async () => {
		const [note] = await tables.add('notes', { text: 'a' });
		await tables.remove(note?._id);
		const { fields, emptyFieldsNotice } = await formOf(creating('notes'));
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toContain("Set 'Fields' to 'Using Fields Below'");
	});

	it.each([
		['no table is chosen', '', 'No table is chosen'],
		['the table is not there', 'taskz', "has no table 'taskz'"],
		['the table is an expression', '={{ $json.table }}', "'Table' is an expression"],
	])('says where %s', async (_what, table, notice) => {
		const { emptyFieldsNotice } = await formOf(creating(table));
		expect(emptyFieldsNotice).toContain(notice);
	});

	it('has the fields of a table of a component', async () => {
		const options = { options: { componentPath: 'tally' } };
		const { fields } = await formOf(creating('marks', '', options));
		expect(fields.map(({ id }) => id)).toEqual(['label']);
	});
});

describe('what is filled into the form', () => {
	it('is converted to the types of the schema', async () => {
		const value = { title: 'A', status: 'open', priority: '2', dueAt: '2026-01-31T12:00:00Z' };
		const { success } = await convex.run({ parameters: creating('tasks', '', mapping(value)) });
		expect(success[0]?.json).toMatchObject({ ...value, priority: 2, dueAt: 1769860800000 });
		expect((await tables.rows('tasks'))[0]).toEqual(success[0]?.json);
	});

	it('is converted to the types of the documents, and may have other fields', async () => {
		await tables.add('notes', { text: 'a', big: { $integer: 'AQAAAAAAAAA=' } });
		await convex.run({
			parameters: creating('notes', '', mapping({ text: 'b', big: '42', more: 'x' })),
		});
		expect((await tables.rows('notes'))[1]).toMatchObject({
			text: 'b',
			big: { $integer: 'KgAAAAAAAAA=' },
			more: 'x',
		});
	});

	it('is refused where it does not fit, naming the field', async () => {
		await tables.add('notes', { big: { $integer: 'AQAAAAAAAAA=' } });
		const { stoppedBy } = await convex.run({
			parameters: creating('notes', '', mapping({ big: 'many' })),
		});
		expect(stoppedBy?.message).toContain("'Fields': 'big' is text ('many'), not a whole number");
	});

	it('is checked by what the table is now, and not what it was when the form was made', async () => {
		const { stoppedBy } = await convex.run({
			parameters: creating('tasks', '', mapping({ title: 'A', status: 'open', gone: 1 })),
		});
		expect(stoppedBy?.message).toContain("'Fields' has 'gone', which the table does not take");
		expect(stoppedBy?.description).toContain(
			'If the table was changed, refresh the list of fields.',
		);
	});
});

describe("'Map Automatically'", () => {
	const automatic = creating('tasks', '', mapping(null, 'autoMapInputData'));

	it('takes the fields of the table, and says which were left out', async () => {
		const { success, run } = await convex.run({
			parameters: automatic,
			input: [{ _id: 'x', _creationTime: 1, title: 'A', status: 'open', row: 7, priority: '' }],
		});
		expect(success[0]?.json).toEqual({
			_id: expect.stringMatching(/tasks$/),
			_creationTime: expect.any(Number),
			title: 'A',
			status: 'open',
		});
		expect(JSON.stringify(run.data.resultData.runData.Convex)).toContain(
			"does not have all fields of the input items: 'row' was left out",
		);
	});

	it('refuses an item that has none of them', async () => {
		const { stoppedBy } = await convex.run({ parameters: automatic, input: [{ name: 'A' }] });
		expect(stoppedBy?.message).toContain('The input item has none of the fields of the table');
	});

	it('takes all fields where the table has no schema', async () => {
		await tables.add('notes', { text: 'a' });
		await convex.run({
			parameters: creating('notes', '', mapping(null, 'autoMapInputData')),
			input: [{ _id: 'x', text: 'b', more: { a: [1] } }],
		});
		expect((await tables.rows('notes'))[1]).toMatchObject({ text: 'b', more: { a: [1] } });
	});

	it('keeps values as they are where only other documents have another type', async () => {
		const item = { zip: '01234', plan: '2026-01', isMember: true, note: '' };
		await tables.add('people', { zip: 10_000, plan: 1, isMember: 'yes', note: 'a' });
		const parameters = creating('people', '', mapping(null, 'autoMapInputData'));
		const { stoppedBy } = await convex.run({ parameters, input: [item] });
		expect(stoppedBy).toBeUndefined();
		expect((await tables.rows('people'))[1]).toMatchObject(item);
	});
});
