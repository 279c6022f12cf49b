import type { JSONValue } from 'convex/values';

/**
 * Whether two values are the same to Convex, whatever the order of their fields: when they have the
 * same fingerprint, at a tenth of its cost.
 *
 * @param a in Convex's encoded JSON, like the other
 */
export function isSameValue(a: JSONValue, b: JSONValue): boolean {
	if (a === b) return true;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	if (Array.isArray(a) || Array.isArray(b)) {
		return Array.isArray(a) && Array.isArray(b) && isSameList(a, b);
	}
	const [names, others] = [Object.keys(a), Object.keys(b)];
	if (names.length !== others.length) return false;
	return names.every(
		(name, index) =>
			(name === others[index] || Object.hasOwn(b, name)) && isSameField(a[name], b[name]),
	);
}

/** A field of the object itself: a document may have one that is called `constructor`, or have none. */
export function ownField(
	object: { [field: string]: JSONValue | undefined },
	name: string,
): JSONValue | undefined {
	return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The same for fields that may be missing. */
export function isSameField(a: JSONValue | undefined, b: JSONValue | undefined): boolean {
	return a === undefined || b === undefined ? a === b : isSameValue(a, b);
}

function isSameList(a: JSONValue[], b: JSONValue[]): boolean {
	return a.length === b.length && a.every((element, index) => isSameField(element, b[index]));
}
