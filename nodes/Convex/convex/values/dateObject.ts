import { isPlainObject } from './plainObject';

/** An object that is neither data nor bytes. */
export function isOfClass(value: unknown): value is object {
	const isObject = typeof value === 'object' && value !== null;
	const isBytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
	return isObject && !isBytes && !Array.isArray(value) && !isPlainObject(value);
}

/**
 * A Date, or Luxon's DateTime ($now). Luxon's Duration says a number of milliseconds too, which are
 * none since 1970.
 */
export function isDateObject(value: unknown): value is object {
	// A Date of an expression is of another realm, so it is no instance of Date.
	return Object.prototype.toString.call(value) === '[object Date]' || isLuxonDateTime(value);
}

function isLuxonDateTime(value: unknown): boolean {
	return isOfClass(value) && 'isLuxonDateTime' in value && value.isLuxonDateTime === true;
}
