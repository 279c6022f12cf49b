import { getConvexSize, type JSONValue, type Value } from 'convex/values';

/** Of a call's arguments and of its result: FUNCTION_MAX_ARGS_SIZE of crates/common/src/knobs.rs. */
const MAX_BYTES = 2 ** 24;
/** Beyond this part of a limit, the log has a warning: FUNCTION_LIMIT_WARNING_RATIO. */
const WARNING_RATIO = 0.8;
const MAX_ARRAY_LENGTH = 8192;
const MAX_OBJECT_FIELDS = 1024;
const MAX_NESTING = 64;
const SPECIAL_KEYS = new Set(['$integer', '$float', '$bytes']);
const KIBI = 1024;

/**
 * What the backend refuses in a value, with its words: crates/value/src/{array,object,size}.rs,
 * crates/convex/sync_types/src/identifier.rs.
 *
 * @param encoded - the value as `convexToJson` gives it
 */
export function valueError(encoded: JSONValue): string | undefined {
	return shapeError(encoded) ?? nestingError(nestingOf(encoded));
}

function shapeError(value: JSONValue): string | undefined {
	if (typeof value !== 'object' || value === null || isSpecial(value)) return undefined;
	const inner = Object.values(value);
	for (const one of inner) {
		const error = shapeError(one);
		if (error !== undefined) return error;
	}
	if (Array.isArray(value)) {
		return inner.length > MAX_ARRAY_LENGTH
			? `Array length is too long (${inner.length} > maximum length ${MAX_ARRAY_LENGTH})`
			: undefined;
	}
	const reserved = Object.keys(value).find((name) => name.startsWith('$'));
	if (reserved !== undefined) return `Field name ${reserved} starts with '$', which is reserved.`;
	return inner.length > MAX_OBJECT_FIELDS
		? `Object has too many fields (${inner.length} > maximum number ${MAX_OBJECT_FIELDS})`
		: undefined;
}

function nestingError(nesting: number): string | undefined {
	return nesting > MAX_NESTING
		? `Value is too nested (nested ${nesting} levels deep > maximum nesting ${MAX_NESTING})`
		: undefined;
}

/** How many levels of arrays and objects an encoded value has. */
export function nestingOf(value: JSONValue): number {
	if (typeof value !== 'object' || value === null || isSpecial(value)) return 0;
	return 1 + Object.values(value).reduce<number>((most, one) => Math.max(most, nestingOf(one)), 0);
}

function isSpecial(value: object): boolean {
	const [key, ...others] = Object.keys(value);
	return key !== undefined && others.length === 0 && SPECIAL_KEYS.has(key);
}

/** The end of a refusal of a value that is too large, or undefined for one that is not. */
export function sizeError(value: Value): string | undefined {
	const bytes = getConvexSize(value);
	return bytes > MAX_BYTES
		? `too large (actual: ${binarySize(bytes)}, limit: ${binarySize(MAX_BYTES)})`
		: undefined;
}

/**
 * The warning about a value near the limit: crates/udf/src/warnings.rs.
 *
 * @param what - e.g. `function arguments`
 */
export function sizeWarning(value: Value, what: string): string | undefined {
	const bytes = getConvexSize(value);
	return bytes > WARNING_RATIO * MAX_BYTES && bytes <= MAX_BYTES
		? `Large size of the ${what} (actual: ${bytes} bytes, limit: ${MAX_BYTES} bytes).`
		: undefined;
}

/** A number of bytes as the backend's library humansize shows it: `16 MiB`, `17.25 MiB`. */
export function binarySize(bytes: number): string {
	const exponent = Math.floor(Math.log2(bytes) / Math.log2(KIBI));
	const units = ['B', 'KiB', 'MiB', 'GiB'];
	const amount = bytes / KIBI ** exponent;
	return `${Number.isInteger(amount) ? amount : amount.toFixed(2)} ${units[exponent]}`;
}

/** Where a text of JSON has half of a Unicode character, as serde_json reports it. */
export function surrogateError(json: string): string | undefined {
	const lone = /(?<=(?<!\\)(?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}/.exec(json);
	if (lone === null) return undefined;
	const column = lone.index + lone[0].length + 1;
	return `lone leading surrogate in hex escape at line 1 column ${column}`;
}
