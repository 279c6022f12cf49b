import { inputFailure, type ConvexFailure } from '../failure';
import { HIDDEN_STEP } from './deploymentUrl';

/** Where a request to an HTTP action goes. */
export interface SiteTarget {
	/** As it is typed: `/tasks`, `tasks?done=true`, or the whole URL. One that ends in `*` takes a rest. */
	path: string;
	/** What takes the place of the `*`, not encoded. */
	rest: string;
	/** Names and values, not encoded. */
	query: ReadonlyArray<readonly [name: string, value: string]>;
}

const PATH = "'Path'";
const REST = "'Rest of Path'";

const WRITE_PLAINLY = 'Write the path as in convex/http.ts, e.g. /tasks.';
const WRITE_REST_PLAINLY = 'Write it plainly, e.g. reports/2026.pdf.';

/** Most servers take no longer ones; Node's limit for the whole head is 16 KiB. */
const MAX_URL_LENGTH = 12_000;

/** What a URL drops, or turns into something else. */
const DROPPED = /[\\\p{Cc}]/u;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The URL of a request to an HTTP action. Whatever the path holds, it leads to the site itself: no
 * other origin, no step out of it, nothing that a server or proxy on the way could read as one.
 *
 * @param siteUrl without a trailing slash
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function siteRequestUrl(siteUrl: string, { path, rest, query }: SiteTarget): string {
	const typed = pathOnSite(siteUrl, path.trim());
	const mark = typed.indexOf('?');
	const ownPath = mark < 0 ? typed : typed.slice(0, mark);
	const ownQuery = mark < 0 ? '' : typed.slice(mark + 1);
	const steps = ownPath.endsWith('*') ? withRest(ownPath.slice(0, -1), rest) : ownPath;
	checkSteps(PATH, steps, WRITE_PLAINLY);
	const more = encodedQuery(query);
	const search = [ownQuery, more].filter((part) => part !== '').join('&');
	const { href, origin, pathname } = new URL(`${siteUrl}${steps}${search && `?${search}`}`);
	const site = new URL(siteUrl);
	if (origin !== site.origin || !`${pathname}/`.startsWith(withSlash(site.pathname))) {
		throw refusedPath('leads to another address', WRITE_PLAINLY);
	}
	if (href.length <= MAX_URL_LENGTH) return href;
	throw inputFailure(
		`The URL has ${href.length} characters, more than servers take`,
		"Send less in 'Path' and 'Query Parameters', or send it in the body.",
	);
}

function encodedQuery(query: SiteTarget['query']): string {
	const parameters = new URLSearchParams();
	for (const [name, value] of query) parameters.append(name, value);
	return parameters.toString();
}

/** The path behind the site's address, with a slash in front. */
function pathOnSite(siteUrl: string, path: string): string {
	if (path === '') throw refusedPath('is empty', WRITE_PLAINLY);
	if (DROPPED.test(path) || LONE_SURROGATE.test(path)) {
		throw refusedPath('contains a backslash or an invisible character', WRITE_PLAINLY);
	}
	if (path.includes('#')) {
		throw refusedPath('contains a #, and no server is sent what follows it', 'Write it as %23.');
	}
	if (/^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(path)) return withoutSite(siteUrl, path);
	return path.startsWith('/') ? path : `/${path}`;
}

/** A whole URL may be pasted, if it is the site's own. */
function withoutSite(siteUrl: string, url: string): string {
	const own = `${siteUrl}/`.toLowerCase();
	if (`${url}/`.toLowerCase().startsWith(own)) return url.slice(siteUrl.length) || '/';
	throw refusedPath(
		'names another server than the site of the deployment',
		`Write the path alone. The site is ${siteUrl}.`,
	);
}

/** Each step by itself, so that what it holds ends neither the step nor the path. */
function withRest(prefix: string, rest: string): string {
	if (LONE_SURROGATE.test(rest) || DROPPED.test(rest)) {
		throw inputFailure(
			`${REST} contains a backslash or an invisible character`,
			WRITE_REST_PLAINLY,
		);
	}
	checkSteps(PATH, prefix, WRITE_PLAINLY);
	const path = prefix + rest.replace(/^\//, '').split('/').map(encodeURIComponent).join('/');
	checkSteps(REST, path, WRITE_REST_PLAINLY);
	return path;
}

/** @throws ConvexFailure (`input`) for a path that is read differently on the way than it is written */
function checkSteps(subject: string, path: string, advice: string): void {
	if (/\/\.{1,2}(?:\/|$)/.test(path) || HIDDEN_STEP.test(path)) {
		throw inputFailure(
			`${subject} contains a step such as .. or an encoded period, slash or backslash`,
			advice,
		);
	}
	if (/\/\//.test(path)) throw inputFailure(`${subject} contains an empty step (//)`, advice);
	if (/%(?![\da-f]{2})/i.test(path)) {
		// The path is not quoted: it may hold a secret in a spelling of its own.
		throw inputFailure(`${subject} contains a % that encodes nothing`, 'Write it as %25.');
	}
}

function withSlash(path: string): string {
	return path.endsWith('/') ? path : `${path}/`;
}

function refusedPath(what: string, advice: string): ConvexFailure {
	return inputFailure(`${PATH} ${what}`, advice);
}
