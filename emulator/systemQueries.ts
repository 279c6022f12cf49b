import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { App } from './app';
import { isObject } from './validation';

type SystemQuery = (app: App, args: JSONValue) => Promise<Value>;

const SYSTEM_QUERIES = new Map<string, SystemQuery>([
	[
		'_system/cli/modules:apiSpec',
		async (app, args) => {
			const wanted = isObject(args) ? args.componentId : undefined;
			const component = app.components.find(({ id }) => id === wanted);
			// Bigint literals are decoded here, and encoded again in the answer's format.
			return jsonToConvex(app.spec(component?.path ?? ''));
		},
	],
	[
		'_system/frontend/components:list',
		async (app) =>
			app.components.map(({ id, path }) => ({ id, path, name: path, state: 'active' })),
	],
]);

/** The system functions that clients of the HTTP API use: npm-packages/system-udfs/convex/_system. */
export function systemQuery(path: string): SystemQuery | undefined {
	return SYSTEM_QUERIES.get(path);
}
