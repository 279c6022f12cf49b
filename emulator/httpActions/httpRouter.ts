/** An HTTP action as convex/server registers it. */
export interface HttpAction {
	_handler: (ctx: unknown, request: Request) => unknown;
}

/** What `convex/http.ts` exports: a router of convex/server, or one that behaves as it. */
export interface HttpRouter {
	lookup: (
		path: string,
		method: string,
	) => readonly [action: HttpAction, method: string, path: string] | null;
	/** Path and method of each route; the path of a prefix ends in `*`. */
	getRoutes: () => Array<readonly [path: string, method: string, action: HttpAction]>;
}

export function isHttpRouter(exported: unknown): exported is HttpRouter {
	return (
		typeof exported === 'object' &&
		exported !== null &&
		'lookup' in exported &&
		typeof exported.lookup === 'function' &&
		'getRoutes' in exported &&
		typeof exported.getRoutes === 'function'
	);
}
