import type { IDataObject } from 'n8n-workflow';
import { convertDocument } from '../../convex/documents/documentConversion';
import type { TableFields } from '../../convex/documents/tableFields';
import { inputFailure } from '../../convex/failure';
import { systemFieldsOf } from '../../convex/imports/systemFields';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { readItemFields } from '../../parameters/arguments/inputItem';
import { dateParser } from '../../parameters/dates';
import { emptyItem } from '../../parameters/document/readDocumentFields';
import { readImportOptions, type ImportOptions } from '../../parameters/document/documentOptions';
import { readKeyFields, type ImportMode } from '../../parameters/document/importFields';
import { readTable } from '../../parameters/document/tableLocator';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { Caller } from '../../transport/caller';
import { toFailure } from '../../transport/nodeError';
import type { ItemRunner } from '../calls/itemRunner';
import type { OpenTable } from './tableAccess';
import { TableWriting } from './writing';

/** How a row is called in errors. */
export const ROW = 'The input item';

/** Where a row goes. */
export interface RowTarget {
	caller: Caller;
	table: OpenTable;
	fields: TableFields;
	/** Empty unless rows are matched by key. */
	keyFields: string[];
	options: ImportOptions;
	/** Rows with the same go into the same import. */
	group: string;
}

/** Reads the rows of a run: the fields of its input items, as documents of their tables. */
export class RowReader {
	private readonly writing: TableWriting;

	private readonly parseDate: ReturnType<typeof dateParser>;

	/** By group: rows that wait to be sent have one between them. */
	private readonly targets = new Map<string, RowTarget>();

	constructor(
		runner: ItemRunner,
		private readonly parameters: ParameterReader,
		private readonly mode: ImportMode,
	) {
		this.writing = new TableWriting(runner);
		this.parseDate = dateParser(parameters.getTimezone());
	}

	/** @throws ConvexFailure for a table that is not there, unless it is to be created */
	async target(itemIndex: number, caller: Caller): Promise<RowTarget> {
		const options = readImportOptions(this.parameters, itemIndex);
		const name = readTable(this.parameters, itemIndex);
		const isByKey = this.mode === 'upsert';
		const keyFields = isByKey ? readKeyFields(this.parameters, itemIndex) : [];
		if (isByKey && options.componentPath !== undefined) throw noComponent();
		const { createTable: mayBeNew } = options;
		const table = await this.open(caller, { table: name, ...options, mayBeNew });
		const fields = await table.fields(false);
		const group = JSON.stringify([table.group, keyFields, options]);
		const target = this.targets.get(group) ?? { caller, table, fields, keyFields, options, group };
		this.targets.set(group, target);
		return target;
	}

	private async open(
		caller: Caller,
		target: Parameters<TableWriting['open']>[1],
	): Promise<OpenTable> {
		try {
			return await this.writing.open(caller, target);
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (failure.reason !== 'tableNotFound') throw failure;
			const help = `${failure.advice.help} To have it created, switch on the option 'Create Table'.`;
			throw failure.with({ advice: { ...failure.advice, help } });
		}
	}

	/**
	 * A row as a document in the encoded format. Of what Convex itself gives documents, it has what it
	 * keeps when all of a table is replaced, and nothing otherwise.
	 *
	 * @throws ConvexFailure (`input`) naming the field that Convex would refuse
	 */
	row(itemIndex: number, { fields }: RowTarget): EncodedArguments {
		const { _id, _creationTime, ...values }: IDataObject = readItemFields(
			this.parameters,
			itemIndex,
		);
		const given = { source: ROW, values, isForm: false, isWhole: true };
		const document = convertDocument(given, fields, this.parseDate);
		const row =
			this.mode === 'replace'
				? { ...systemFieldsOf(ROW, _id, _creationTime), ...document }
				: document;
		// It must not take the place of a whole table.
		if (Object.keys(row).length === 0) throw emptyItem();
		return row;
	}
}

function noComponent() {
	return inputFailure(
		"'Upsert by Key' reaches tables of the app itself only, not those of a component",
		"Remove the option 'Component', or use another 'Import Mode'.",
	);
}
