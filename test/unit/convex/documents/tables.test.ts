import {
	checkTableExists,
	parseTableName,
	parseTableNames,
} from '../../../../nodes/Convex/convex/documents/tables';
import { parseIndexes } from '../../../../nodes/Convex/convex/documents/tableIndexes';
import { expectRefusal } from '../../refusal';

describe('the name of a table', () => {
	it('is taken without blanks around it', () => {
		expect(parseTableName(' tasks ')).toBe('tasks');
	});

	it.each([
		[undefined, "'Table' is missing, not the name of a table"],
		['', "No table is chosen in 'Table'"],
		['_storage', "'Table' names a table of Convex itself ('_storage')"],
		['a b', "'Table' is not the name of a table ('a b')"],
		['__proto__', "'Table' names a table of Convex itself ('__proto__')"],
	])('is not %s', (value, message) => {
		expectRefusal(() => parseTableName(value), message, /./);
	});
});

describe('the tables of a deployment', () => {
	it('are those of the app, in alphabetical order', () => {
		const listed = { '10002': 'tasks', '10001': 'orders', '513': '_file_storage' };
		expect(parseTableNames(listed)).toEqual(['orders', 'tasks']);
	});

	it.each([[null], [[]], [{ '10001': 7 }], ['tasks']])('cannot be read from %j', (value) => {
		expect(parseTableNames(value)).toBeUndefined();
	});

	it('do not have one by the name of what every object has', () => {
		expectRefusal(
			() => checkTableExists('constructor', ['tasks'], 'mail'),
			"The component 'mail' has no table 'constructor'",
			/Its tables are: tasks\./,
		);
	});
});

describe('the indexes of a table', () => {
	it('are those of the active schema, and those of every table', () => {
		const active = JSON.stringify({
			tables: [
				{ tableName: 'tasks', indexes: [{ indexDescriptor: 'by_status', fields: ['status'] }] },
				{ tableName: 'orders', indexes: [{ indexDescriptor: 'by_id_2', fields: ['id'] }] },
			],
		});
		expect(parseIndexes({ active }, 'tasks').map(({ name }) => name)).toEqual([
			'by_status',
			'by_creation_time',
			'by_id',
		]);
	});

	it.each([[{}], [{ active: '{' }], [{ active: '[]' }], [null]])(
		'are those of every table where the schemas are %j',
		(schemas) => {
			expect(parseIndexes(schemas, 'tasks')).toHaveLength(2);
		},
	);
});
