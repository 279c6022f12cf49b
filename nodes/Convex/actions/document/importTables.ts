import {
	archiveAround,
	EMPTY_FILE,
	withPart,
	type FileSummary,
} from '../../convex/imports/archive';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { exportText } from '../../convex/imports/rowText';
import { quote } from '../../convex/values/quote';
import { isAgentTool } from '../../transport/agentTool';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { TableImportMode } from '../../transport/http/importRequests';
import { toFailure } from '../../transport/nodeError';
import type { ItemRunner } from '../calls/itemRunner';
import { isPassing } from '../itemFailure';
import { ROW, type RowReader, type RowTarget } from './rowReader';
import { TableImport } from './tableImport';

/** Rows that go into one table by one import. */
interface RowGroup {
	target: RowTarget;
	itemIndices: number[];
	/** All rows, written down. */
	file: FileSummary;
	ids: Set<string>;
	/** The first row of it that is missing. */
	missing: MissingRow | undefined;
	/** The table itself: rows with other options, or of another caller, may be for the same one. */
	destination: string;
}

/** A row that was refused, or whose table could not be asked for. */
interface MissingRow {
	itemIndex: number;
	failure: ConvexFailure;
}

/**
 * Appends the rows of a run to their tables, or replaces the tables by them: one import for each table.
 * All rows are read before anything is sent, and written down again when they are uploaded, so that
 * not all of them are in memory twice.
 */
export class TableImports {
	private readonly groups = new Map<string, RowGroup>();

	/** The first row that went missing before it was known which table it is for. */
	private unplaced: MissingRow | undefined;

	/** Whether a model gave the rows. */
	private readonly isTool: boolean;

	constructor(
		private readonly runner: ItemRunner,
		private readonly reader: RowReader,
		private readonly mode: TableImportMode,
	) {
		this.isTool = isAgentTool(runner.context.getNode());
	}

	async run(): Promise<void> {
		const { items } = this.runner;
		const turns = new EventLoopTurns();
		for (let index = items.next(); index !== undefined; index = items.next()) {
			await this.add(index);
			await turns.yield();
		}
		for (const group of this.groups.values()) {
			if (items.stopped.aborted) return;
			await this.importGroup(group);
		}
	}

	private async add(itemIndex: number): Promise<void> {
		let group: RowGroup | undefined;
		try {
			const target = await this.reader.target(itemIndex, await this.runner.callerOf(itemIndex));
			group = this.groups.get(target.group) ?? newGroup(target);
			this.groups.set(target.group, group);
			const row = this.reader.row(itemIndex, target);
			if (typeof row._id === 'string') addId(group.ids, row._id);
			group.file = withPart(group.file, lineOf(row));
			group.itemIndices.push(itemIndex);
		} catch (thrown) {
			// Nothing of the row was sent, whatever became of a look at its table.
			const failure = toFailure(thrown).with({ details: { outcome: 'notExecuted' } });
			const missing = { itemIndex, failure };
			if (group === undefined) this.unplaced = worseOf(this.unplaced, missing);
			else group.missing = worseOf(group.missing, missing);
			this.runner.items.fail(itemIndex, failure);
		}
	}

	private async importGroup(group: RowGroup): Promise<void> {
		const { items } = this.runner;
		const { itemIndices } = group;
		const [first, ...others] = itemIndices;
		if (first === undefined) return;
		try {
			if (this.mode === 'replace' || this.isTool) this.checkWhole(group);
			const counts = await this.send(group);
			const pairedItem = itemIndices.map((item) => ({ item }));
			items.succeed(first, [{ json: { ...this.summaryOf(group), ...counts }, pairedItem }]);
			for (const itemIndex of others) items.succeed(itemIndex, []);
		} catch (thrown) {
			items.failTogether(itemIndices, toFailure(thrown));
		}
	}

