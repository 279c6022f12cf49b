import { jsonToConvex, type JSONValue, type Value } from 'convex/values';

/**
 * Plain JSON of an encoded value, as the deployment writes it for the format `json`
 * (convex-backend crates/value/src/export.rs): an int64 becomes text with its digits, bytes become
 * base64 text, NaN and infinities text, and -0 stays.
 */
export function toPlainJson(value: JSONValue): JSONValue {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(toPlainJson);
	const special = specialValue(value);
	if (special !== undefined) return special;
	// A spread copies a field that is called __proto__ too, and costs a tenth of Object.fromEntries.
	const plain = { ...value };
	for (const [name, field] of Object.entries(value)) {
		if (typeof field === 'object' && field !== null) plain[name] = toPlainJson(field);
	}
	return plain;
}

/**
 * Only what is encoded has a field that starts with `$`: no field of a Convex object may. What is none of
 * its types stays as it came.
 */
function specialValue(value: { [field: string]: JSONValue }): JSONValue | undefined {
	if (value.$bytes !== undefined) return value.$bytes;
	if (value.$integer === undefined && value.$float === undefined) return undefined;
	const decoded = decodedNumber(value);
	if (decoded === undefined) return value;
	return Object.is(decoded, -0) ? -0 : String(decoded);
}

function decodedNumber(value: JSONValue): Value | undefined {
	try {
		return jsonToConvex(value);
	} catch {
		return undefined;
	}
}
