import { jsonToConvex, type JSONValue } from 'convex/values';
import { isPlainObject } from '../values/plainObject';

/** How many documents an import adds to its table, and takes from it. */
export interface ImportCounts {
	/** All that will be added. */
	toWrite: number;
	/** Added so far, at least: Convex counts behind. */
	written: number;
	/** Deleted at the end. */
	toDelete: number;
}

/**
 * Where an import stands (convex-backend crates/model/src/snapshot_imports/types.rs): it is parsed, waits
 * to be confirmed, is carried out, and ends.
 */
export type ImportState = ImportCounts &
	(
		| { state: 'parsing' | 'unconfirmed' }
		| { state: 'importing'; message: string }
		| { state: 'completed' }
		| { state: 'failed'; message: string }
	);

/** @returns undefined for what is no import */
export function parseImportState(value: JSONValue): ImportState | undefined {
	if (!isPlainObject(value) || !isPlainObject(value.state)) return undefined;
	const { state } = value;
	const counts = countsOf(value.checkpoints);
	switch (state.state) {
		case 'uploaded':
			return { ...counts, state: 'parsing' };
		case 'waiting_for_confirmation':
			return { ...counts, state: 'unconfirmed' };
		case 'in_progress':
			return { ...counts, state: 'importing', message: textOf(state.progress_message) };
		case 'completed':
			return { ...counts, state: 'completed', written: countOf(state.num_rows_written) };
		case 'failed':
			return { ...counts, state: 'failed', message: textOf(state.error_message) };
		default:
			return undefined;
	}
}

function countsOf(checkpoints: unknown): ImportCounts {
	const list: unknown[] = Array.isArray(checkpoints) ? checkpoints : [];
	const tables = list.filter(isPlainObject);
	const sum = (name: string) => tables.reduce((total, table) => total + countOf(table[name]), 0);
	return {
		toWrite: sum('total_num_rows_to_write'),
		written: sum('num_rows_written'),
		toDelete: sum('existing_rows_to_delete'),
	};
}

/** Eight bytes in base64; what is none would be no number to Convex's decoder either. */
const ENCODED_INT64 = /^[A-Za-z0-9+/]{11}=$/;

/** @returns 0 for what is no count, so that nothing is told to be written that is not */
function countOf(value: unknown): number {
	if (!isPlainObject(value) || typeof value.$integer !== 'string') return 0;
	if (!ENCODED_INT64.test(value.$integer)) return 0;
	return Number(jsonToConvex({ $integer: value.$integer }));
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
