import type { IDataObject } from 'n8n-workflow';
import { mapperValue, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const continuing = { onError: 'continueErrorOutput' } as const;
const task = (title: string, more = {}) => ({ title, status: 'open', ...more });
const jsonOf = (items: Array<{ json: object }>) => items.map(({ json }) => json);
const addTasks = async (...titles: string[]) =>
	await tables.add('tasks', ...titles.map((title) => task(title, { priority: 1 })));

it.each(['', ' '])('bytes are not wiped by a cell without a value: %j', async (content) => {
	const [file] = await tables.add('files', { name: 'a', content: { $bytes: 'AQI=' } });
	const ways = [
		{ fieldsMode: 'json', documentJson: '={{ ({ content: $json.content }) }}' },
		{ fieldsMode: 'item', itemFields: 'only', itemFieldNames: 'content' },
		{
			fieldsMode: 'fields',
			typedFields: { field: [{ name: 'content', type: 'bytes', value: '={{ $json.content }}' }] },
		},
		{ fieldsMode: 'mapping', fields: mapperValue({ content: '={{ $json.content }}' }) },
		{ fieldsMode: 'mapping', fields: mapperValue(null, 'autoMapInputData') },
	];
	for (const way of ways) {
		await convex.run({
			parameters: updating('files', '', { documentId: '={{ $json.id }}', ...way }),
			input: [{ id: String(file?._id), content }],
		});
		expect([way, await tables.rows('files')]).toEqual([way, [file]]);
	}
});

it('an item that stops the node says how many were changed before it', async () => {
	const [a, b] = await addTasks('A', 'B');
	const gone = await tables.add('tasks', task('gone'));
	await tables.remove(gone[0]?._id);
	const { stoppedBy } = await convex.run({
		parameters: updating('tasks', '={{ ({ title: $json.to }) }}'),
		input: [
			...Array.from({ length: 50 }, (_, index) => ({ _id: a?._id, to: `${index}` })),
			{ _id: b?._id, to: 'b' },
			{ _id: gone[0]?._id, to: 'c' },
		],
	});
	expect(stoppedBy?.message).toMatch(
		/has no document with the ID .*\. 50 other items were done already: their documents were changed\.$/,
	);
});

describe('a field whose expression gives nothing', () => {
	const ways = (name: string): Array<[string, object]> => [
		[
			'Using Fields Below',
			{
				fieldsMode: 'fields',
				typedFields: {
					field: [
						{ name, type: 'auto', value: '={{ $json.mistyped }}' },
						{ name: 'dueAt', type: 'number', value: '7' },
					],
				},
			},
		],
		['Using JSON', { documentJson: `={{ ({ ${name}: $json.mistyped, dueAt: 7 }) }}` }],
		[
			'Using Table Fields',
			{
				fieldsMode: 'mapping',
				fields: mapperValue({ [name]: '={{ $json.mistyped }}', dueAt: 7 }),
			},
		],
	];

	it.each(ways('title'))('is refused where the table requires it: %s', async (_way, fields) => {
		const [a] = await addTasks('A');
		const { stoppedBy } = await convex.run({
			parameters: updating('tasks', '', fields as never),
			input: [{ _id: a?._id }],
		});
		expect(stoppedBy?.message).toMatch(/lacks 'title', which the table requires/);
		expect(await tables.rows('tasks')).toEqual([a]);
	});

	it.each(ways('priority'))('is not changed where it is optional: %s', async (_way, fields) => {
		const [a] = await addTasks('A');
		await convex.run({
			parameters: updating('tasks', '', fields as never),
			input: [{ _id: a?._id }],
		});
		expect(await tables.rows('tasks')).toEqual([{ ...a, dueAt: 7 }]);
	});
});

describe('some fields of a document', () => {
	it('are set, and all others stay as they are', async () => {
		const [a, b] = await addTasks('A', 'B');
		const { success } = await convex.run({
			parameters: updating('tasks', '={{ ({ title: $json.to }) }}'),
			input: [
				{ _id: a?._id, to: 'X' },
				{ _id: b?._id, to: 'Y' },
			],
		});
		expect(jsonOf(success)).toEqual([
			{ _id: a?._id, title: 'X' },
			{ _id: b?._id, title: 'Y' },
		]);
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(await tables.rows('tasks')).toEqual([
			{ ...a, title: 'X' },
			{ ...b, title: 'Y' },
		]);
		// The tables, the schema, one look at both documents, and a change for each; the rest is of the test.
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query']?.requests).toBe(1 + 1 + 1 + 2);
		expect(endpoints['/api/mutation']?.requests).toBe(2 + 1);
	});

	it('are removed', async () => {
		const [a] = await addTasks('A');
		await convex.run({
			parameters: updating('tasks', '{}', { unsetFields: 'priority, dueAt' }),
			input: [{ _id: a?._id }],
		});
		const { _id, _creationTime, title, status } = a ?? {};
		expect(await tables.rows('tasks')).toEqual([{ _id, _creationTime, title, status }]);
	});

	it.each([
		['nothing', '{}', '', 'There is nothing to change'],
		['a field both set and removed', '{"priority":2}', 'priority', "which 'Fields' sets"],
		['a required field removed', '{}', 'title', 'which the table requires'],
		['an unknown field removed', '{}', 'titel', 'which the table does not have'],
		['a system field removed', '{}', '_id', 'no document has as a field of its own'],
		['a system field set', '{"_id":"x"}', '', "'_id' has a name that starts with '_'"],
		['an unknown field set', '{"titel":"x"}', '', "has 'titel', which the table does not take"],
		['null where there is none', '{"title":null}', '', "'title' is null, not text"],
	])('are refused: %s', async (_what, fields, unsetFields, message) => {
		const [a] = await addTasks('A');
		const { stoppedBy } = await convex.run({
			parameters: updating('tasks', fields, { unsetFields }),
			input: [{ _id: a?._id }],
		});
		expect(stoppedBy?.message).toContain(message);
		expect(await tables.rows('tasks')).toEqual([a]);
	});

	it('of the form that are empty are not changed', async () => {
		const [a] = await addTasks('A');
		await convex.run({
			parameters: updating('tasks', '', {
				fieldsMode: 'mapping',
				fields: mapperValue({ title: 'X', priority: null }),
			}),
			input: [{ _id: a?._id }],
		});
		expect(await tables.rows('tasks')).toEqual([{ ...a, title: 'X' }]);
	});

	it('of the form are null where an expression says so, and the table takes null', async () => {
		const [board] = await tables.add('boards', { name: 'a', value: 'kept' });
		const update = async (value: IDataObject) => {
			await convex.run({
				parameters: updating('boards', '', { fieldsMode: 'mapping', fields: mapperValue(value) }),
				input: [{ _id: board?._id }],
			});
			return await tables.rows('boards');
		};
		expect(await update({ name: 'b', value: null })).toEqual([{ ...board, name: 'b' }]);
		expect(await update({ value: '={{ null }}' })).toEqual([{ ...board, name: 'b', value: null }]);
	});

	it.each([
		['={{ null }}', "'Fields': 'count' is null, not a number"],
		['={{ $json.nothing }}', "'Fields' lacks 'count', which the table requires"],
		['={{ "" }}', "'Fields': 'count' is text (''), not a number"],
	])('of the form that are required are refused where %s gives nothing', async (count, message) => {
		const [one, two] = await tables.add(
			'counters',
			{ name: 'a', count: 1 },
			{ name: 'b', count: 2 },
		);
		const { success, error } = await convex.run({
			parameters: updating('counters', '', {
				fieldsMode: 'mapping',
				fields: mapperValue({ name: 'x', count }),
			}),
			input: [{ _id: one?._id }, { _id: two?._id }],
			settings: continuing,
		});
		expect(success).toEqual([]);
		expect(error.map(({ json }) => json.error)).toEqual([
			`${message} [item 0]`,
			`${message} [item 1]`,
		]);
		expect(await tables.rows('counters')).toEqual([one, two]);
	});

	it.each([null, '', '='])(
		'of the form that are required and left empty (%j) stay',
		async (count) => {
			const [counter] = await tables.add('counters', { name: 'a', count: 1 });
			const { success } = await convex.run({
				parameters: updating('counters', '', {
					fieldsMode: 'mapping',
					fields: mapperValue({ name: 'x', count }),
				}),
				input: [{ _id: counter?._id }],
			});
			expect(jsonOf(success)).toEqual([{ _id: counter?._id, name: 'x' }]);
			expect(await tables.rows('counters')).toEqual([{ ...counter, name: 'x' }]);
		},
	);

	it('of an item that are mapped automatically are refused where a required one is empty', async () => {
		const [counter] = await tables.add('counters', { name: 'a', count: 1 });
		const [a] = await addTasks('A');
		const automatic = { fieldsMode: 'mapping', fields: mapperValue(null, 'autoMapInputData') };
		const refused = await convex.run({
			parameters: updating('counters', '', automatic),
			input: [
				{ _id: counter?._id, name: 'x', count: '' },
				{ _id: counter?._id, name: 'y', count: null },
			],
			settings: continuing,
		});
		expect(refused.error.map(({ json }) => json.error)).toEqual([
			"The input item: 'count' is text (''), not a number [item 0]",
			"The input item: 'count' is null, not a number [item 1]",
		]);
		expect(await tables.rows('counters')).toEqual([counter]);
		await convex.run({
			parameters: updating('tasks', '', automatic),
			input: [{ _id: a?._id, title: 'X', priority: '', dueAt: null }],
		});
		expect(await tables.rows('tasks')).toEqual([{ ...a, title: 'X' }]);
	});

	it('of an item of Convex are taken without its _id and _creationTime', async () => {
		const [a] = await addTasks('A');
		await convex.run({
			parameters: updating('tasks', '', { fieldsMode: 'item' }),
			input: [{ ...a, title: 'X' }],
		});
		expect(await tables.rows('tasks')).toEqual([{ ...a, title: 'X' }]);
	});
});

describe('a whole document', () => {
	const replacing = (fields: string) => updating('tasks', fields, { updateMode: 'document' });

	it('is replaced: fields that are not given are removed', async () => {
		const [a] = await addTasks('A');
		const { success } = await convex.run({
			parameters: replacing('{"title":"X","status":"done"}'),
			input: [{ _id: a?._id }],
		});
		expect(jsonOf(success)).toEqual([{ _id: a?._id, title: 'X', status: 'done' }]);
		expect(await tables.rows('tasks')).toEqual([
			{ _id: a?._id, _creationTime: a?._creationTime, title: 'X', status: 'done' },
		]);
	});

	it('is refused where a required field is missing', async () => {
		const [a] = await addTasks('A');
		const { stoppedBy } = await convex.run({
			parameters: replacing('{"title":"X"}'),
			input: [{ _id: a?._id }],
		});
		expect(stoppedBy?.message).toContain("lacks 'status', which the table requires");
		expect(await tables.rows('tasks')).toEqual([a]);
	});
});

describe('what is never changed', () => {
	it.each(['', '   ', null, undefined, 7, [], ['x']])(
		'is anything, where the ID is %j',
		async (_id) => {
			const before = await addTasks('A', 'B');
			const { stoppedBy } = await convex.run({
				parameters: updating('tasks', '{"title":"X"}'),
				input: [{ _id }],
			});
			expect(stoppedBy?.message).toContain("'Document ID'");
			expect(await tables.rows('tasks')).toEqual(before);
			expect((await convex.deployment.requestStats()).endpoints['/api/mutation']?.requests).toBe(1);
		},
	);

	it('is a document of another table', async () => {
		const [a] = await addTasks('A');
		const { success, error } = await convex.run({
			parameters: updating('reports', '{"text":"X"}'),
			input: [{ _id: a?._id }, { _id: 'nothing' }],
			settings: continuing,
		});
		expect(success).toEqual([]);
		expect(error.map(({ json }) => json.error)).toEqual([
			expect.stringContaining(`is in the table 'tasks', not in 'reports'`),
			expect.stringContaining("The table 'reports' has no document with the ID 'nothing'"),
		]);
		expect(await tables.rows('tasks')).toEqual([a]);
	});

	it('is a document that is gone, while its neighbours are changed', async () => {
		const [a, b, c] = await addTasks('A', 'B', 'C');
		await tables.remove(b?._id);
		const { success, error } = await convex.run({
			parameters: updating('tasks', '{"title":"X"}'),
			input: [{ _id: a?._id }, { _id: b?._id }, { _id: c?._id }],
			settings: continuing,
		});
		expect(success.map(({ json }) => json._id)).toEqual([a?._id, c?._id]);
		expect(error[0]?.json.details).toMatchObject({
			reason: 'documentNotFound',
			outcome: 'notExecuted',
		});
		expect((await tables.rows('tasks')).map(({ title }) => title)).toEqual(['X', 'X']);
	});
});

it('a lost answer is unknown and not sent again', async () => {
	const [a] = await addTasks('A');
	await convex.deployment.addFault({ path: '/api/mutation', kind: 'dropAfter' });
	const { stoppedBy } = await convex.run({
		parameters: updating('tasks', '{"title":"X"}'),
		input: [{ _id: a?._id }],
		settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
	});
	expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', retryable: false });
	expect(stoppedBy?.message).toContain('The change may have been made');
	expect(await tables.rows('tasks')).toEqual([{ ...a, title: 'X' }]);
});

it('where the node stops, what is behind a failed item is not changed', async () => {
	const [a, b, c] = await addTasks('A', 'B', 'C');
	const { stoppedBy } = await convex.run({
		parameters: updating(
			'tasks',
			'={{ ({ title: $json._id === $("Start").all()[1].json._id ? "x".repeat(1048480) : "X" }) }}',
			{ options: { concurrency: 5 } },
		),
		input: [{ _id: a?._id }, { _id: b?._id }, { _id: c?._id }],
	});
	expect(stoppedBy?.message).toContain('Value is too large');
	expect(stoppedBy?.context.itemIndex).toBe(1);
	expect((await tables.rows('tasks')).map(({ title }) => title)).toEqual(['X', 'B', 'C']);
});
