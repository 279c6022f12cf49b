import type { TableFields } from '../../convex/documents/tableFields';
import type { SystemFunction } from '../../convex/functions/systemFunctions';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import { writeResult } from '../../convex/responses/writeResult';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { listed, quote } from '../../convex/values/quote';
import type { Caller } from '../../transport/caller';
import { readTableFields } from '../../transport/http/readTableFields';
import { inComponent } from '../../transport/http/readTables';
import type { ItemRunner } from '../calls/itemRunner';
import { hintAtOutput } from '../calls/output';
import { TableAccess, type OpenTable, type TableTarget } from './tableAccess';

/** A table that documents are written to. */
export interface WritableTable extends OpenTable {
	/** Of one caller, one table and one time limit: what is the same may go into one request. */
	group: string;
	/** What the table takes, for a form also by the documents that it has. */
	fields: (isForm: boolean) => Promise<TableFields>;
}

/** Changes documents, after it was seen that their table is there. */
export class TableWriting {
	private readonly access: TableAccess;

	/** By group: thousands of items that wait to be sent have one between them. */
	private readonly opened = new Map<string, WritableTable>();

	/** Asked for once in a run. */
	private readonly known = new Map<string, Promise<TableFields>>();

	private readonly leftOut = new Set<string>();

	constructor(private readonly runner: ItemRunner) {
		this.access = new TableAccess(runner);
	}

	/** @throws ConvexFailure for a caller without a deploy key, and for a table that is not there */
	async open(caller: Caller, target: TableTarget): Promise<WritableTable> {
		const open = await this.access.open(caller, target);
		const { deploymentUrl, authorization } = caller.credential;
		const { table, componentPath, timeoutMs } = target;
		const group = JSON.stringify([deploymentUrl, authorization, componentPath, table, timeoutMs]);
		const opened = this.opened.get(group) ?? {
			...open,
			group,
			fields: async (isForm: boolean) => await this.fieldsOf(open, group, isForm),
		};
		this.opened.set(group, opened);
		return opened;
	}

	private async fieldsOf(
		{ call, table }: OpenTable,
		group: string,
		isForm: boolean,
	): Promise<TableFields> {
		const key = `${isForm} ${group}`;
		const known = this.known.get(key);
		if (known !== undefined) return await known;
		const asked = readTableFields(call, table, isForm);
		this.known.set(key, asked);
		// The next item asks again.
		asked.catch(() => this.known.delete(key));
		return await asked;
	}

	/** Fields of an input item that were not sent. */
	noteLeftOut(names: readonly string[]): void {
		for (const name of names) this.leftOut.add(name);
	}

	/** Tells of them in the output pane, once the run is over. */
	hintAtLeftOut(): void {
		if (this.leftOut.size === 0) return;
		const names = listed([...this.leftOut], ', ', quote);
		hintAtOutput(
			this.runner.context,
			`The table does not have all fields of the input items: ${names} ${this.leftOut.size === 1 ? 'was' : 'were'} left out.`,
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
