import type { TableFields } from '../../convex/documents/tableFields';
import { checkTableExists, type Table } from '../../convex/documents/tables';
import { KEY_REFUSALS } from '../../convex/failures/keyRefusals';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import type { Caller } from '../../transport/caller';
import { callSystemFunction, requireDeployKey } from '../../transport/http/callSystemFunction';
import { readTableFields } from '../../transport/http/readTableFields';
import { readTables, type CallSystem, type Tables } from '../../transport/http/readTables';
import { toFailure } from '../../transport/nodeError';
import type { ItemRunner } from '../calls/itemRunner';

/** Which table an item is about. */
export interface TableTarget {
	table: string;
	/** Undefined for the app itself. */
	componentPath: string | undefined;
	timeoutMs: number;
	/** Whether it may be one that is not there yet. */
	mayBeNew?: boolean;
}

/** A table that is there, and how its deployment is called. */
export interface OpenTable {
	table: Table;
	call: CallSystem;
	/** All tables beside it. */
	tables: readonly string[];
	/** Of one caller, one table and one time limit: what is the same may go into one request. */
	group: string;
	/** What the table takes, for a form also by the documents that it has. */
	fields: (isForm: boolean) => Promise<TableFields>;
}

/** Finds the tables of a run's items. Each deployment, or component of one, is asked for its tables once. */
export class TableAccess {
	private readonly known = new Map<string, Promise<Tables>>();

	/** By group: thousands of items that wait to be sent have one between them. */
	private readonly opened = new Map<string, OpenTable>();

	/** By group: each table is asked for its fields once. */
	private readonly knownFields = new Map<string, Promise<TableFields>>();

	/** By caller and function: a key that may not do something is not tried again with each item. */
	private readonly refused = new Map<string, FunctionResult>();

	/** What a deployment hides is most often a refusal of the key: the second time, it is taken for one. */
	private hiddenFailures = 0;

	constructor(private readonly runner: ItemRunner) {}

	/** @throws ConvexFailure for a caller without a deploy key, and for a table that is not there */
	async open(caller: Caller, target: TableTarget): Promise<OpenTable> {
		requireDeployKey(caller, "'Resource: Document'");
		const { table: name, componentPath, timeoutMs } = target;
		const { deploymentUrl, authorization } = caller.credential;
		const group = JSON.stringify([deploymentUrl, authorization, componentPath, name, timeoutMs]);
		const call = this.callsOf(caller, timeoutMs);
		const { componentId, names } = await this.tablesOf(caller, call, componentPath);
		if (target.mayBeNew !== true) checkTableExists(name, names, componentPath);
		const table = { name, componentId };
		const fields = async (isForm: boolean) => await this.fieldsOf(call, table, group, isForm);
		const opened = this.opened.get(group) ?? { table, call, tables: names, group, fields };
		this.opened.set(group, opened);
		return opened;
	}

	private async fieldsOf(
		call: CallSystem,
		table: Table,
		group: string,
		isForm: boolean,
	): Promise<TableFields> {
		const key = `${isForm} ${group}`;
		const known = this.knownFields.get(key);
		if (known !== undefined) return await known;
		return await this.keep(this.knownFields, key, readTableFields(call, table, isForm));
	}

	private callsOf(caller: Caller, timeoutMs: number): CallSystem {
		const { context, retries } = this.runner;
		const { deploymentUrl, authorization } = caller.credential;
		return async (systemFunction, args) => {
			const key = JSON.stringify([deploymentUrl, authorization, systemFunction.path]);
			const refused = this.refused.get(key);
			if (refused !== undefined) return refused;
			const result = await retries
				.of(caller)
				.run(
					async () => await callSystemFunction(context, caller, systemFunction, args, timeoutMs),
				);
			if (result.status === 'failure' && KEY_REFUSALS.has(result.failure.reason)) {
				this.refused.set(key, result);
			}
			return result;
		};
	}

	private async tablesOf(
		{ credential: { deploymentUrl, authorization } }: Caller,
		call: CallSystem,
		componentPath: string | undefined,
	): Promise<Tables> {
		const key = JSON.stringify([deploymentUrl, authorization, componentPath]);
		const known = this.known.get(key);
		if (known !== undefined) return await known;
		return await this.keep(this.known, key, readTables(call, componentPath));
	}

	/** Keeps what is asked for, for all items that want it. What failed is asked for again by the next one. */
	private async keep<Answer>(
		known: Map<string, Promise<Answer>>,
		key: string,
		asked: Promise<Answer>,
	): Promise<Answer> {
		known.set(key, asked);
		asked.catch((thrown) => {
			const { reason } = toFailure(thrown);
			if (reason === 'hidden') this.hiddenFailures += 1;
			const isRefusal = reason === 'hidden' ? this.hiddenFailures > 1 : KEY_REFUSALS.has(reason);
			if (!isRefusal) known.delete(key);
		});
		return await asked;
	}
}
