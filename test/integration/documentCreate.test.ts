import { creating, mapperValue, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { importing } from '../support/importRequests';

const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const continuing = { onError: 'continueErrorOutput' } as const;
const task = (title: string, more = {}) => ({ title, status: 'open', ...more });
const jsonOf = (items: Array<{ json: object }>) => items.map(({ json }) => json);

describe('created documents', () => {
	it('come out as they are in the table, with their IDs, each paired with its item', async () => {
		const { success } = await convex.run({
			parameters: creating('tasks'),
			input: [task('A'), task('B', { priority: 1 }), task('C')],
		});
		expect(jsonOf(success)).toEqual(await tables.rows('tasks'));
		expect(jsonOf(success)[1]).toEqual({
			_id: expect.stringMatching(/tasks$/),
			_creationTime: expect.any(Number),
			title: 'B',
			status: 'open',
			priority: 1,
		});
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	it('go together in one request', async () => {
		const input = Array.from({ length: 250 }, (_, row) => task(`t${row}`));
		const { success } = await convex.run({ parameters: creating('tasks'), input });
		expect(jsonOf(success)).toEqual(await tables.rows('tasks'));
		// The tables, the schema, the newest document, and for each request what it created.
		expect((await convex.deployment.requestStats()).requests).toBe(1 + 1 + 1 + 3 * 2 + 1);
	});

	it('come without IDs where those are not wanted', async () => {
		const { success } = await convex.run({
			parameters: creating('tasks', undefined, { options: { returnIds: false, batchSize: 2 } }),
			input: [task('A'), task('B'), task('C')],
		});
		expect(jsonOf(success)).toEqual([task('A'), task('B'), task('C')]);
		expect((await convex.deployment.requestStats()).requests).toBe(1 + 1 + 2);
	});

	it('with the same content have IDs of their own', async () => {
		const [before] = await tables.add('tasks', task('A'));
		const { success } = await convex.run({
			parameters: creating('tasks', undefined, { options: { batchSize: 2 } }),
			input: [task('A'), task('A'), task('A')],
		});
		const ids = success.map(({ json }) => json._id);
		expect(new Set([...ids, before?._id]).size).toBe(4);
		expect(ids).not.toContain(null);
	});

	it.each([1, 30])(
		'have their IDs where %s documents come from the future, as an import may leave them',
		async (count) => {
			const ahead = Array.from({ length: count }, (_, index) => ({
				...task('ahead'),
				_creationTime: Date.now() + 86_400_000 + index,
			}));
			const input = [task('A'), task('B'), task('C')];
			await convex.run({ parameters: importing('tasks', 'replace'), input: ahead });
			const parameters = creating('tasks', '={{ $json }}', { options: { batchSize: 2 } });
			const { success } = await convex.run({ parameters, input });
			const rows = await tables.rows('tasks');
			expect(success.map(({ json }) => json)).toEqual(
				['A', 'B', 'C'].map((title) => rows.find((row) => row.title === title)),
			);
		},
	);

	it('come with no ID, and a hint, where somebody else created the same meanwhile', async () => {
		// Lets the tables, the schema and the newest document pass.
		await convex.deployment.addFault({
			path: '/api/query',
			skip: 3,
			kind: 'meanwhile',
			functionPath: 'tasks:create',
			args: { title: 'A' },
		});
		const { success, run } = await convex.run({
			parameters: creating('tasks'),
			input: [task('A'), task('B')],
		});
		expect(jsonOf(success)).toEqual([
			{ _id: null, _creationTime: null, ...task('A') },
			expect.objectContaining({ _id: expect.any(String), ...task('B') }),
		]);
		expect(JSON.stringify(run.data.resultData.runData.Convex)).toContain(
			'1 of the created documents have no ID here',
		);
	});

	it('are there although their IDs cannot be read', async () => {
		await convex.deployment.addFault({ path: '/api/query', skip: 3, kind: 'dropBefore' });
		const { success } = await convex.run({
			parameters: creating('tasks', undefined, { options: { maxRetries: 0 } }),
			input: [task('A')],
		});
		expect(jsonOf(success)).toEqual([{ _id: null, _creationTime: null, ...task('A') }]);
		expect(await tables.rows('tasks')).toHaveLength(1);
	});

	it('keep every type of Convex, and a field called error does not make a failure', async () => {
		await tables.add('notes', { text: 'first' });
		const { success } = await convex.run({
			parameters: creating('notes', undefined, {
				fieldsMode: 'fields',
				typedFields: {
					field: [
						{ name: 'big', type: 'int64', value: '9007199254740993' },
						{ name: 'data', type: 'bytes', value: 'AQI=' },
						{ name: 'at', type: 'date', value: '2026-01-31T12:00:00Z' },
						{ name: 'error', type: 'string', value: 'none' },
					],
				},
			}),
			settings: continuing,
		});
		const expected = { at: 1769860800000, data: 'AQI=', big: '9007199254740993', error: 'none' };
		expect(jsonOf(success)).toEqual([{ value: expect.objectContaining(expected) }]);
		expect((await tables.rows('notes'))[1]).toMatchObject({
			big: { $integer: 'AQAAAAAAIAA=' },
			data: { $bytes: 'AQI=' },
		});
	});

	it('go into a component', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: creating('marks', '{"label":"a"}', { options: { componentPath: 'tally' } }),
		});
		expect(stoppedBy?.message).toBeUndefined();
		const rows = await tables.rows('marks', { componentId: 'tally-component-id' });
		expect(jsonOf(success)).toEqual(rows);
		expect(rows).toHaveLength(1);
	});
});

