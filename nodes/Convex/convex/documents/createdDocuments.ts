import type { JSONValue } from 'convex/values';
import type { EncodedArguments } from '../values/encodeArguments';
import { fingerprintOf } from '../values/fingerprint';
import { isPlainObject } from '../values/plainObject';
import { SYSTEM_FIELDS } from './tableFields';

/** A document with the fields that Convex gave it. */
export interface CreatedDocument {
	_id: string;
	_creationTime: number;
	/** All of it, in the encoded format. */
	document: { [field: string]: JSONValue };
}

/** @returns undefined for anything but a document */
export function parseDocument(value: JSONValue | undefined): CreatedDocument | undefined {
	if (!isPlainObject(value)) return undefined;
	const { _id, _creationTime } = value;
	if (typeof _id !== 'string' || typeof _creationTime !== 'number') return undefined;
	return { _id, _creationTime, document: value };
}

/**
 * Finds the documents that were created among all that a table got meanwhile: `addDocument` does not
 * tell their IDs. Two with the same content cannot be told apart, so where there are more of one
 * content than were sent, or fewer, none of these is known. Those that are the same were created in
 * the order in which they were sent.
 *
 * @param sent what was created, in the encoded format
 * @param found what the table got since then, in any order
 * @returns for each that was sent, what became of it; undefined where that cannot be told
 */
export function matchCreated(
	sent: readonly EncodedArguments[],
	found: readonly CreatedDocument[],
): Array<CreatedDocument | undefined> {
	const oldestFirst = [...found].sort((one, other) => one._creationTime - other._creationTime);
	const foundByContent = grouped(oldestFirst, ({ document }) => contentOf(document));
	const sentByContent = grouped([...sent.entries()], ([, document]) => contentOf(document));
	const matched: Array<CreatedDocument | undefined> = sent.map(() => undefined);
	for (const [content, same] of sentByContent) {
		const candidates = foundByContent.get(content) ?? [];
		if (candidates.length !== same.length) continue;
		for (const [position, [index]] of same.entries()) matched[index] = candidates[position];
	}
	return matched;
}

/** `Map.groupBy`, which the Node.js of older n8n's lacks. */
function grouped<Element>(
	elements: readonly Element[],
	keyOf: (element: Element) => string,
): Map<string, Element[]> {
	const groups = new Map<string, Element[]>();
	for (const element of elements) {
		const key = keyOf(element);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [element]);
		else group.push(element);
	}
	return groups;
}

function contentOf(document: { [field: string]: JSONValue }): string {
	const own = Object.entries(document).filter(([name]) => !SYSTEM_FIELDS.has(name));
	return fingerprintOf(Object.fromEntries(own));
}
