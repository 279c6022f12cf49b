import type { JSONValue } from 'convex/values';
import type { IDataObject, INodeExecutionData, NodeParameterValueType } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { creating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** Resource Document: which documents of a table, and how often they are read. */
const convex = useEmbeddedDeployment('deployKey');

type Parameters = { [name: string]: NodeParameterValueType };

const listing = (table: string, more: Parameters = {}): Parameters => ({
	resource: 'document',
	operation: 'getMany',
	table: { __rl: true, mode: 'name', value: table },
	...more,
});

const filtering = (...filter: IDataObject[]): Parameters => ({
	filters: { filter: filter as never },
});

const call = async (type: string, path: string, args: object = {}) =>
	await convex.run({ parameters: calling(type, path, args) });

const addTask = async (title: string, more: object = {}) =>
	await call('mutation', 'tasks:create', { title, ...more });

const titles = (items: INodeExecutionData[]) => items.map(({ json }) => json.title);

const listsOfTables = async () =>
	(await convex.deployment.requestStats()).endpoints['/api/query']?.requests ?? 0;

/** Answers the request behind those for the tables, and for their fields, with a page that has this row. */
async function answerPage(row: JSONValue, skip = 1): Promise<void> {
	const value = { page: [row], isDone: true, continueCursor: '' };
	const body = { status: 'success', value };
	await convex.deployment.addFault({
		path: '/api/query',
		skip,
		kind: 'answer',
		status: 200,
		body,
	});
}

describe('Get Many', () => {
	it('reads all documents of 10,000, in pages, each as an item', async () => {
		await call('mutation', 'documents:fill', { count: 10_000 });
		const { success } = await convex.run({
			parameters: listing('documents', { returnAll: true, order: 'asc' }),
		});
		expect(success.map(({ json }) => json.number)).toEqual(
			Array.from({ length: 10_000 }, (_, index) => index + 1),
		);
		expect(success[0]?.pairedItem).toEqual({ item: 0 });
		expect(Object.keys(success[0]?.json ?? {}).sort()).toEqual([
			'_creationTime',
			'_id',
			'group',
			'number',
		]);
		// One for the tables, ten full pages, and one that is empty.
		expect(await listsOfTables()).toBe(12);
	});

	it('reads the newest 50 unless told otherwise, and asks for no more', async () => {
		await call('mutation', 'documents:fill', { count: 60 });
		const { success } = await convex.run({ parameters: listing('documents') });
		expect(success).toHaveLength(50);
		expect([success[0]?.json.number, success[49]?.json.number]).toEqual([60, 11]);
		const { success: few } = await convex.run({
			parameters: listing('documents', { limit: 7, options: { pageSize: 3 } }),
		});
		expect(few.map(({ json }) => json.number)).toEqual([60, 59, 58, 57, 56, 55, 54]);
	});

	it('gives no item for a table without documents', async () => {
		const { success, stoppedBy } = await convex.run({ parameters: listing('tasks') });
		expect([success, stoppedBy]).toEqual([[], undefined]);
	});

	it('nests a document that has a field error, which n8n would take for a failure', async () => {
		const document = { _id: 'x', _creationTime: 1, error: 'boom' };
		await answerPage(document);
		const { success } = await convex.run({ parameters: listing('tasks') });
		expect(success.map(({ json }) => json)).toEqual([{ value: document }]);
	});

	it('goes on after pages that filters leave short or empty', async () => {
		await call('mutation', 'documents:fill', { count: 30 });
		const { success } = await convex.run({
			parameters: listing('documents', {
				returnAll: true,
				options: { pageSize: 4 },
				...filtering(
					{ field: 'number', operator: 'ofType', value: 'number' },
					{ field: 'group', operator: 'notOfType', value: 'string' },
				),
			}),
		});
		expect(success).toEqual([]);
		expect(await listsOfTables()).toBeGreaterThan(7);
	});
});

describe('the filters of Get Many', () => {
	beforeEach(async () => {
		await addTask('A', { priority: 1 });
		await addTask('B', { priority: 2 });
		await addTask('C');
	});

	it('all hold, also beside one for an ID', async () => {
		const [task] = (await convex.run({ parameters: listing('tasks', { limit: 1 }) })).success;
		const ofId = { field: '_id', operator: 'equals', value: String(task?.json._id) };
		const found = async (...filters: IDataObject[]) =>
			titles((await convex.run({ parameters: listing('tasks', filtering(...filters)) })).success);
		expect(await found(ofId)).toEqual(['C']);
		expect(await found(ofId, { field: 'title', operator: 'ofType', value: 'string' })).toEqual([
			'C',
		]);
		expect(await found(ofId, { field: 'title', operator: 'ofType', value: 'number' })).toEqual([]);
		expect(await found({ field: 'title', operator: 'notOfType', value: 'string' }, ofId)).toEqual(
			[],
		);
	});

	it('by type need no request for each document that is read', async () => {
		await call('mutation', 'documents:fill', { count: 100 });
		const before = await listsOfTables();
		const { success } = await convex.run({
			parameters: listing('documents', {
				limit: 1,
				...filtering({ field: 'group', operator: 'ofType', value: 'number' }),
			}),
		});
		expect(success).toEqual([]);
		expect((await listsOfTables()) - before).toBeLessThan(5);
	});

	it.each<[string, IDataObject[], string[]]>([
		['Equals', [{ field: 'title', operator: 'equals', type: 'auto', value: 'A' }], ['A']],
		['Not Equal To', [{ field: 'title', operator: 'notEquals', value: 'A' }], ['C', 'B']],
		[
			'Is Greater Than',
			[{ field: 'priority', operator: 'greaterThan', type: 'number', value: 1 }],
			['B'],
		],
		[
			'Is Greater Than or Equal To',
			[{ field: 'priority', operator: 'greaterThanOrEqual', type: 'number', value: '1' }],
			['B', 'A'],
		],
		[
			'Is Less Than',
			[{ field: 'priority', operator: 'lessThan', type: 'number', value: 2 }],
			['C', 'A'],
		],
		[
			'Is Less Than or Equal To',
			[
				{ field: 'priority', operator: 'lessThanOrEqual', type: 'number', value: 1 },
				{ field: 'priority', operator: 'set' },
			],
			['A'],
		],
		['Is One Of', [{ field: 'title', operator: 'oneOf', value: '["A", "C"]' }], ['C', 'A']],
		['Is None Of', [{ field: 'title', operator: 'noneOf', value: ['A', 'C'] }], ['B']],
		['Is Set', [{ field: 'priority', operator: 'set' }], ['B', 'A']],
		['Is Not Set', [{ field: 'priority', operator: 'notSet' }], ['C']],
		['Is of Type', [{ field: 'priority', operator: 'ofType', value: 'number' }], ['B', 'A']],
		['Is Not of Type', [{ field: 'priority', operator: 'notOfType', value: 'number' }], ['C']],
		['Null, which no task has', [{ field: 'title', operator: 'equals', type: 'null' }], []],
	])('compare with %s', async (_name, filters, expected) => {
		const { success, stoppedBy } = await convex.run({
			parameters: listing('tasks', { returnAll: true, ...filtering(...filters) }),
		});
		expect([stoppedBy?.message, titles(success)]).toEqual([undefined, expected]);
	});

	it('all have to hold', async () => {
		const { success } = await convex.run({
			parameters: listing('tasks', {
				...filtering(
					{ field: 'status', operator: 'equals', type: 'string', value: 'open' },
					{ field: 'title', operator: 'greaterThan', type: 'string', value: 'A' },
					{ field: 'title', operator: 'lessThan', type: 'string', value: 'C' },
				),
			}),
		});
		expect(titles(success)).toEqual(['B']);
	});

	it('have to hold for a document that is asked for by its ID, too', async () => {
		const { success } = await convex.run({
			parameters: listing('tasks', filtering({ field: 'title', operator: 'equals', value: 'A' })),
		});
		const value = String(success[0]?.json._id);
		const byId = { field: '_id', operator: 'equals', type: 'id', value };
		const titlesWith = async (...others: IDataObject[]) => {
			const { success: found, stoppedBy } = await convex.run({
				parameters: listing('tasks', filtering(byId, ...others)),
			});
			expect(stoppedBy).toBeUndefined();
			return titles(found);
		};
		expect(await titlesWith()).toEqual(['A']);
		expect(await titlesWith({ field: 'title', operator: 'ofType', value: 'string' })).toEqual([
			'A',
		]);
		expect(await titlesWith({ field: 'title', operator: 'ofType', value: 'number' })).toEqual([]);
		expect(await titlesWith({ field: 'title', operator: 'notOfType', value: 'string' })).toEqual(
			[],
		);
		expect(await titlesWith({ field: 'title', operator: 'equals', value: 'B' })).toEqual([]);
	});

	const found = async (table: string, ...filters: IDataObject[]) => {
		const { success, stoppedBy } = await convex.run({
			parameters: listing(table, { returnAll: true, ...filtering(...filters) }),
		});
		return stoppedBy?.message ?? titles(success);
	};

	it.each<[string, IDataObject, string[]]>([
		['a date', { operator: 'lessThan', value: '={{ $now.minus({ days: 30 }) }}' }, []],
		['a later date', { operator: 'lessThan', value: '={{ $now.plus(1000) }}' }, ['C', 'B', 'A']],
		['a date as text', { operator: 'greaterThan', value: '2020-01-01' }, ['C', 'B', 'A']],
		['milliseconds as text', { operator: 'lessThan', value: '1000' }, []],
	])('compare the time of creation with %s', async (_what, filter, expected) => {
		expect(await found('tasks', { field: '_creationTime', ...filter })).toEqual(expected);
	});

	it('compare with a value in the type that the field has in the schema', async () => {
		const order = { orderId: 'o', email: 'e', total: 20, announced: true, paidAt: 1_000 };
		await convex.run({ parameters: creating('orders'), input: [order] });
		const counts = async (...filters: IDataObject[]) => (await found('orders', ...filters)).length;
		expect(await counts({ field: 'total', operator: 'greaterThan', value: '10' })).toBe(1);
		expect(await counts({ field: 'total', operator: 'lessThan', value: '10' })).toBe(0);
		expect(await counts({ field: 'announced', operator: 'equals', value: 'true' })).toBe(1);
		const early = { field: 'paidAt', operator: 'lessThan', value: '1970-01-01T00:00:02Z' };
		expect(await counts(early)).toBe(1);
		expect(await counts({ field: 'total', operator: 'oneOf', value: '["20", "30"]' })).toBe(1);
		expect(await counts({ field: 'total', operator: 'noneOf', value: '["20", null]' })).toBe(0);
		expect(await counts({ field: 'orderId', operator: 'equals', value: 'o' })).toBe(1);
	});

	it('compare the order of a literal with any value of its type', async () => {
		expect(await found('tasks', { field: 'status', operator: 'greaterThan', value: 'n' })).toEqual([
			'C',
			'B',
			'A',
		]);
		expect(await found('tasks', { field: 'status', operator: 'lessThan', value: 'n' })).toEqual([]);
	});

	it('compare with a date in milliseconds also where the schema says nothing', async () => {
		await call('mutation', 'boards:put', { name: 'A', value: Date.now() });
		const early = { field: 'value', operator: 'lessThan', value: '={{ $now.minus({ days: 1 }) }}' };
		expect(await found('boards', early)).toEqual([]);
		const list = { field: 'value', operator: 'noneOf', value: '={{ [$now, "x"] }}' };
		expect(await found('boards', list)).toHaveLength(1);
	});

	it.each<[IDataObject, string]>([
		[
			{ field: 'titel', operator: 'lessThan', value: 'x' },
			"'Filters': 'titel' is a field that the table does not have [item 0]",
		],
		[
			{ field: 'titel', operator: 'notSet' },
			"'Filters': 'titel' is a field that the table does not have [item 0]",
		],
		[
			{ field: 'title.length', operator: 'equals', value: 1 },
			"'Filters': 'title.length' is a field that the table does not have [item 0]",
		],
		[
			{ field: 'priority', operator: 'greaterThan', value: 'many' },
			"'Filters': 'priority' is text ('many'), not a number [item 0]",
		],
		[
			{ field: 'status', operator: 'equals', value: 'opne' },
			`'Filters': 'status' is text ('opne'), not "open" or "done" [item 0]`,
		],
	])('that cannot hold for what the schema says are refused: %j', async (filter, message) => {
		expect(await found('tasks', filter)).toBe(message);
	});

	it('compare an int64 with an int64 only', async () => {
		const value = { $integer: 'KgAAAAAAAAA=' };
		await call('mutation', 'boards:put', { name: 'big', value });
		const find = async (type: string) =>
			await convex.run({
				parameters: listing('boards', {
					...filtering({ field: 'value', operator: 'equals', type, value: '42' }),
				}),
			});
		expect((await find('int64')).success).toHaveLength(1);
		expect((await find('number')).success).toHaveLength(0);
	});

	it('on the fields of an index are found by it, and give its order', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: listing('tasks', {
				index: { __rl: true, mode: 'list', value: 'by_status' },
				order: 'asc',
				...filtering(
					{ field: 'priority', operator: 'set' },
					{ field: 'status', operator: 'equals', type: 'string', value: 'open' },
				),
			}),
		});
		expect([stoppedBy, titles(success)]).toEqual([undefined, ['A', 'B']]);
	});

	it.each<[string, IDataObject, string]>([
		[
			'no field',
			{ field: ' ', operator: 'equals' },
			"'Filters' has a filter without a field (number 1) [item 0]",
		],
		[
			'a field of $',
			{ field: '$x', operator: 'equals' },
			"'Filters': '$x' is not the name of a field [item 0]",
		],
		[
			'no value',
			{ field: 'title', operator: 'equals', value: '={{ $json.nothing }}' },
			"'Filters': 'title' has no value to compare with: its expression gave nothing [item 0]",
		],
		[
			'a value of another type',
			{ field: 'priority', operator: 'equals', type: 'number', value: 'many' },
			"'Filters': 'priority' is text ('many'), not a number [item 0]",
		],
		[
			'an operator that is none',
			{ field: 'title', operator: 'like' },
			"'Filters': 'title' has the unknown operator 'like' [item 0]",
		],
		[
			'an empty list',
			{ field: 'title', operator: 'oneOf', value: '[]' },
			"'Filters': 'title' is compared with an empty list [item 0]",
		],
		[
			'an int64 in a list',
			{ field: 'title', operator: 'oneOf', value: '[{"$integer":"KgAAAAAAAAA="}]' },
			"'Filters': 'title' is compared with a list that has an int64, bytes or a special number in it [item 0]",
		],
		[
			'a type of a nested field',
			{ field: 'a.b', operator: 'ofType', value: 'string' },
			"'Filters': 'a.b' is a field of an object, whose type Convex does not compare [item 0]",
		],
	])('that have %s are refused before anything is sent', async (_name, filter, message) => {
		const before = await listsOfTables();
		const { stoppedBy } = await convex.run({
			parameters: listing('tasks', filtering(filter)),
		});
		expect(stoppedBy?.message).toBe(message);
		expect(await listsOfTables()).toBe(before);
	});

	it('that are an expression which gives nothing are refused, and not left out', async () => {
		const { stoppedBy, success } = await convex.run({
			parameters: listing('tasks', { filters: { filter: '={{ $json.nothing }}' } }),
		});
		expect(success).toEqual([]);
		expect(stoppedBy?.message).toMatch(/^'Filters' has /);
	});

	it.each<[string, IDataObject, RegExp]>([
		['null', { operator: '={{ null }}' }, /^'Filters': 'title' has the unknown operator 'null'/],
		[
			'nothing',
			{ operator: '={{ $json.nothing }}' },
			/^'Filters': 'title' has the unknown operator 'undefined'/,
		],
		['null', { type: '={{ null }}' }, /^'Filters': 'title' has the unknown type 'null'/],
		[
			'nothing',
			{ type: '={{ $json.nothing }}' },
			/^'Filters': 'title' has the unknown type 'undefined'/,
		],
	])(
		'whose operator or type is an expression that gives %s are refused: %j',
		async (_what, given, message) => {
			const filter = { field: 'title', operator: 'equals', type: 'string', value: 'A', ...given };
			const { stoppedBy } = await convex.run({
				parameters: listing('tasks', filtering(filter)),
			});
			expect(stoppedBy?.message).toMatch(message);
		},
	);

	it.each<[IDataObject, string]>([
		[
			{ type: 'number', value: '9007199254740993' },
			"Choose the type 'Int64' if the table takes an int64, or 'String' to keep all digits as text.",
		],
		[
			{ type: 'object', value: '{"a":9007199254740993}' },
			'Put it in quotes, which keeps all digits as text.',
		],
		[
			{ operator: 'oneOf', value: '[9007199254740993]' },
			'Put it in quotes, which keeps all digits as text.',
		],
		[
			{ type: 'bytes', value: 'ä' },
			'Encode the bytes in base64 (A-Z, a-z, 0-9, +, / and = at the end).',
		],
	])('that are refused are told in words of filters: %j', async (given, description) => {
		const filter = { field: 'title', operator: 'equals', ...given };
		const { stoppedBy } = await convex.run({ parameters: listing('tasks', filtering(filter)) });
		expect(stoppedBy?.description).toBe(description);
	});

	it('that Convex refuses in a page name the field', async () => {
		await answerPage({ filter: 1, error: 'Invalid value: 1.' }, 2);
		const { error } = await convex.run({
			parameters: listing(
				'tasks',
				filtering(
					{ field: 'title', operator: 'equals', value: 'A' },
					{ field: 'priority', operator: 'equals', type: 'number', value: 1 },
				),
			),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error[0]?.json).toMatchObject({
			error: "Convex refused the filter on 'priority': Invalid value: 1. [item 0]",
			details: { kind: 'input', reason: 'filterRefused', outcome: 'notExecuted' },
		});
	});
});

