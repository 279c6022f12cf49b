import type { IHttpRequestOptions } from 'n8n-workflow';
import { parseCredential } from '../convex/credential';
import { inputFailure } from '../convex/failure';

/**
 * Adds the Authorization header of a Convex credential to a request: of this package's nodes or,
 * since it is the credential's `authenticate`, of n8n's HTTP Request node.
 *
 * The secret goes to the credential's own deployment only (functions or HTTP actions), and not
 * along with a redirect to another host.
 *
 * @throws ConvexFailure (`input`) for a credential that is not complete, and for any other host
 */
export function authorizeRequest(
	fields: Readonly<Record<string, unknown>>,
	request: IHttpRequestOptions,
): IHttpRequestOptions {
	const { deploymentUrl, siteUrl, authorization } = parseCredential(fields);
	if (authorization === undefined) return request;
	const ownOrigins = [deploymentUrl, siteUrl]
		.filter((url) => url !== undefined)
		.map((url) => new URL(url).origin);
	const origin = requestOrigin(request);
	if (origin === undefined || !ownOrigins.includes(origin)) {
		throw inputFailure(
			`This Convex credential is for ${ownOrigins.join(' and ')}, not for ${origin ?? 'this address'}`,
			"Request the credential's own deployment, or set the credential's 'Site URL' to the address of its HTTP actions.",
		);
	}
	return {
		...request,
		headers: { ...request.headers, Authorization: authorization },
		sendCredentialsOnCrossOriginRedirect: false,
	};
}

/** n8n's HTTP Request node still uses the older request options, which say `uri`. */
function requestOrigin(request: IHttpRequestOptions): string | undefined {
	const address = 'uri' in request && typeof request.uri === 'string' ? request.uri : request.url;
	return URL.canParse(address, request.baseURL)
		? new URL(address, request.baseURL).origin
		: undefined;
}