describe('a document that is refused before anything is sent', () => {
	it.each([
		['an unknown field', '{"title":"A","status":"open","titel":1}', "has 'titel', which the table"],
		['a missing field', '{"status":"open"}', "lacks 'title', which the table requires"],
		[
			'a value of a wrong type',
			'{"title":"A","status":"open","priority":"x"}',
			"'priority' is text",
		],
		['a field that starts with _', '{"title":"A","status":"open","_mine":1}', "'_mine'"],
		['a field that starts with $', '{"title":"A","status":"open","$a":1}', "'$a'"],
		['what is no object', '[1]', 'is an array, not an object'],
		['broken JSON', '{"title":', 'is not valid JSON'],
	])('names %s', async (_what, document, message) => {
		const { stoppedBy } = await convex.run({ parameters: creating('tasks', document) });
		expect(stoppedBy?.message).toContain(message);
		expect(await tables.rows('tasks')).toEqual([]);
	});

	it('leaves its neighbours alone', async () => {
		const { success, error } = await convex.run({
			parameters: creating('tasks'),
			input: [task('A'), { title: 'B' }, task('C')],
			settings: continuing,
		});
		expect(jsonOf(success)).toEqual(await tables.rows('tasks'));
		expect(success).toHaveLength(2);
		expect(error[0]?.json).toMatchObject({
			title: 'B',
			error: expect.stringContaining("lacks 'status'"),
			details: { resource: 'document', operation: 'create', kind: 'input', outcome: 'notExecuted' },
		});
	});

	it.each([
		['item', { fieldsMode: 'item' }, {}],
		['item of empty fields', { fieldsMode: 'item' }, { _id: 'x' }],
		[
			'item that is mapped automatically',
			{ fieldsMode: 'mapping', fields: mapperValue(null, 'autoMapInputData') },
			{},
		],
	])('is none at all where nothing was found: an %s', async (_name, mode, item) => {
		await tables.add('notes', { text: 'a' });
		const { stoppedBy } = await convex.run({
			parameters: creating('notes', '{}', mode),
			input: [item],
		});
		expect(stoppedBy?.message).toBe('The input item has no fields to write [item 0]');
		expect(await tables.rows('notes')).toHaveLength(1);
	});

	const NOTHING = '={{ $json.nothing }}';
	const TEXT_OF_NOTHING = { field: [{ name: 'text', type: 'auto', value: NOTHING }] };

	it.each([
		['a form', { fieldsMode: 'mapping', fields: mapperValue({ text: NOTHING }) }],
		['fields', { fieldsMode: 'fields', typedFields: TEXT_OF_NOTHING }],
		['JSON', { documentJson: '={{ $json }}' }],
	])('is not created without a field where expressions find nothing: %s', async (_name, mode) => {
		await tables.add('notes', { text: 'a' });
		const { stoppedBy } = await convex.run({ parameters: creating('notes', '{}', mode) });
		expect(stoppedBy?.message).toMatch(/gives no value, so that the document would have no fields/);
		expect(await tables.rows('notes')).toHaveLength(1);
	});

	it('is not emptied by an update either', async () => {
		const [note] = await tables.add('notes', { text: 'a' });
		const { stoppedBy } = await convex.run({
			parameters: updating('notes', '{}', {
				updateMode: 'document',
				fieldsMode: 'mapping',
				fields: mapperValue({ text: NOTHING }),
			}),
			input: [{ _id: String(note?._id) }],
		});
		expect(stoppedBy?.message).toMatch(/gives no value/);
		expect(await tables.rows('notes')).toMatchObject([{ text: 'a' }]);
	});

	it('may be empty where that is written down', async () => {
		await tables.add('notes', { text: 'a' });
		const { success } = await convex.run({ parameters: creating('notes', '{}') });
		expect(success).toHaveLength(1);
	});

	it('stops the node before its neighbours are sent', async () => {
		const rows = Array.from({ length: 300 }, (_, row) => (row === 299 ? { title: 1 } : task('A')));
		const { stoppedBy } = await convex.run({ parameters: creating('tasks'), input: rows });
		expect(stoppedBy?.context.itemIndex).toBe(299);
		expect(await tables.rows('tasks')).toEqual([]);
	});

	it('of more than 1 MiB names the field', async () => {
		await tables.add('notes', { text: 'first' });
		const { stoppedBy } = await convex.run({
			parameters: creating('notes'),
			input: [{ text: 'x'.repeat(2 ** 20) }],
		});
		expect(stoppedBy?.message).toContain("'text' alone has 1.1 MiB");
	});
});

