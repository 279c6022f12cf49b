import type { HttpRouter } from './httpRouter';

/** What the app or a component serves over HTTP. */
export interface HttpSite {
	/** Undefined when there is no `http.ts`. */
	router: HttpRouter | undefined;
	/** `http.ts` as it stands in a stack. */
	shownPath: string;
	/** Before the paths of the app's own routes; it ends in `/`. */
	prefix?: string;
	/** The components whose routes it serves under a prefix, which ends in `/`. */
	mounts: Array<{ prefix: string; componentPath: string }>;
}

/** Sites by the path of their component; the app's is `''`. */
export type HttpSites = Map<string, HttpSite>;

/** The component that answers, and the path that its router is asked for. */
export interface RoutedPath {
	componentPath: string;
	router: HttpRouter;
	shownPath: string;
	path: string;
}

/**
 * Finds who answers a request: an exact path first, then the longest prefix of routes and components;
 * else the router that was asked last, which knows no such route
 * (crates/application/src/application_function_runner/http_routing.rs).
 *
 * @returns undefined where there are no HTTP actions
 */
export function routedPath(
	sites: HttpSites,
	method: string,
	path: string,
	componentPath = '',
): RoutedPath | undefined {
	const site = sites.get(componentPath);
	if (site === undefined) return undefined;
	const { router, shownPath, mounts } = site;
	const ownPath = withoutPrefix(path, site.prefix ?? '/');
	const own =
		router === undefined || ownPath === undefined
			? undefined
			: { componentPath, router, shownPath, path: ownPath };
	if (own !== undefined && hasExactRoute(own, method)) return own;
	const mount = longest(mounts.filter(({ prefix }) => path.startsWith(prefix)));
	const isMounted = mount !== undefined && mount.prefix.length >= longestPrefix(own, method);
	const mountedPath = isMounted ? withoutPrefix(path, mount.prefix) : undefined;
	return mount === undefined || mountedPath === undefined
		? own
		: routedPath(sites, method, mountedPath, mount.componentPath);
}

/** What the routes of the app or of a component are served under, as `_components` has it. */
export function httpPrefixOf(sites: HttpSites, componentPath: string): string | undefined {
	if (componentPath === '') return sites.get('')?.prefix;
	const mounts = [...sites.values()].flatMap((site) => site.mounts);
	return mounts.find((mount) => mount.componentPath === componentPath)?.prefix;
}

function withoutPrefix(path: string, prefix: string): string | undefined {
	return path.startsWith(prefix) ? `/${path.slice(prefix.length)}` : undefined;
}

function hasExactRoute({ router, path }: RoutedPath, method: string): boolean {
	return router.getRoutes().some(([route, of]) => route === path && of === method);
}

/** The length of the longest prefix among the routes that the path begins with, or -1. */
function longestPrefix(own: RoutedPath | undefined, method: string): number {
	if (own === undefined) return -1;
	const prefixes = own.router
		.getRoutes()
		.filter(([route, of]) => of === method && route.endsWith('*'))
		.map(([route]) => route.slice(0, -1));
	const lengths = prefixes.filter((prefix) => own.path.startsWith(prefix));
	return Math.max(-1, ...lengths.map(({ length }) => length));
}

function longest(mounts: HttpSite['mounts']): HttpSite['mounts'][number] | undefined {
	return mounts.toSorted((one, other) => other.prefix.length - one.prefix.length)[0];
}
