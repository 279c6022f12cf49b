import { isPlainObject } from '../values/plainObject';

/**
 * What Convex routes (convex-js src/server/router.ts); it answers HEAD with the action for GET. OPTIONS
 * is left out: it is what browsers ask before a request, and n8n sends none.
 */
export const HTTP_METHODS = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'] as const;

export type HttpMethod = (typeof HTTP_METHODS)[number];

/** An HTTP action as the app routes it. The path of a prefix ends in `*`. */
export interface HttpRoute {
	method: HttpMethod;
	path: string;
}

/** Convex leaves the body of a request with one of the others out (crates/local_backend/src/http_actions.rs). */
export function takesBody(method: HttpMethod): boolean {
	return method !== 'GET' && method !== 'HEAD';
}

/** As the list of routes has it, and Convex's dashboard: `POST /tasks`. */
export function formatHttpRoute({ method, path }: HttpRoute): string {
	return `${method} ${path}`;
}

/** Reads `POST /tasks`; undefined for anything else, such as a path alone. */
export function parseHttpRoute(text: string): HttpRoute | undefined {
	const [, name, path = ''] = /^([A-Za-z]+)\s+(\S.*)$/s.exec(text.trim()) ?? [];
	const method = HTTP_METHODS.find((known) => known === name?.toUpperCase());
	return method === undefined ? undefined : { method, path };
}

/**
 * The HTTP actions in the function spec (npm-packages/system-udfs/convex/_system/cli/modules.ts).
 *
 * @param prefix what the routes are served under, which the spec leaves out, e.g. `/app/`
 */
export function parseHttpRoutes(spec: unknown, prefix: string): HttpRoute[] {
	const entries: unknown[] = Array.isArray(spec) ? spec : [];
	return entries.flatMap((entry) => {
		if (!isPlainObject(entry) || entry.functionType !== 'HttpAction') return [];
		const method = HTTP_METHODS.find((known) => known === entry.method);
		if (method === undefined || typeof entry.path !== 'string') return [];
		return [{ method, path: `${prefix.replace(/\/$/, '')}${entry.path}` }];
	});
}
