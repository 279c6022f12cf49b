import type { Route } from './api';
import type { Authenticator } from './identity';

export interface DeploymentUrls {
	url: string;
	siteUrl: string;
}

/** Where a deployment and its HTTP actions are: crates/local_backend/src/canonical_urls.rs. */
export function canonicalUrlRoutes(
	authenticator: Authenticator,
	urls: () => DeploymentUrls,
): Route[] {
	return [
		{
			method: 'GET',
			path: /^\/api\/v1\/get_canonical_urls$/,
			answer: async ({ headers }) => {
				await authenticator.identifyAdminOnly(headers.authorization);
				const { url, siteUrl } = urls();
				return { status: 200, body: { convexCloudUrl: url, convexSiteUrl: siteUrl } };
			},
		},
	];
}
