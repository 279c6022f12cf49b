import { isOrdinaryName, parseReference, readReference, type PlainRead } from './plainReferences';

/** Gives a parameter's value for an item's JSON. */
type ReadForJson = (json: unknown) => PlainRead;

/**
 * A reader of a parameter whose expressions are nothing but references to the item.
 *
 * @param stored as it is stored with the node, with its expressions
 * @returns undefined where n8n's engine is needed for any part of it
 */
export function plainParameter(stored: unknown): ReadForJson | undefined {
	// What is not set is a matter of fallbacks.
	if (stored === undefined) return undefined;
	if (typeof stored === 'string' && stored.startsWith('=')) {
		const reference = parseReference(stored);
		return reference && ((json) => readReference(json, reference));
	}
	if (typeof stored !== 'object' || stored === null) return () => ({ value: stored });
	const names = Object.keys(stored);
	const parts = Object.values(stored).map(plainParameter);
	const readers = parts.filter((part) => part !== undefined);
	if (readers.length < parts.length || !names.every(isNameOfParameter)) return undefined;
	const isList = Array.isArray(stored);
	return (json) => {
		const values: unknown[] = [];
		for (const read of readers) {
			const part = read(json);
			if (part === undefined) return undefined;
			values.push(part.value);
		}
		if (isList) return { value: values };
		const record: Record<string, unknown> = {};
		for (const [index, name] of names.entries()) record[name] = values[index];
		return { value: record };
	};
}

/** A resource locator has a field `__rl`. */
function isNameOfParameter(name: string): boolean {
	return name === '__rl' || isOrdinaryName(name);
}