describe('a table', () => {
	it('is never made by a typing mistake', async () => {
		const { stoppedBy } = await convex.run({
			parameters: creating('taskz', '{"title":"A","status":"open"}'),
		});
		expect(stoppedBy?.message).toContain("has no table 'taskz'");
		expect(await tables.names()).not.toContain('taskz');
	});

	it('needs a deploy key', async () => {
		const { stoppedBy } = await convex.run({
			parameters: creating('tasks', '{}'),
			credential: { deploymentUrl: convex.deployment.url, authentication: 'none', token: '' },
		});
		expect(stoppedBy?.message).toBe("'Resource: Document' needs a deploy key [item 0]");
		expect((await convex.deployment.requestStats()).requests).toBe(0);
	});

	it('needs a key that may write data, which is named', async () => {
		const token = await convex.deployment.createKey(['deployment:data:view']);
		const { stoppedBy } = await convex.run({
			parameters: creating('tasks', '{"title":"A","status":"open"}'),
			credential: { ...convex.credential, token },
		});
		expect(stoppedBy?.message).toContain('(deployment:data:write)');
		expect(stoppedBy?.description).toContain("'deployment:data:write'");
	});
});

describe('what only Convex refuses', () => {
	const ID_OF_ANOTHER_TABLE = { name: 'x', storageId: '00000000000000000000000000010000tasks' };

	it('fails by itself, as a batch is sent again in halves', async () => {
		const storageId = '00000000000000000000000010000_storage';
		const upload = (name: string) => ({ name, storageId });
		const { success, error } = await convex.run({
			parameters: creating('uploads'),
			input: [upload('a'), upload('b'), ID_OF_ANOTHER_TABLE, upload('c'), upload('d')],
			settings: continuing,
		});
		expect(jsonOf(success)).toEqual(await tables.rows('uploads'));
		expect(success.map(({ json }) => json.name)).toEqual(['a', 'b', 'c', 'd']);
		expect(jsonOf(error)).toEqual([
			expect.objectContaining({
				error: expect.stringContaining('does not match the schema: Found ID'),
				details: expect.objectContaining({ reason: 'schemaMismatch', outcome: 'failed' }),
			}),
		]);
	});

	it('stops the node, and nothing behind it is sent', async () => {
		const storageId = '00000000000000000000000010000_storage';
		const upload = (name: string) => ({ name, storageId });
		const { stoppedBy } = await convex.run({
			parameters: creating('uploads'),
			input: [upload('a'), ID_OF_ANOTHER_TABLE, upload('b'), upload('c')],
		});
		expect(stoppedBy?.context.itemIndex).toBe(1);
		expect((await tables.rows('uploads')).map(({ name }) => name)).toEqual(['a']);
	});

	it('says what was written before it where it stops the node', async () => {
		const storageId = '00000000000000000000000010000_storage';
		const uploads = Array.from({ length: 57 }, (_, index) => ({ name: `${index}`, storageId }));
		const input = [...uploads, ID_OF_ANOTHER_TABLE];
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		for (const more of [{}, { settings }]) {
			const before = (await tables.rows('uploads')).length;
			const { stoppedBy } = await convex.run({ parameters: creating('uploads'), input, ...more });
			expect(stoppedBy?.message).toMatch(
				/does not match the schema.* 57 other items were done already: their documents were created\.$/s,
			);
			expect(stoppedBy?.description).not.toContain('Nothing was written');
			expect(await tables.rows('uploads')).toHaveLength(before + 57);
		}
	});

	it('says so in production, too', async () => {
		await convex.deployment.redact();
		const { stoppedBy } = await convex.run({
			parameters: creating('uploads'),
			input: [ID_OF_ANOTHER_TABLE],
		});
		expect(stoppedBy?.message).toContain('does not match the schema: Found ID');
	});
});

