import { isBody } from '../request';
import { ACTIONS } from '../identity';
import type { SystemFunction } from '../systemFunctions';
import { KEY_INDEX } from './keyIndexes';

/** The system functions about imports: npm-packages/system-udfs/convex/_system. */
export const IMPORT_FUNCTIONS: ReadonlyMap<string, SystemFunction> = new Map<
	string,
	SystemFunction
>([
	[
		'_system/cli/queryImport',
		{
			type: 'query',
			action: ACTIONS.viewBackups,
			run: async (app, args) => app.imports.document(String(isBody(args) ? args.importId : '')),
		},
	],
	[
		'_system/cli/queryImport:list',
		{ type: 'query', action: ACTIONS.viewBackups, run: async (app) => app.imports.list() },
	],
	[
		// Of the indexes it lists, those of the schema are left out here.
		'_system/frontend/indexes',
		{
			type: 'query',
			action: ACTIONS.viewData,
			run: async (app, args) => {
				const table = isBody(args) ? args.tableName : undefined;
				const isThere = app.tables().some((one) => one.component === '' && one.table === table);
				if (typeof table !== 'string' || !isThere) return null;
				const index = app.keyIndexes.get(table);
				if (index === undefined) return [];
				return [
					{
						name: KEY_INDEX,
						staged: false,
						fields: [...index.fields, '_creationTime'],
						backfill: { state: index.state },
					},
				];
			},
		},
	],
]);
