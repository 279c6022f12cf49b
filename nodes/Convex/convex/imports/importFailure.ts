import { durationInWords } from '../values/duration';
import { REQUEST_ADVICE, type AdviceTable } from '../advice';
import { ConvexFailure, failureOf, type FailureOutcome } from '../failure';
import { quote, textStart } from '../values/quote';
import type { ImportState } from './importState';

/** An import has no options for how much is sent at once, which the advice for other requests names. */
const IMPORT_ADVICE: AdviceTable = {
	overloaded: REQUEST_ADVICE.overloaded,
	rateLimited: REQUEST_ADVICE.rateLimited,
	requestTooLarge: REQUEST_ADVICE.requestTooLarge,
};

/** What a run imports into one table. */
export interface ImportedRows {
	table: string;
	mode: 'append' | 'replace';
	/** How many there are. */
	rows: number;
	/** What they take, written down. */
	bytes: number;
}

/**
 * Up to so many rows Convex adds in one transaction, all of them or none (convex-backend
 * crates/application/src/snapshot_import/mod.rs `import_single_table`, at half of what a transaction
 * may write).
 */
const ONE_TRANSACTION_ROWS = 8_000;
const ONE_TRANSACTION_BYTES = 8 * 2 ** 20;

/**
 * What Convex says of an import that did not end by one of its rows: somebody cancelled it, or Convex
 * itself failed, and perhaps began it again (convex-backend crates/model/src/snapshot_imports/mod.rs
 * `cancel_import`, crates/application/src/snapshot_import/mod.rs, crates/errors/src/lib.rs).
 */