	/**
	 * A model is told to call its tool again where a row is refused, and gives all rows again.
	 *
	 * @throws ConvexFailure for rows that are not all of those that the table is to have
	 */
	private checkWhole({ target, missing, destination }: RowGroup): void {
		const { name } = target.table.table;
		const worse = missing === undefined ? this.unplaced : worseOf(this.unplaced, missing);
		// Documents whose row is missing would be gone.
		if (worse !== undefined) throw incomplete(name, this.mode, worse);
		if (this.mode !== 'replace') return;
		const groups = [...this.groups.values()].filter((each) => each.destination === destination);
		if (groups.length > 1) throw divided(name, groups.length);
	}

	private async send(group: RowGroup): Promise<{ imported: number; deleted?: number }> {
		const { context, retries, items } = this.runner;
		const { target, file, itemIndices } = group;
		const { caller, table, options } = target;
		const { name } = table.table;
		const rows = itemIndices.length;
		const imported = { table: name, mode: this.mode, rows, bytes: file.bytes };
		const ofCaller = retries.of(caller);
		const run = new TableImport(context, caller, ofCaller, imported, options, items.stopped);
		const { written, toDelete } = await run.run(this.archive(group));
		return { imported: written, ...(this.mode === 'replace' && { deleted: toDelete }) };
	}

	private async *archive({ target, itemIndices, file }: RowGroup): AsyncGenerator<Uint8Array> {
		const turns = new EventLoopTurns();
		const { before, after } = archiveAround(target.table.table.name, file);
		yield before;
		for (const itemIndex of itemIndices) {
			yield lineOf(this.reader.row(itemIndex, target));
			await turns.yield();
		}
		yield after;
	}

	private summaryOf({ target }: RowGroup) {
		const { componentPath } = target.options;
		return {
			table: target.table.table.name,
			...(componentPath !== undefined && { component: componentPath }),
			mode: this.mode,
		};
	}
}

function newGroup(target: RowTarget): RowGroup {
	const { caller, table } = target;
	const { name, componentId } = table.table;
	const destination = JSON.stringify([caller.credential.deploymentUrl, componentId, name]);
	const rows = { itemIndices: [], file: EMPTY_FILE, ids: new Set<string>(), missing: undefined };
	return { target, destination, ...rows };
}

function lineOf(row: ReturnType<RowReader['row']>): Buffer {
	return Buffer.from(`${exportText(row)}\n`);
}

function addId(ids: Set<string>, id: string): void {
	if (ids.has(id)) {
		throw inputFailure(
			`${ROW} has the '_id' of an item before it`,
			"A table has each ID once. Remove one of both rows, or leave '_id' out ('Fields to Send' → 'All Except').",
		);
	}
	ids.add(id);
}

/** The first one, or the first that is missing for a reason that does not pass. */
function worseOf(known: MissingRow | undefined, row: MissingRow): MissingRow {
	if (known === undefined) return row;
	return isPassing(known.failure) && !isPassing(row.failure) ? row : known;
}

function incomplete(
	table: string,
	mode: TableImportMode,
	{ itemIndex, failure }: MissingRow,
): ConvexFailure {
	const isReplaced = mode === 'replace';
	const notDone = isReplaced
		? `The table ${quote(table)} was not replaced, because`
		: `No row was added to ${quote(table)}, because`;
	if (!isPassing(failure)) {
		const without = isReplaced ? 'Without that row its document would be gone. ' : '';
		return inputFailure(
			`${notDone} the row of item ${itemIndex} was refused`,
			`${without}Its own error says what is wrong with it.`,
		);
	}
	// Sent again without the others, that row would be all that the table has.
	return failure.with({
		message: `${notDone} item ${itemIndex} failed: ${failure.message}`,
		details: { retryable: true, outcome: 'notExecuted' },
	});
}

function divided(table: string, count: number): ConvexFailure {
	return inputFailure(
		`The table ${quote(table)} was not replaced, because its rows would be ${count} imports`,
		'Each of them would delete the rows of the one before. Give all rows of a table the same options and the same credential.',
	);
}
