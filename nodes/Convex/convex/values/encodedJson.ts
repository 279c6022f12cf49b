import { convexToJson, type JSONValue, type Value } from 'convex/values';
import { toBase64 } from './base64';

/** The same as `convexToJson`, whose base64 takes seconds for a file. */
export function toEncodedJson(value: Value): JSONValue {
	if (value instanceof ArrayBuffer) return { $bytes: toBase64(value) };
	if (typeof value !== 'object' || value === null) return convexToJson(value);
	if (Array.isArray(value)) return value.map(toEncodedJson);
	const fields = Object.entries(value).flatMap(([name, field]): Array<[string, JSONValue]> =>
		field === undefined ? [] : [[name, toEncodedJson(field)]],
	);
	return Object.fromEntries(fields);
}