const CUT_SHORT = /^(?:Import canceled|Import took too long|Your request couldn't be completed)/;

/** What stands before each reason of a failed import. */
const PREFIX = /^Hit an error while importing:\s*/;

/** Where the reason says which row it is about. */
const NAMES_ROW = /\brow \d/i;

/**
 * The reason for rows with IDs of another table, or with none at all. The first row that has one says which
 * table it is (crates/database/src/bootstrap_model/{import_facing,table}.rs, snapshot_import/mod.rs
 * `assign_table_numbers`).
 */
const REFUSED_ID =
	/^(?:_id .* cannot be imported into |invalid _id |New table .* has IDs that conflict with existing )/;

/** What Convex advises to for such a row, as if it were a backup of a deployment. */
const DELETING_TABLES =
	/\s+(?:Try deleting preexisting tables or importing into an empty\s+deployment|To delete all existing tables, import with `[^`]*`)\.$/;

/** In characters. */
const MAX_REASON_LENGTH = 2_000;

type FailedState = ImportState & { state: 'failed' };

/** An import that Convex could not carry out, with what became of the table. */
export function failedImport(
	imported: ImportedRows,
	state: FailedState,
	isConfirmed: boolean,
): ConvexFailure {
	const { table, rows } = imported;
	const why = reasonOf(state).replace(DELETING_TABLES, '');
	const { sentence, rowsWritten, outcome } = effectOf(imported, state, isConfirmed);
	return new ConvexFailure(
		`Convex could not import the rows into ${quote(table)}: ${withPeriod(why)} ${sentence}`,
		helpFor(why),
		{ kind: 'deployment', retryable: false, outcome, rows, rowsWritten },
		'importFailed',
	);
}

/**
 * An import that ended otherwise than by Convex: cancelled, out of time, or out of reach.
 *
 * @param ended how; `unconfirmed` where it certainly was never carried out
 */
export function interruptedImport(
	imported: ImportedRows,
	cause: ConvexFailure,
	ended: FailedState | 'unconfirmed' | 'unknown',
): ConvexFailure {
	const { rows } = imported;
	const failure = cause.advisedBy(IMPORT_ADVICE);
	if (ended === 'unconfirmed') {
		return failure.with({ details: { outcome: 'notExecuted', rows, rowsWritten: 0 } });
	}
	if (ended === 'unknown') {
		return failure
			.saying('The import may go on in Convex: its dashboard shows it under Backups.')
			.with({ details: { retryable: false, outcome: 'unknown', rows } });
	}
	const { sentence, rowsWritten, outcome } = effectOf(imported, ended, true);
	return failure
		.saying(sentence)
		.with({ details: { retryable: false, outcome, rows, rowsWritten } });
}

function helpFor(why: string): string {
	if (REFUSED_ID.test(why)) {
		return "Leave '_id' out ('Fields to Send' → 'All Except'), and the rows get new IDs. IDs can stay only if all of them are of this table.";
	}
	return NAMES_ROW.test(why)
		? 'Correct the row or the table as the message says; Convex counts the rows of an import from 1.'
		: 'Correct the row or the table as the message says. Convex does not tell which row it is.';
}

/** It may quote a document of a megabyte, and all rows of the import have it in their errors. */
function reasonOf({ message }: FailedState): string {
	return textStart(message.replace(PREFIX, '').trim(), MAX_REASON_LENGTH);
}

interface Effect {
	sentence: string;
	rowsWritten: number;
	outcome: FailureOutcome;
}

function effectOf(
	{ mode, rows, bytes }: ImportedRows,
	state: FailedState,
	isConfirmed: boolean,
): Effect {
	if (mode === 'replace') {
		const sentence = 'The table is as it was: Convex replaces all of it or nothing.';
		return { sentence, rowsWritten: 0, outcome: 'failed' };
	}
	const { written } = state;
	if (isConfirmed && CUT_SHORT.test(reasonOf(state))) {
		// Convex looks whether an import was cancelled only when it has all of its rows.
		const sentence =
			written === 0
				? 'Some or all of the rows may have been added, or may still be.'
				: `At least ${written} of the ${rows} rows were added, and the others may still be.`;
		return { sentence, rowsWritten: written, outcome: 'unknown' };
	}
	const isOneTransaction = rows <= ONE_TRANSACTION_ROWS && bytes <= ONE_TRANSACTION_BYTES;
	if (!isConfirmed || (isOneTransaction && written === 0)) {
		return { sentence: 'No row was added.', rowsWritten: 0, outcome: 'failed' };
	}
	const sentence =
		written === 0
			? `Some of the ${rows} rows may have been added, and stay.`
			: `At least ${written} of the ${rows} rows were added, and stay.`;
	return { sentence, rowsWritten: written, outcome: 'unknown' };
}

/** Codes of Convex for a row that it refuses; nothing of its request was written then. */
const ROW_REFUSED =
	/^(?:SchemaEnforcementError|ValueTooLargeError|InvalidDocumentError|MissingPrimaryKeyValue)$/;

/** Codes of Convex for what it finds out before the first row. */
const NOT_BEGUN =
	/^(?:MissingStream|EmptyPrimaryKey|FieldNotInIndex|IndexNotFoundError|IndexBackfillingError)$/;

const SAME_KEY =
	'Convex answers so, too, where several documents of the table have the same key: remove all but one of them.';

/**
 * Rows that were not written by their keys.
 *
 * @param rowsWritten how many of the run's rows were before them; undefined where that is told otherwise
 */
export function failedUpsert(
	table: string,
	cause: ConvexFailure,
	{ rows, rowsWritten }: { rows: number; rowsWritten: number | undefined },
): ConvexFailure {
	const failure = cause.advisedBy(IMPORT_ADVICE);
	const { httpStatus, code = '' } = failure.details;
	const counts = { rows, ...(rowsWritten !== undefined && { rowsWritten }) };
	const message = withPeriod(failure.message);
	if (httpStatus === 500) {
		const help = `${SAME_KEY} ${failure.advice.help}`;
		return failure.with({ message, advice: { ...failure.advice, help }, details: counts });
	}
	if (httpStatus !== 400 || code === '') return failure.with({ message, details: counts });
	const isOfRow = ROW_REFUSED.test(code);
	// A code that is not known may come when Convex has written some of the rows.
	const otherwise = NOT_BEGUN.test(code) ? 'notExecuted' : failure.details.outcome;
	return new ConvexFailure(
		message,
		isOfRow
			? `Correct the row: the table ${quote(table)} does not take it as it is.`
			: 'Convex refused the rows, and its message says why.',
		{
			...failure.details,
			...counts,
			retryable: false,
			outcome: isOfRow ? 'failed' : otherwise,
		},
		'importFailed',
	);
}

export function importTimedOut(timeLimitMs: number): ConvexFailure {
	return new ConvexFailure(
		`The import took longer than ${durationInWords(timeLimitMs)}, so the node gave it up`,
		"Raise 'Time Limit' in the node's options. An import also waits for others that are in progress.",
		{ kind: 'deployment', retryable: false, outcome: 'failed' },
		'timedOut',
	);
}

/** The rows that were not sent by then. */
export function upsertTimedOut(timeLimitMs: number): ConvexFailure {
	return new ConvexFailure(
		`The import took longer than ${durationInWords(timeLimitMs)}, so its other rows were not sent`,
		"Raise 'Time Limit' in the node's options, or import fewer rows in a run.",
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
		'timedOut',
	);
}

/** What was uploaded is not what Convex read: it must not be carried out. */
export function otherImport(rows: number, read: number): ConvexFailure {
	return new ConvexFailure(
		`Convex read ${read} rows where ${rows} were uploaded, so the import was not carried out`,
		'Try again. If it stays, report it as a defect of n8n-nodes-convex.',
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
		'importFailed',
	);
}

export function importUnreadable(): ConvexFailure {
	return failureOf('notConvex', 'The deployment did not say how the import goes', {
		kind: 'deployment',
		retryable: false,
		outcome: 'unknown',
	});
}

function withPeriod(text: string): string {
	return /[.!?]$/.test(text) ? text : `${text}.`;
}
