import type { JSONValue } from 'convex/values';
import { inputFailure, type ConvexFailure } from '../failure';
import { describeType, isPlainObject } from '../values/plainObject';
import { quote } from '../values/quote';
import { isEncodedValue } from '../values/typeMatch';

/**
 * A filter reads `address.city` as a path, a change does not: Convex would add a field of that name, or
 * remove none. Whoever names one beside the object or list that it leads into means the path.
 *
 * @param names the fields at the top of the document that are set or removed
 * @returns the refusal of the first name that is such a path
 */
export function refusalOfNestedName(
	names: readonly string[],
	document: JSONValue,
): ConvexFailure | undefined {
	if (!isPlainObject(document)) return undefined;
	const nested = names.find(
		(name) => !Object.hasOwn(document, name) && leadsInto(document, topOf(name)),
	);
	if (nested === undefined) return undefined;
	const top = topOf(nested);
	const kind = describeType(document[top]);
	return inputFailure(
		`The document has ${quote(top)}, ${kind}, and no field ${quote(nested)} at its top`,
		`Only whole fields at the top are set and removed: give ${quote(top)} as it is to be. To add a field that is called so, choose 'Whole Document'.`,
	);
}

/** The name that a path begins with, as a filter reads it: `steps` of `steps[0].state`. */
function topOf(name: string): string {
	return name.replace(/[.[].*$/s, '');
}

/** Whether a field is there, and has something in it. An int64 is encoded as an object, and is none. */
function leadsInto(document: Record<string, unknown>, top: string): boolean {
	if (!Object.hasOwn(document, top)) return false;
	const value = document[top];
	return Array.isArray(value) || (isPlainObject(value) && !isEncodedValue(value));
}
