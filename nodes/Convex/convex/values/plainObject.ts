export function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	// Objects of an expression come from another realm: their prototype is that realm's Object's.
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The kind of a value in a user's words: "a number", "an array". */
export function describeType(value: unknown): string {
	if (value === null) return 'null';
	if (value === undefined) return 'missing';
	if (Array.isArray(value)) return 'an array';
	if (typeof value === 'string') return 'text';
	if (typeof value === 'object' && !isPlainObject(value)) {
		const kind = value.constructor?.name ?? 'special';
		return `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind} object`;
	}
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
