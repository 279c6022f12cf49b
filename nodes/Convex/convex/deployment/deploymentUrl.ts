import { credentialFailure, inputFailure, type ConvexFailure } from '../failure';
import { unwrapPasted } from './pastedText';

const DEPLOYMENT_URL_EXAMPLE = 'https://happy-animal-123.convex.cloud';
const SELF_HOSTED_CLOUD_PORT = '3210';
const SELF_HOSTED_SITE_PORT = '3211';

const CONVEX_HOST = /\.convex\.(?:cloud|site)$/;

const WHAT_TO_PASTE = `Paste the deployment URL from the Convex dashboard (Settings → URL & Deploy Key), e.g. ${DEPLOYMENT_URL_EXAMPLE}, or the address of a self-hosted deployment, e.g. http://127.0.0.1:3210.`;

/** What stands behind `/api/` in the endpoints that people copy (convex-backend crates/local_backend/src/router.rs). */
const ENDPOINTS = new Set([
	'query',
	'mutation',
	'action',
	'function',
	'query_batch',
	'query_ts',
	'query_at_ts',
	'check_admin_key',
	'sync',
	'list_snapshot',
	'document_deltas',
	'json_schemas',
]);

/** No segment is empty, leads elsewhere, or holds what a server or proxy would decode. */
const ENDPOINT_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.]+)+$/;

/**
 * What a server or a proxy may take for a step in a path, which the standard does not: an encoded
 * period, slash or backslash, also encoded twice, and `..;` (Tomcat).
 */
export const HIDDEN_STEP = /%(?:25)*(?:2e|2f|5c)|\/\.{1,2};/i;

/**
 * The base address of a deployment: no trailing slash, no endpoint, no query. The official client
 * puts `/api/…` behind it.
 *
 * A self-hosted deployment may stand below a path of its own, which may contain `api`: only an
 * endpoint at the end is cut off, or a last `/api`, once.
 *
 * Follows convex-js `validateDeploymentUrl` (src/common/index.ts): http(s) only and never a
 * `.convex.site` address, which serves HTTP actions and no functions.
 *
 * @throws ConvexFailure (`input`) that says what to paste instead
 */
export function parseDeploymentUrl(input: string): string {
	const url = parseHttpUrl('Deployment URL', input, WHAT_TO_PASTE);
	if (url.hostname.endsWith('.convex.site')) {
		throw refused(
			'Deployment URL',
			'ends in .convex.site, the address of HTTP actions',
			`Use the same name with .convex.cloud, e.g. https://${url.hostname.replace(/\.convex\.site$/, '.convex.cloud')}.`,
		);
	}
	if (HIDDEN_STEP.test(url.pathname)) {
		throw refused(
			'Deployment URL',
			'has a path with an encoded period or slash in it',
			`Write the path plainly, or serve the deployment below another one. ${WHAT_TO_PASTE}`,
		);
	}
	return baseAddress(url, withoutEndpoint(segmentsOf(url)));
}

/**
 * The URL of an endpoint of a deployment.
 *
 * @param path as the deployment has it, e.g. `/api/run/messages/list`
 * @throws ConvexFailure (`input`) for a path that could name another endpoint than its parts say
 */
export function endpointUrl(deploymentUrl: string, path: string): string {
	if (ENDPOINT_PATH.test(path)) return `${deploymentUrl}${path}`;
	throw inputFailure(
		'The function path contains what cannot stand in a URL',
		"Write 'Function' as 'module:function', e.g. messages:list. It consists of letters, digits, underscores, periods and slashes.",
	);
}

function segmentsOf({ pathname }: URL): string[] {
	const segments = pathname.split('/').slice(1);
	while (segments.at(-1) === '') segments.pop();
	return segments;
}

/** `/api/query`, `/api/<version>/sync`, `/api/run/<module>/<function>` or `/api` at the end. */
function withoutEndpoint(segments: string[]): string[] {
	const isApi = (index: number) => segments[index] === 'api';
	const end = segments.length;
	const last = segments[end - 1] ?? '';
	if (isApi(end - 2) && ENDPOINTS.has(last)) return segments.slice(0, end - 2);
	if (isApi(end - 3) && last === 'sync') return segments.slice(0, end - 3);
	if (isApi(end - 1)) return segments.slice(0, end - 1);
	const run = segments.findLastIndex(
		(segment, index) => segment === 'run' && isApi(index - 1) && end - index > 2,
	);
	return run < 0 ? segments : segments.slice(0, run - 1);
}