it.each([[{ __rl: true, mode: 'name', value: '={{ $json.index }}' }], ['={{ $json.index }}']])(
	'an index that an expression leaves empty is refused: %j',
	async (index) => {
		await addTask('A');
		const parameters = listing('tasks', { index });
		const { stoppedBy } = await convex.run({ parameters, input: [{ index: '' }] });
		expect(stoppedBy?.message).toBe("'Index' is empty: its expression gives nothing [item 0]");
	},
);

describe('Get Many for several items', () => {
	beforeEach(async () => {
		await addTask('A');
		await addTask('B');
	});

	it('runs once where no parameter depends on the item, and says so', async () => {
		const { success, run } = await convex.run({
			parameters: listing('tasks', {
				...filtering({
					field: '_creationTime',
					operator: 'lessThan',
					type: 'date',
					value: '={{ $now.plus({ days: 1 }).toISO() }}',
				}),
			}),
			input: [{ a: 1 }, { a: 2 }, { a: 3 }],
		});
		expect(titles(success)).toEqual(['B', 'A']);
		expect(success[1]?.pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(run.data.resultData.runData.Convex?.[0]?.hints?.[0]?.message).toMatch(
			/^The documents were read once for all 3 input items/,
		);
	});

	it('says nothing of having run where it failed', async () => {
		await convex.deployment.addFault({ kind: 'answer', status: 403, body: 'no', times: 9 });
		const { error, run } = await convex.run({
			parameters: listing('tasks', {}),
			input: [{ a: 1 }, { a: 2 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toHaveLength(2);
		expect(run.data.resultData.runData.Convex?.[0]?.hints ?? []).toEqual([]);
	});

	it('runs once where an expression has a word of the item in a text only', async () => {
		for (const value of [
			'={{ "Fix this item" }}',
			'=Fix this {{ "item" }}',
			'={{ $if($max(1, 2) > $runIndex, "Fix this item", $prevNode.name) }}',
			'={{ $input.all().map((item) => item.json.title)[0] }}',
		]) {
			const filters = filtering({ field: 'title', operator: 'notEquals', type: 'string', value });
			const { success, stoppedBy } = await convex.run({
				parameters: listing('tasks', filters),
				input: [{ title: 'Fix this item' }, { title: 'a' }, { title: 'b' }],
			});
			expect({ value, stoppedBy, titles: titles(success) }).toEqual({
				value,
				titles: ['B', 'A'],
			});
		}
	});

	it('runs for each item where a parameter depends on it', async () => {
		const { success } = await convex.run({
			parameters: listing('tasks', {
				...filtering({
					field: 'title',
					operator: 'equals',
					type: 'string',
					value: '={{ $json.title }}',
				}),
			}),
			input: [{ title: 'B' }, { title: 'B' }, { title: 'none' }, { title: 'A' }],
		});
		expect(success.map(({ json, pairedItem }) => [json.title, pairedItem])).toEqual([
			['B', { item: 0 }],
			['B', { item: 1 }],
			['A', { item: 3 }],
		]);
	});

	it('fails each of them with what failed for all', async () => {
		const { error, success } = await convex.run({
			parameters: listing('taskz'),
			input: [{ a: 1 }, { a: 2 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toEqual([]);
		expect(error.map(({ json }) => [json.a, json.error])).toEqual([
			[1, "The deployment has no table 'taskz'"],
			[2, "The deployment has no table 'taskz'"],
		]);
		const { stoppedBy } = await convex.run({
			parameters: listing('taskz'),
			input: [{ a: 1 }, { a: 2 }],
		});
		expect(stoppedBy?.message).toBe("The deployment has no table 'taskz'");
		expect(stoppedBy?.context.itemIndex).toBeUndefined();
	});
});
