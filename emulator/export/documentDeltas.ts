import type { Answer } from '../answer';
import type { App } from '../app';
import { PlatformFailure } from '../platformFailure';
import type { Revision } from '../revisionLog';
import { rowText } from './exportedTables';
import { jsonAnswer, objectText } from './exportJson';
import { timestampOf, type ExportRequest } from './exportRequest';

/** Every revision after a timestamp, a page at a time: crates/database/src/database.rs. */
export function documentDeltas(app: App, request: ExportRequest, pageSize: number): Answer {
	const after = timestampOf(request.cursor);
	if (after === undefined) {
		throw new PlatformFailure(
			400,
			'DocumentDeltasCursorRequired',
			'/api/document_deltas requires a cursor',
		);
	}
	const { revisions, latest } = app.history;
	if (after < revisions.earliest) throw outOfRetention(after);
	const later = revisions.after(after);
	// All of a transaction come on one page.
	const end = later[pageSize - 1]?.ts;
	const page = later.filter(({ ts }) => end === undefined || ts <= end);
	const { selection } = request;
	const selected = page.filter((one) => selection.includesTable(one.componentPath, one.table));
	return jsonAnswer(
		objectText({
			values: `[${selected.map((revision) => deltaText(revision, request)).join(',')}]`,
			cursor: String(end ?? latest),
			hasMore: String(page.length < later.length),
		}),
	);
}

function deltaText(revision: Revision, request: ExportRequest): string {
	return rowText(revision, request, { _deleted: String(revision.document === null) });
}

function outOfRetention(ts: bigint): PlatformFailure {
	return new PlatformFailure(
		400,
		'InvalidWindowToReadDocuments',
		`Trying to synchronize from timestamp ${ts + 1n}, which is older than the database’s retention window. This may happen if you paused your Fivetran or Airbyte connector for a long period of time. Please perform a full sync of the connector. See https://fivetran.com/docs/connectors/troubleshooting/trigger-historical-re-syncs or https://docs.airbyte.com/platform/operator-guides/refreshes`,
	);
}
