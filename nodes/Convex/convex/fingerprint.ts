import { createHash } from 'node:crypto';
import type { JSONValue } from 'convex/values';

/** 96 bits: two values with the same one are not to be expected. */
const FINGERPRINT_LENGTH = 16;

/**
 * A short text that two values share only if they are the same to Convex, whatever the order of
 * their fields.
 *
 * @param value in Convex's encoded JSON, which keeps all types apart
 */
export function fingerprintOf(value: JSONValue): string {
	const hash = createHash('sha256').update(canonicalJson(value)).digest('base64url');
	return hash.slice(0, FINGERPRINT_LENGTH);
}

function canonicalJson(value: JSONValue): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	const fields = Object.keys(value)
		.sort()
		.flatMap((name) => {
			const field = value[name];
			return field === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(field)}`];
		});
	return `{${fields.join(',')}}`;
}
