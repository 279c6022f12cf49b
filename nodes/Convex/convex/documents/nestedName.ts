import type { JSONValue } from 'convex/values';
import { inputFailure, type ConvexFailure } from '../failure';
import { isPlainObject } from '../values/plainObject';
import { quote } from '../values/quote';

/**
 * A filter reads `address.city` as a path, a change does not: Convex would add a field of that name, or
 * remove none. Whoever names one beside the object that it leads into means the path.
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
		(name) => !Object.hasOwn(document, name) && objectBefore(name, document) !== undefined,
	);
	if (nested === undefined) return undefined;
	const object = quote(objectBefore(nested, document) ?? '');
	return inputFailure(
		`The document has ${object}, an object, and no field ${quote(nested)} at its top`,
		`Only whole fields at the top are set and removed: give ${object} as it is to be.`,
	);
}

/** The field at the top that a path leads into, if it is an object. */
function objectBefore(name: string, document: Record<string, unknown>): string | undefined {
	const [top = ''] = name.split('.');
	return top !== name && Object.hasOwn(document, top) && isPlainObject(document[top])
		? top
		: undefined;
}
