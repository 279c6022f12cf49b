import { convexToJson, type Value } from 'convex/values';
import type { Answer } from '../answer';
import { exporterFor } from '../valueFormat';

/** Writes a value as the text of JSON, whose numbers may be longer than JavaScript's. */
export type Writer = (value: Value) => string;

/** Below this, Rust writes a float with all its digits. */
const MAX_PLAIN_FLOAT = 1e16;

/** The formats of exports: those of calls, and one that keeps int64 as numbers. */
export function writerFor(format: unknown): Writer {
	if (format === 'export_json') return exportJson;
	const toJson = exporterFor(format);
	return (value) => JSON.stringify(toJson(value));
}

/** crates/value/src/export.rs `export_clean_lossless`. */
export function exportJson(value: Value): string {
	if (typeof value === 'bigint') return value.toString();
	if (typeof value === 'number' && Number.isFinite(value)) return floatText(value);
	if (Array.isArray(value)) return `[${value.map(exportJson).join(',')}]`;
	if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) {
		return JSON.stringify(convexToJson(value));
	}
	return objectText(
		Object.fromEntries(
			Object.entries(value).map(([name, field]) => [name, exportJson(field ?? null)]),
		),
	);
}

/** An object of fields that are written already. */
export function objectText(fields: Record<string, string>): string {
	const written = Object.entries(fields).map(([name, text]) => `${JSON.stringify(name)}:${text}`);
	return `{${written.join(',')}}`;
}

/** A float is told from an int64 by its point. */
function floatText(value: number): string {
	const isWhole = Number.isInteger(value) && Math.abs(value) < MAX_PLAIN_FLOAT;
	if (!isWhole) return String(value);
	return `${Object.is(value, -0) ? '-0' : value}.0`;
}

export function jsonAnswer(text: string): Answer {
	const headers = { 'content-type': 'application/json' };
	return { status: 200, bytes: Buffer.from(text), headers };
}
