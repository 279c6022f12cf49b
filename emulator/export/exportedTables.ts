import type { App } from '../app';
import type { Revision } from '../revisionLog';
import type { TableName, Tablet } from '../tablets';
import { objectText } from './exportJson';
import type { ExportRequest } from './exportRequest';
import type { Selection } from './selection';

/** The tables that an app has, and their documents, for exports. */
export class ExportedTables {
	constructor(private readonly app: App) {}

	/** In an order that stays the same. */
	selected(selection: Selection): Tablet[] {
		return this.app
			.tables()
			.filter(({ component, table }) => selection.includesTable(component, table))
			.map((name) => this.app.history.tablets.of(name));
	}

	/** The documents of a table, by id, as of a timestamp; each with when it was written. */
	documents({ component, table }: TableName, at: bigint): Revision[] {
		const { history, tableOfId } = this.app;
		const written = history.revisions.writtenAt(at);
		const { generation } = history.tablets.of({ component, table });
		return Object.entries(history.documentsAt(component, at) ?? {})
			.filter(([id]) => tableOfId(id) === table)
			.toSorted(([one], [other]) => (one < other ? -1 : 1))
			.map(([id, document]) => {
				const ts = history.tablets.writtenAt({ component, table }, written.get(id) ?? at);
				return { ts, componentPath: component, table, generation, id, document };
			});
	}
}

/** The fields of a document that are selected, written; of one that is deleted, its id. */
export function fieldTexts(
	{ componentPath, table, id, document }: Revision,
	{ selection, write }: Pick<ExportRequest, 'selection' | 'write'>,
): Record<string, string> {
	if (document === null) return { _id: JSON.stringify(id) };
	// convex-test keeps a field that a patch removes, without a value.
	const fields = Object.entries(document).filter(
		([name, value]) => value !== undefined && selection.includesColumn(componentPath, table, name),
	);
	return Object.fromEntries(fields.map(([name, value]) => [name, write(value)]));
}

/** A row of the older endpoints: what is about the document stands among its fields. */
export function rowText(
	revision: Revision,
	request: ExportRequest,
	more: Record<string, string>,
): string {
	return objectText({
		_component: JSON.stringify(revision.componentPath),
		_table: JSON.stringify(revision.table),
		_ts: String(revision.ts),
		...more,
		...fieldTexts(revision, request),
	});
}
