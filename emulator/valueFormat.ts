import { convexToJson, type JSONValue, type Value } from 'convex/values';
import { PlatformFailure } from './platformFailure';

export type Exporter = (value: Value) => JSONValue;

/** The backend's output formats: crates/value/src/export.rs. */
export function exporterFor(format: unknown): Exporter {
	switch (format ?? 'json') {
		case 'json':
		case 'convex_clean_json':
			return toCleanJson;
		case 'convex_encoded_json':
		case 'convex_json':
			return convexToJson;
		default:
			throw new PlatformFailure(
				400,
				'BadFormat',
				`format param must be one of [\`json\`]. Got ${String(format)}`,
			);
	}
}

/** Plain and lossy: int64, bytes and special floats become text. */
function toCleanJson(value: Value): JSONValue {
	if (typeof value === 'bigint') return value.toString();
	if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
	if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
	if (Array.isArray(value)) return value.map(toCleanJson);
	if (typeof value !== 'object' || value === null) return value;
	const fields = Object.entries(value).filter(
		(field): field is [string, Value] => field[1] !== undefined,
	);
	return Object.fromEntries(fields.map(([name, field]) => [name, toCleanJson(field)]));
}
