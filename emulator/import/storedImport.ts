import type { Value } from 'convex/values';
import { internalServerError, PlatformFailure } from '../platformFailure';
import type { TableRows } from './importRows';
import type { ImportRequest } from './importRequest';
import type { TableChange } from './tableChanges';

/** The states and their transitions: crates/model/src/snapshot_imports/types.rs. */
export type ImportState =
	| { state: 'uploaded' }
	| {
			state: 'waiting_for_confirmation';
			message_to_confirm: string;
			require_manual_confirmation: boolean;
	  }
	| { state: 'in_progress'; progress_message: string; checkpoint_messages: string[] }
	| { state: 'completed'; timestamp: bigint; num_rows_written: bigint }
	| { state: 'failed'; error_message: string };

export interface StoredImport {
	id: string;
	creationTime: number;
	request: ImportRequest;
	content: Buffer;
	state: ImportState;
	tables: TableRows[];
	changes: TableChange[];
	/** By the place of the table among the changes. */
	written: number[];
	/** Called at each change of its state. */
	changed: () => void;
}

export function setState(stored: StoredImport, state: ImportState): void {
	stored.state = state;
	stored.changed();
}

/** The texts of `wrap_import_err`; what is no fault of the import is not told. */
export function fail(stored: StoredImport, thrown: unknown): void {
	const { message } = thrown instanceof PlatformFailure ? thrown : internalServerError(500);
	const text = `Hit an error while importing:\n${message}`;
	setState(stored, { state: 'failed', error_message: text });
}

/** Waits until nothing goes on by itself. */
export async function settled(stored: StoredImport): Promise<void> {
	const isMoving = () => ['uploaded', 'in_progress'].includes(stored.state.state);
	while (isMoving()) {
		await new Promise<void>((resolve) => {
			stored.changed = resolve;
		});
	}
}

const FORMATS = { jsonLines: 'jsonl', jsonArray: 'json_array' } as const;
const MODES = { append: 'Append', replace: 'Replace', requireEmpty: 'RequireEmpty' } as const;

/** As its table has it. */
export function documentOf({
	id,
	creationTime,
	request,
	state,
	changes,
	written,
}: StoredImport): Value {
	const { format, table = '', mode, componentPath } = request;
	const isOpen = state.state === 'uploaded';
	return {
		_id: id,
		_creationTime: creationTime,
		state,
		format: format === 'zip' ? { format } : { format: FORMATS[format], table },
		mode: MODES[mode],
		component_path: componentPath === '' ? null : componentPath,
		member_id: null,
		checkpoints: isOpen
			? null
			: changes.map((change, index) => ({
					component_path: change.componentPath === '' ? null : change.componentPath,
					display_table_name: change.table,
					tablet_id: null,
					total_num_rows_to_write: BigInt(change.added),
					num_rows_written: BigInt(written[index] ?? 0),
					existing_rows_in_table: BigInt(change.existing),
					existing_rows_to_delete: BigInt(change.deleted),
					is_missing_id_field: change.isMissingId,
				})),
		requestor: { type: 'snapshotImport' },
	};
}
