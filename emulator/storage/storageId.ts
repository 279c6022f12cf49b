import type { TableOfId } from '../validation';

/**
 * What functions name a file by: the id of its document, or the UUID in its URL, as before convex 1.6
 * (crates/model/src/file_storage/mod.rs).
 */
export type StorageId = { kind: 'document'; id: string } | { kind: 'uuid'; uuid: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
	return UUID.test(text);
}

/**
 * Reads the argument of a storage function, with the words of the backend where it is none.
 *
 * @param operation - e.g. `storage.getUrl`
 * @throws Error for what is no id, or the id of another table
 */
export function parseStorageId(value: unknown, operation: string, tableOfId: TableOfId): StorageId {
	if (typeof value !== 'string') throw new Error(notText(value, operation));
	const table = tableOfId(value);
	if (table === '_storage') return { kind: 'document', id: value };
	if (table !== undefined) {
		throw new Error(
			"Invalid storage ID. Storage ID cannot be an ID on any table other than '_storage'.",
		);
	}
	if (isUuid(value)) return { kind: 'uuid', uuid: value.toLowerCase() };
	// The line break and the blanks are the backend's.
	throw new Error(
		`Invalid argument \`storageId\` for \`${operation}\`: Invalid storage ID: "${value}". Storage ID should be an
                    Id of '_storage' table, or a UUID string.`,
	);
}

function notText(value: unknown, operation: string): string {
	const problem =
		value === undefined
			? 'missing field `storageId`'
			: `invalid type: ${value === null ? 'null' : typeof value}, expected a string`;
	return `Invalid arguments for \`${operation}\`: ${problem}`;
}
