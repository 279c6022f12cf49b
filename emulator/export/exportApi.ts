import type { JSONValue } from 'convex/values';
import type { Answer } from '../answer';
import type { Route } from '../api';
import type { App } from '../app';
import { ACTIONS, mayDo, notPermitted, type Authenticator } from '../identity';
import { PlatformFailure } from '../platformFailure';
import type { ReceivedRequest } from '../request';
import { DataSyncApi } from './dataSyncApi';
import { documentDeltas } from './documentDeltas';
import { ExportedTables } from './exportedTables';
import { bodyRequest, exactBody, queryRequest, type ExportRequest } from './exportRequest';
import { listSnapshot } from './listSnapshot';
import { Selection } from './selection';

/** Most rows of a page; tests set less. */
export interface ExportPageSizes {
	listSnapshot: number;
	documentDeltas: number;
	dataSync: number;
}

/** crates/common/src/knobs.rs. */
export const BACKEND_PAGE_SIZES: ExportPageSizes = {
	listSnapshot: 1024,
	documentDeltas: 128,
	dataSync: 16_384,
};

export interface ExportApiOptions {
	authenticator: Authenticator;
	/** The present app; a reset replaces it. */
	app: () => App;
	pageSizes: ExportPageSizes;
	/** Whether the plan of the deployment has it. */
	isOnPlan: () => boolean;
}

/** Streaming export, the older endpoints and data sync: crates/local_backend/src/streaming_export.rs. */
export function exportRoutes({
	authenticator,
	app,
	pageSizes,
	isOnPlan,
}: ExportApiOptions): Route[] {
	const dataSync = new DataSyncApi(app);
	const deltas = (asked: ExportRequest) => documentDeltas(app(), asked, pageSizes.documentDeltas);
	const snapshot = (asked: ExportRequest) => listSnapshot(app(), asked, pageSizes.listSnapshot);
	const routes: Array<
		[method: string, path: RegExp, answer: (request: ReceivedRequest) => Answer]
	> = [
		['GET', /^\/api\/document_deltas$/, (request) => deltas(queryRequest(request))],
		['POST', /^\/api\/document_deltas$/, (request) => deltas(bodyRequest(request))],
		['GET', /^\/api\/list_snapshot$/, (request) => snapshot(queryRequest(request))],
		['POST', /^\/api\/list_snapshot$/, (request) => snapshot(bodyRequest(request))],
		['GET', /^\/api\/test_streaming_export_connection$/, () => ({ status: 200, body: null })],
		['GET', /^\/api\/get_table_column_names$/, () => columnNames(app())],
		[
			'POST',
			/^\/api\/v1\/data\/sync$/,
			(request) => dataSync.sync(exactBody(request), pageSizes.dataSync),
		],
		[
			'POST',
			/^\/api\/data_sync_cursor_from_deltas$/,
			(request) => dataSync.cursorFromDeltas(exactBody(request)),
		],
	];
	return routes.map(([method, path, answer]) => ({
		method,
		path,
		answer: async (request) => {
			await checkMayView(request, authenticator, isOnPlan());
			return answer(request);
		},
	}));
}

async function checkMayView(
	{ headers }: ReceivedRequest,
	authenticator: Authenticator,
	isOnPlan: boolean,
): Promise<void> {
	const caller = await authenticator.identifyAdminOnly(headers.authorization);
	if (!isOnPlan) throw notOnPlan();
	if (!mayDo(caller, ACTIONS.viewData)) throw notPermitted(ACTIONS.viewData);
}

/** The plan is asked before the permission: crates/model/src/backend_info/mod.rs. */
function notOnPlan(): PlatformFailure {
	return new PlatformFailure(
		403,
		'StreamingExportNotEnabled',
		'Streaming export is not available on your current subscription. See https://www.convex.dev/plans to upgrade.',
	);
}

/** What the shapes of tables come to: the fields that their documents have. */
function columnNames(app: App): Answer {
	const tables = new ExportedTables(app);
	const byComponent: Record<string, JSONValue[]> = {};
	for (const name of tables.selected(Selection.all)) {
		const documents = tables.documents(name, app.history.latest);
		const columns = new Set(documents.flatMap(({ document }) => Object.keys(document ?? {})));
		const listed = columns.size === 0 ? ['_creationTime', '_id'] : [...columns].toSorted();
		(byComponent[name.component] ??= []).push({ name: name.table, columns: listed });
	}
	return { status: 200, body: { byComponent } };
}