/**
 * The address of the deployment's HTTP actions: the one given, or the one that Convex derives
 * (`.convex.cloud` → `.convex.site`, self-hosted port 3210 → 3211; docs.convex.dev/functions/http-actions).
 *
 * @returns undefined where nothing is given and nothing can be derived (a custom domain)
 * @throws ConvexFailure (`input`) for a site URL that is none
 */
export function resolveSiteUrl(deploymentUrl: string, siteUrlInput: string): string | undefined {
	if (siteUrlInput.trim() !== '') {
		return siteAddress(siteUrlInput);
	}
	const url = new URL(deploymentUrl);
	if (url.hostname.endsWith('.convex.cloud')) {
		url.hostname = url.hostname.replace(/\.convex\.cloud$/, '.convex.site');
	} else if (url.port === SELF_HOSTED_CLOUD_PORT) {
		url.port = SELF_HOSTED_SITE_PORT;
	} else {
		return undefined;
	}
	return baseAddress(url, segmentsOf(url));
}

/** The address of HTTP actions that a deployment tells; undefined for anything else. */
export function parseSiteUrl(told: unknown): string | undefined {
	try {
		return typeof told === 'string' ? siteAddress(told) : undefined;
	} catch {
		return undefined;
	}
}

const WHICH_SITE_URL =
	'Paste the HTTP Actions URL from the Convex dashboard, e.g. https://happy-animal-123.convex.site, or leave the field empty.';

function siteAddress(input: string): string {
	const url = parseHttpUrl('Site URL', input, WHICH_SITE_URL);
	if (url.hostname.endsWith('.convex.cloud')) {
		throw refused('Site URL', 'ends in .convex.cloud, the address of functions', WHICH_SITE_URL);
	}
	if (HIDDEN_STEP.test(url.pathname)) {
		throw refused(
			'Site URL',
			'has a path with an encoded period or slash in it',
			`Write the path plainly. ${WHICH_SITE_URL}`,
		);
	}
	return baseAddress(url, segmentsOf(url));
}

/** `host.name`, `localhost:3210`, and either with a path. */
const WITHOUT_SCHEME =
	/^(?:\/\/)?(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9.-]+:\d+|\[[\d:a-f]+\]|localhost)(?:[:/?#].*)?$/i;

function parseHttpUrl(field: string, input: string, help: string): URL {
	const text = unwrapPasted(input);
	if (text === '') throw refused(field, 'is empty', help);
	if (WITHOUT_SCHEME.test(text)) {
		throw refused(
			field,
			'does not start with https:// or http://',
			`Start it with https://, or with http:// for a deployment without TLS. ${help}`,
		);
	}
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined) throw refused(field, 'is not a URL', help);
	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		throw refused(field, 'does not start with https:// or http://', help);
	}
	if (url.username !== '' || url.password !== '') {
		throw refused(
			field,
			'contains a user name or password',
			`Remove everything before the @. ${help}`,
		);
	}
	url.hostname = url.hostname.replace(/\.$/, '');
	if (url.hostname === 'dashboard.convex.dev') {
		throw refused(field, 'is a page of the Convex dashboard', help);
	}
	if (url.protocol === 'http:' && CONVEX_HOST.test(url.hostname)) {
		throw refused(
			field,
			'starts with http://, which would send the credential unencrypted',
			'Use https:// instead.',
		);
	}
	return url;
}

/** Convex's own hosts serve nothing below a path; a proxy in front of a self-hosted one may. */
function baseAddress(url: URL, segments: string[]): string {
	return CONVEX_HOST.test(url.hostname) ? url.origin : [url.origin, ...segments].join('/');
}

function refused(field: string, what: string, help: string): ConvexFailure {
	return credentialFailure(`The credential's '${field}' ${what}`, help);
}
