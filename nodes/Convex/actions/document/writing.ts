import type { JSONValue } from 'convex/values';
import type { SystemFunction } from '../../convex/functions/systemFunctions';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import { writeResult } from '../../convex/responses/writeResult';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { isPlainObject } from '../../convex/values/plainObject';
import { listed, quote } from '../../convex/values/quote';
import type { Caller } from '../../transport/caller';
import { inComponent } from '../../transport/http/readTables';
import type { ItemRunner } from '../calls/itemRunner';
import { hintAtOutput } from '../calls/output';
import { TableAccess, type OpenTable, type TableTarget } from './tableAccess';

/** Changes documents, after it was seen that their table is there. */
export class TableWriting {
	private readonly access: TableAccess;

	/** By table. */
	private readonly leftOut = new Map<string, Set<string>>();

	/** By each field that is removed: whether a document had it. */
	private readonly unset = new Map<string, boolean>();

	/** Whether no item has ended in an earlier attempt of n8n's, whose documents are not looked at again. */
	private readonly seesAllItems: boolean;

	constructor(private readonly runner: ItemRunner) {
		this.access = new TableAccess(runner);
		this.seesAllItems = runner.items.hasWaiting(runner.items.waiting);
	}

	/** @throws ConvexFailure for a caller without a deploy key, and for a table that is not there */
	async open(caller: Caller, target: TableTarget): Promise<OpenTable> {
		return await this.access.open(caller, target);
	}

	/** Fields of an input item that its table does not have, and that were not sent. */
	noteLeftOut(names: readonly string[], { table: { name: table } }: OpenTable): void {
		if (names.length === 0) return;
		const known = this.leftOut.get(table) ?? new Set();
		for (const name of names) known.add(name);
		this.leftOut.set(table, known);
	}

	/** Tells of them in the output pane, once the run is over. */
	hintAtLeftOut(): void {
		const isOne = this.leftOut.size === 1;
		for (const [table, fields] of this.leftOut) {
			const names = listed([...fields], ', ', quote);
			hintAtOutput(
				this.runner.context,
				`The table ${isOne ? '' : `${quote(table)} `}does not have all fields of the input items: ${names} ${fields.size === 1 ? 'was' : 'were'} left out.`,
			);
		}
	}

	/** Fields that are removed of a document, which may not have them. */
	noteUnset(names: readonly string[], document: JSONValue): void {
		for (const name of names) {
			const isThere = isPlainObject(document) && Object.hasOwn(document, name);
			this.unset.set(name, isThere || this.unset.get(name) === true);
		}
	}

	/** Tells of those that no document had. */
	hintAtUnset(): void {
		const never = [...this.unset].flatMap(([name, isThere]) => (isThere ? [] : [name]));
		if (never.length === 0 || !this.seesAllItems) return;
		hintAtOutput(
			this.runner.context,
			`No document had ${listed(never, ', ', quote)}, so nothing was removed there. If the documents have another name for it, correct 'Fields to Remove'.`,
		);
	}
}

/** Changes documents of a table, once: a lost answer is not asked for again. Never throws. */
export async function writeTo(
	{ table, call }: OpenTable,
	systemFunction: SystemFunction,
	args: EncodedArguments,
): Promise<FunctionResult> {
	return writeResult(await call(systemFunction, { ...inComponent(table.componentId), ...args }));
}
