import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { App } from './app';
import { WRITING_FUNCTIONS } from './data/documentWrites';
import { TABLE_FUNCTIONS } from './data/tableFunctions';
import { ACTIONS } from './identity';
import { IMPORT_FUNCTIONS } from './import/importFunctions';
import { isObject } from './validation';

/** A function of Convex itself. */
export interface SystemFunction {
	type: 'query' | 'mutation';
	/** What a key has to be allowed. */
	action: string;
	run: (app: App, args: JSONValue) => Promise<Value>;
}

/** The system functions that clients of the HTTP API use: npm-packages/system-udfs/convex/_system. */
const SYSTEM_FUNCTIONS = new Map<string, SystemFunction>([
	[
		'_system/cli/modules:apiSpec',
		query(async (app, args) => {
			const wanted = isObject(args) ? args.componentId : undefined;
			const component = app.components.find(({ id }) => id === wanted);
			// Bigint literals are decoded here, and encoded again in the answer's format.
			return jsonToConvex(app.spec(component?.path ?? ''));
		}),
	],
	[
		'_system/frontend/components:list',
		query(async (app) =>
			app.components.map(({ id, path }) => ({ id, path, name: path, state: 'active' })),
		),
	],
	...IMPORT_FUNCTIONS,
	...TABLE_FUNCTIONS,
	...WRITING_FUNCTIONS,
]);

function query(run: SystemFunction['run']): SystemFunction {
	return { type: 'query', action: ACTIONS.viewData, run };
}

export function systemFunction(path: string): SystemFunction | undefined {
	return SYSTEM_FUNCTIONS.get(path);
}
