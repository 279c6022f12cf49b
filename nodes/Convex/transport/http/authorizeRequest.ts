import type { IHttpRequestOptions } from 'n8n-workflow';
import { parseCredential } from '../../convex/deployment/credential';
import { HIDDEN_STEP } from '../../convex/deployment/deploymentUrl';
import { inputFailure, type ConvexFailure } from '../../convex/failure';

/**
 * Adds the Authorization header of a Convex credential to a request: of this package's nodes or,
 * since it is the credential's `authenticate`, of n8n's HTTP Request node.
 *
 * The secret goes to the credential's own deployment only (functions or HTTP actions), and not
 * along with a redirect to another host. A deploy key does not go to HTTP actions, whose code gets
 * all headers (convex-backend crates/local_backend/src/http_actions.rs).
 *
 * @throws ConvexFailure (`input`) for a credential that is not complete, for any other address, and for
 * a request that names several or gets past the one that it names
 */
export function authorizeRequest(
	fields: Readonly<Record<string, unknown>>,
	request: IHttpRequestOptions,
): IHttpRequestOptions {
	const { authentication, deploymentUrl, siteUrl, authorization } = parseCredential(fields);
	if (authorization === undefined) return request;
	const deployment = new URL(deploymentUrl);
	const own = siteUrl === undefined ? [deployment] : [deployment, new URL(siteUrl)];
	const targets = targetsOf(request);
	for (const target of targets) {
		if (!isBelowOneOf(own, target)) throw foreignAddress(own, target);
		if (authentication === 'deployKey' && leadsToHttpActions(deployment, target)) {
			throw keyForHttpActions();
		}
		checkRoute(request, target);
	}
	if (targets.length === 0) throw foreignAddress(own, undefined);
	return {
		...request,
		headers: { ...request.headers, Authorization: authorization },
		sendCredentialsOnCrossOriginRedirect: false,
	};
}

/**
 * Each address that the request names. n8n sends to `url`, and to `uri` where there is none: the HTTP
 * Request node still uses the older options. Both have to be the deployment's, so that it does not
 * matter which of them another version of n8n prefers.
 *
 * n8n asks its policies about an address that it makes as the standard says, and axios sends to one of
 * its own making (n8n's `buildTargetUrl`, axios' lib/core/buildFullPath.js): both count.
 */
function targetsOf(request: IHttpRequestOptions): Array<URL | undefined> {
	const uri: unknown = 'uri' in request ? request.uri : undefined;
	const baseURL: unknown = request.baseURL;
	const addresses: unknown[] = [request.url, uri].filter(isGiven);
	if (!isGiven(baseURL)) return addresses.map((address) => parseAddress(address));
	const base = parseAddress(baseURL);
	if (base === undefined) return [undefined];
	if (addresses.length === 0) return [base];
	return addresses.flatMap((address) => {
		if (typeof address !== 'string') return [undefined];
		const standard = parseAddress(address, base);
		const isAbsolute = /^(?:[a-z][a-z\d+\-.]*:)?\/\//i.test(address);
		return isAbsolute ? [standard] : [standard, parseAddress(`${base.href}/${address}`)];
	});
}

function isGiven(address: unknown): boolean {
	return address !== undefined && address !== null && address !== '';
}

/** Anything but a text or a URL could say another address when it is asked again. */
function parseAddress(address: unknown, base?: URL): URL | undefined {
	const text = address instanceof URL ? address.href : address;
	if (typeof text !== 'string' || !URL.canParse(text, base?.href)) return undefined;
	return new URL(text, base?.href);
}

/** Below a path that a deployment shares with other programs, nothing may lead back out of it. */
function isBelowOneOf(own: URL[], target: URL | undefined): boolean {
	return own.some(({ origin, pathname }) => {
		if (target?.origin !== origin) return false;
		if (pathname === '/') return true;
		const isBelow = `${target.pathname}/`.startsWith(`${pathname}/`);
		return isBelow && !HIDDEN_STEP.test(target.pathname);
	});
}

/** Where a deployment serves the app's HTTP actions at its own address too. */
const HTTP_ACTIONS_PATH = '/http';

/**
 * Whether an address of the deployment or its site is one of the app's HTTP actions, or may become one on
 * its way: proxies decode steps, and make one slash of several.
 */
function leadsToHttpActions(deployment: URL, target: URL | undefined): boolean {
	if (target === undefined || !isBelowOneOf([deployment], target)) return true;
	if (HIDDEN_STEP.test(target.pathname)) return true;
	const path = target.pathname.slice(deployment.pathname.replace(/\/$/, '').length);
	return `${decoded(path)}/`.replace(/\/{2,}/g, '/').startsWith(`${HTTP_ACTIONS_PATH}/`);
}

function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

function keyForHttpActions(): ConvexFailure {
	return inputFailure(
		'A deploy key is not sent to HTTP actions: their code gets all headers of a request',
		"Use the Convex node's resource 'HTTP Action', or a credential whose 'Authentication' is 'Bearer Token'.",
	);
}

/** @throws ConvexFailure (`input`) where the request would reach somebody else than its address says */
function checkRoute(request: IHttpRequestOptions, target: URL | undefined): void {
	for (const [name, value] of Object.entries(request.headers ?? {})) {
		if (name.toLowerCase() !== 'host' || value === target?.host) continue;
		throw inputFailure(
			"The header 'Host' names another server than the URL",
			"Remove the header 'Host': with a Convex credential a request goes to the credential's own deployment.",
		);
	}
	const isOpen = target?.protocol === 'http:' || ignoresCertificates(request);
	if (request.proxy === undefined || request.proxy === null || !isOpen) return;
	throw inputFailure(
		'The proxy of the request could read the Convex credential',
		"Remove the option 'Proxy', or use https:// without ignoring SSL issues.",
	);
}

function ignoresCertificates(request: IHttpRequestOptions): boolean {
	const isRejecting = 'rejectUnauthorized' in request ? request.rejectUnauthorized : true;
	return request.skipSslCertificateValidation === true || isRejecting === false;
}

function foreignAddress(own: URL[], target: URL | undefined): ConvexFailure {
	const isSameOrigin = own.some(({ origin }) => origin === target?.origin);
	const addresses = own.map(({ origin, pathname }) => origin + (pathname === '/' ? '' : pathname));
	const other = isSameOrigin ? 'this path' : (target?.origin ?? 'this address');
	return inputFailure(
		`This Convex credential is for ${addresses.join(' and ')}, not for ${other}`,
		"Request the credential's own deployment, or set the credential's 'Site URL' to the address of its HTTP actions.",
	);
}
