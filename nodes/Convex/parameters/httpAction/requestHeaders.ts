import { inputFailure } from '../../convex/failure';
import type { ParameterReader } from '../parameterReader';
import { namedValues, readEntries, textsOf } from './namedValues';

const headers = namedValues({
	displayName: 'Headers',
	name: 'headers',
	description: "Headers of the request, all of which reach the app's code",
	entry: { displayName: 'Header', name: 'header', placeholder: 'e.g. X-Api-Key' },
});

export const headersDescription = headers.property;

/** RFC 9110 §5.1, §5.5: what a name and a value consist of. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** They are about the connection, or follow from the URL and the body. */
const OWN_HEADERS =
	/^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|proxy-.*)$/i;

/** Under such names, the client that n8n has keeps settings and sends no header (axios lib/core/Axios.js). */
const NAMES_OF_AXIOS = /^(?:common|delete|get|head|patch|post|put|query)$/i;

/** Convex's own scheme, for a deploy key. */
const DEPLOY_KEY_SCHEME = /^\s*convex(?:\s|$)/i;

/**
 * The headers that the user adds.
 *
 * @throws ConvexFailure (`input`) naming the header
 */
export function readRequestHeaders(
	context: ParameterReader,
	itemIndex: number,
): Array<[name: string, value: string]> {
	const seen = new Set<string>();
	return readEntries(context, headers, itemIndex).map((entry): [string, string] => {
		const { name, subject } = entry;
		const [value = '', ...others] = textsOf(entry);
		if (others.length > 0) {
			throw inputFailure(
				`${subject} is a list of ${others.length + 1} values, and a header has one`,
				"Use an expression that gives one text, e.g. with .join(', ').",
			);
		}
		checkHeader(name, value);
		if (seen.has(name.toLowerCase())) {
			throw inputFailure(`'Headers' has '${name}' twice`, 'Remove one of them.');
		}
		seen.add(name.toLowerCase());
		return [name, value];
	});
}

/** Whether a header can have this value; Node refuses any other in the middle of a request. */
export function isHeaderValue(value: string): boolean {
	return VALUE.test(value);
}

/** @throws ConvexFailure (`input`) for what no header can hold */
export function checkHeaderValue(subject: string, value: string, advice: string): void {
	if (isHeaderValue(value)) return;
	throw inputFailure(
		`${subject} contains a line break or a character that no header can hold`,
		advice,
	);
}

function checkHeader(name: string, value: string): void {
	const subject = `'Headers': '${name}'`;
	if (!NAME.test(name)) {
		throw inputFailure(
			`'Headers' has a name that no header can have`,
			'It consists of letters, digits and hyphens, e.g. X-Api-Key.',
		);
	}
	checkHeaderValue(subject, value, 'Send such a text in the query or the body.');
	if (OWN_HEADERS.test(name)) {
		throw inputFailure(`${subject} is made by n8n itself`, 'Remove the header.');
	}
	if (NAMES_OF_AXIOS.test(name)) {
		throw inputFailure(
			`${subject} has a name under which n8n sends no header`,
			'Give the header another name, e.g. one that starts with X-.',
		);
	}
	if (name.toLowerCase() === 'authorization' && DEPLOY_KEY_SCHEME.test(value)) {
		throw inputFailure(
			`${subject} holds a deploy key, and all headers reach the app's code`,
			"Remove the header. A user's token goes along with 'Authentication: Bearer Token'.",
		);
	}
}
