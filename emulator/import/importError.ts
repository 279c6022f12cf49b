import { PlatformFailure } from '../platformFailure';

/** What is wrong with an import: `ImportError` of crates/application/src/snapshot_import/import_error.rs. */
export function importError(code: string, message: string): PlatformFailure {
	return new PlatformFailure(400, code, message);
}

export function invalidRow(row: number, why: string): PlatformFailure {
	return importError('InvalidConvexValue', `Row ${row} wasn't a valid Convex value: ${why}`);
}