describe('a lost answer', () => {
	it.each(['dropAfter', 'cut'] as const)('(%s) is unknown, and never sent again', async (kind) => {
		await convex.deployment.addFault({ path: '/api/mutation', kind });
		const { error } = await convex.run({
			parameters: creating('tasks'),
			input: [task('A'), task('B')],
			settings: { ...continuing, retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
		});
		expect(error.map(({ json }) => json.details)).toEqual([
			expect.objectContaining({ outcome: 'unknown', retryable: false, callItems: 2 }),
			expect.objectContaining({ outcome: 'unknown', retryable: false, callItems: 2 }),
		]);
		expect(error[0]?.json.error).toContain('The change may have been made: do not repeat it');
		expect(await tables.rows('tasks')).toHaveLength(2);
	});

	it('of what is only read beforehand is asked for again', async () => {
		await convex.deployment.addFault({ path: '/api/query', times: 2, kind: 'dropAfter' });
		const { success } = await convex.run({ parameters: creating('tasks'), input: [task('A')] });
		expect(success).toHaveLength(1);
	});

	it('of what is only read beforehand changed nothing', async () => {
		await convex.deployment.addFault({ path: '/api/query', times: 9, kind: 'dropAfter' });
		const { stoppedBy } = await convex.run({
			parameters: creating('tasks', undefined, { options: { maxRetries: 0 } }),
			input: [task('A')],
		});
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted' });
		expect(stoppedBy?.message).not.toContain('may have been made');
	});

	it('that proves that nothing was done is sent again', async () => {
		await convex.deployment.addFault({
			path: '/api/mutation',
			kind: 'rejection',
			code: 'OptimisticConcurrencyControlFailure',
		});
		const { success } = await convex.run({ parameters: creating('tasks'), input: [task('A')] });
		expect(jsonOf(success)).toEqual(await tables.rows('tasks'));
	});
});

it('what n8n tries again was not created twice', async () => {
	const { success, error } = await convex.run({
		parameters: creating('tasks', undefined, { options: { batchSize: 1 } }),
		input: [{ title: 'bad' }, task('A'), task('B')],
		settings: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 3 },
	});
	expect([...success, ...error]).toHaveLength(3);
	expect(await tables.rows('tasks')).toHaveLength(2);
});
