import type { JSONValue } from 'convex/values';

/** A copy that shares nothing with the value, which somebody else may change. */
export function cloneJson(value: JSONValue): JSONValue {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(cloneJson);
	// A spread copies a field that is called __proto__ too, and costs a tenth of Object.fromEntries.
	const copy = { ...value };
	for (const [name, field] of Object.entries(value)) {
		if (typeof field === 'object' && field !== null) copy[name] = cloneJson(field);
	}
	return copy;
}
