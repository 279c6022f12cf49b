import type { JSONValue } from 'convex/values';
import { isHttpRouter, type HttpRouter } from './httpActions/httpRouter';
import { describeFunction, isRegistered, type AppFunction } from './registeredFunction';

/** An entry of the function spec: npm-packages/system-udfs/convex/_system/cli/modules.ts. */
export type SpecEntry = Record<string, JSONValue>;

/**
 * The functions and HTTP routes of an app or a component.
 *
 * @param modules - the exports of modules by path, e.g. `admin/reports`
 */
export function specOf(modules: Map<string, Record<string, unknown>>): SpecEntry[] {
	return [...modules].flatMap(([module, exports]) =>
		Object.entries(exports).flatMap(([name, exported]) => {
			if (module === 'http' && isHttpRouter(exported)) return routeEntries(exported);
			const described = isRegistered(exported) ? describeFunction(exported) : undefined;
			return described === undefined ? [] : [functionEntry(`${module}.js:${name}`, described)];
		}),
	);
}

function functionEntry(
	identifier: string,
	{ type, isPublic, args, returns }: AppFunction,
): SpecEntry {
	return {
		identifier,
		functionType: type.charAt(0).toUpperCase() + type.slice(1),
		visibility: { kind: isPublic ? 'public' : 'internal' },
		args: args as JSONValue,
		returns: (returns ?? { type: 'any' }) as JSONValue,
	};
}

function routeEntries(router: HttpRouter): SpecEntry[] {
	const entry = { functionType: 'HttpAction' };
	return router.getRoutes().map(([path, method]) => ({ ...entry, method, path }));
}
