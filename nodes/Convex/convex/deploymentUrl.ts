import { inputFailure, type ConvexFailure } from './failure';

const DEPLOYMENT_URL_EXAMPLE = 'https://happy-animal-123.convex.cloud';
const SELF_HOSTED_CLOUD_PORT = '3210';
const SELF_HOSTED_SITE_PORT = '3211';

const CONVEX_HOST = /\.convex\.(?:cloud|site)$/;

const WHAT_TO_PASTE = `Paste the deployment URL from the Convex dashboard (Settings → URL & Deploy Key), e.g. ${DEPLOYMENT_URL_EXAMPLE}, or the address of a self-hosted deployment, e.g. http://127.0.0.1:3210.`;

/**
 * The base address of a deployment: no trailing slash, no `/api/...` path, no query.
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
	// A pasted endpoint, e.g. /api/query. A self-hosted deployment may stand below a path of its own.
	return baseAddress(url, url.pathname.replace(/\/api(?:\/.*)?$/, ''));
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
		const help =
			'Paste the HTTP Actions URL from the Convex dashboard, e.g. https://happy-animal-123.convex.site, or leave the field empty.';
		const url = parseHttpUrl('Site URL', siteUrlInput, help);
		if (url.hostname.endsWith('.convex.cloud')) {
			throw refused('Site URL', 'ends in .convex.cloud, the address of functions', help);
		}
		return baseAddress(url, url.pathname);
	}
	const url = new URL(deploymentUrl);
	if (url.hostname.endsWith('.convex.cloud')) {
		url.hostname = url.hostname.replace(/\.convex\.cloud$/, '.convex.site');
	} else if (url.port === SELF_HOSTED_CLOUD_PORT) {
		url.port = SELF_HOSTED_SITE_PORT;
	} else {
		return undefined;
	}
	return baseAddress(url, url.pathname);
}

function parseHttpUrl(field: string, input: string, help: string): URL {
	const text = input.trim();
	if (text === '') throw refused(field, 'is empty', help);
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
function baseAddress(url: URL, path: string): string {
	const isConvexHost = CONVEX_HOST.test(url.hostname);
	return url.origin + (isConvexHost ? '' : path.replace(/\/+$/, ''));
}

function refused(field: string, what: string, help: string): ConvexFailure {
	return inputFailure(`The credential's '${field}' ${what}`, help);
}
