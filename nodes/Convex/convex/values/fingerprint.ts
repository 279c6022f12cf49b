import { createHash } from 'node:crypto';
import type { JSONValue } from 'convex/values';

/** 96 bits: enough that two values do not have the same one. */
const FINGERPRINT_LENGTH = 16;

/**
 * A short text that two values share only if they are the same to Convex, whatever the order of
 * their fields.
 *
 * @param value in Convex's encoded JSON, which keeps all types apart
 */
export function fingerprintOf(value: JSONValue): string {
	return fingerprintOfJson(canonicalJson(value));
}

/** The same of a value that is canonical JSON already: without blanks, the fields of objects sorted. */
export function fingerprintOfJson(canonicalJson: string): string {
	const hash = createHash('sha256').update(canonicalJson).digest('base64url');
	return hash.slice(0, FINGERPRINT_LENGTH);
}

/**
 * The JSON of a value, the same whatever the order of its fields. Convex's encoder sorts them, and for
 * what is sorted JSON.stringify is several times faster.
 */
export function canonicalJson(value: JSONValue): string {
	return isSorted(value) ? JSON.stringify(value) : sortedJson(value);
}

function isSorted(value: JSONValue | undefined): boolean {
	if (typeof value !== 'object' || value === null) return true;
	if (Array.isArray(value)) return value.every(isSorted);
	let before = '';
	for (const name of Object.keys(value)) {
		if (name < before || !isSorted(value[name])) return false;
		before = name;
	}
	return true;
}

function sortedJson(value: JSONValue): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
	let fields = '';
	for (const name of Object.keys(value).sort()) {
		const field = value[name];
		if (field === undefined) continue;
		fields += `${fields === '' ? '' : ','}${JSON.stringify(name)}:${sortedJson(field)}`;
	}
	return `{${fields}}`;
}
