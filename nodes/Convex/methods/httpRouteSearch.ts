import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { inputFailure } from '../convex/failure';
import { formatHttpRoute, type HttpRoute } from '../convex/functions/httpRoute';
import { openCaller } from '../transport/caller';
import { readHttpRoutes } from '../transport/http/readHttpRoutes';
import { toEditorError } from '../transport/nodeError';
import { matching } from './matchingEntries';

/** The routes of the app's HTTP actions, by path. */
export async function searchHttpRoutes(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const routes = await readHttpRoutes(this, await openCaller(this));
		if (routes.length === 0) {
			throw inputFailure(
				'The deployment has no HTTP actions',
				'Define routes in convex/http.ts and deploy the app with `npx convex deploy`.',
			);
		}
		return matching(routes.sort(byPathAndMethod).map(toListItem), filter);
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}

function byPathAndMethod(a: HttpRoute, b: HttpRoute): number {
	return a.path.localeCompare(b.path, 'en') || a.method.localeCompare(b.method, 'en');
}

function toListItem(route: HttpRoute) {
	const name = formatHttpRoute(route);
	return { name, value: name };
}
