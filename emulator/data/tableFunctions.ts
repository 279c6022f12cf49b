import { v, type Value } from 'convex/values';
import type { App } from '../app';
import type { SystemFunction } from '../systemFunctions';
import { paginatedTableDocuments } from './pageOfTable';
import { tableQuery } from './tableFunction';
import { schemaText } from './tableIndexes';

/** The first number of a table that is the app's own: crates/value/src/table_mapping.rs. */
const FIRST_TABLE_NUMBER = 10_001;
const MAX_LISTED_TABLES = 1000;

/** Virtual tables by the names that the dashboard gives them. */
const VIRTUAL_TABLES = new Map([
	['_file_storage', '_storage'],
	['_scheduled_jobs', '_scheduled_functions'],
] as const);

/** The system functions that read tables, by path: npm-packages/system-udfs/convex/_system/frontend. */
export const TABLE_FUNCTIONS: ReadonlyMap<string, SystemFunction> = new Map([
	[
		'_system/frontend/getTableMapping',
		tableQuery({}, async (_db, _args, { app, componentPath }) => tableMapping(app, componentPath)),
	],
	[
		'_system/frontend/getSchemas',
		tableQuery({}, async (_db, _args, { app, componentPath }) => {
			const schema = app.schemaOf(componentPath);
			return schema === null ? {} : { active: schemaText(schema) };
		}),
	],
	[
		'_system/frontend/tableSize',
		tableQuery({ tableName: v.string() }, async (db, { tableName }) =>
			tableName === '' ? 0 : (await db.query(tableName).collect()).length,
		),
	],
	[
		'_system/frontend/listById',
		tableQuery(
			{ ids: v.array(v.object({ id: v.string(), tableName: v.string() })) },
			async (db, { ids }) =>
				await Promise.all(
					ids.map(async ({ id, tableName }): Promise<Value> => {
						if (tableName.startsWith('_')) {
							const named = [...VIRTUAL_TABLES].find(([shown]) => shown === tableName)?.[1];
							const systemId = db.system.normalizeId(named ?? (tableName as '_storage'), id);
							return systemId === null ? null : ((await db.system.get(systemId)) as Value);
						}
						const ownId = db.normalizeId(tableName, id);
						return ownId === null ? null : await db.get(ownId);
					}),
				),
		),
	],
	['_system/frontend/paginatedTableDocuments', paginatedTableDocuments],
]);

/** Numbers of tables in the order in which they were first seen. */
const numbersByApp = new WeakMap<App, Map<string, number>>();

function tableMapping(app: App, componentPath: string): Value {
	const numbers = numbersByApp.get(app) ?? new Map<string, number>();
	numbersByApp.set(app, numbers);
	const tables = app.tables().filter(({ component }) => component === componentPath);
	const names = [...tables.map(({ table }) => table), ...VIRTUAL_TABLES.keys()];
	const mapping: Record<string, Value> = {};
	for (const name of names.slice(0, MAX_LISTED_TABLES)) {
		const key = `${componentPath}/${name}`;
		const number = numbers.get(key) ?? FIRST_TABLE_NUMBER + numbers.size;
		numbers.set(key, number);
		mapping[number] = name;
	}
	return mapping;
}
