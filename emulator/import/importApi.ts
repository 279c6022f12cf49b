import type { Answer } from '../answer';
import type { Route } from '../api';
import type { App } from '../app';
import { ACTIONS, mayDo, notPermitted, type Authenticator } from '../identity';
import { PlatformFailure } from '../platformFailure';
import { badBody, isBody, jsonBody, textField, type ReceivedRequest } from '../request';
import { importAirbyteRecords, MAX_RECORDS_BYTES } from './airbyteRecords';
import { ImportUploads } from './importUploads';
import { isIdentifier, parseImportRequest } from './importRequest';

type RouteAnswer = (request: ReceivedRequest) => Answer | Promise<Answer>;

const DONE: Answer = { status: 200, bytes: Buffer.alloc(0) };

/** Imports: crates/local_backend/src/{snapshot_import,streaming_import}.rs. */
export function importRoutes(authenticator: Authenticator, app: () => App): Route[] {
	const uploads = new ImportUploads();
	const routes: Array<[method: string, path: RegExp, answer: RouteAnswer]> = [
		['POST', /^\/api\/import$/, async (request) => await importAtOnce(request, app())],
		['POST', /^\/api\/import\/start_upload$/, () => json({ uploadToken: uploads.start() })],
		['POST', /^\/api\/import\/upload_part$/, (request) => uploadPart(request, uploads)],
		['POST', /^\/api\/import\/finish_upload$/, (request) => finishUpload(request, uploads, app())],
		[
			'POST',
			/^\/api\/perform_import$/,
			(request) => {
				app().imports.perform(textField(jsonBody(request), 'importId'));
				return DONE;
			},
		],
		[
			'POST',
			/^\/api\/cancel_import$/,
			(request) => {
				app().imports.cancel(textField(jsonBody(request), 'importId'));
				return DONE;
			},
		],
		[
			'POST',
			/^\/api\/streaming_import\/import_airbyte_records$/,
			async (request) => {
				await importAirbyteRecords(app(), jsonBody(request, MAX_RECORDS_BYTES));
				return DONE;
			},
		],
		[
			'PUT',
			/^\/api\/streaming_import\/add_primary_key_indexes$/,
			(request) => {
				app().keyIndexes.add(keysOf(request));
				return DONE;
			},
		],
		[
			'GET',
			/^\/api\/streaming_import\/primary_key_indexes_ready$/,
			(request) => json({ indexesReady: app().keyIndexes.areReady(tablesOf(request)) }),
		],
	];
	return routes.map(([method, path, answer]) => ({
		method,
		path,
		answer: async (request) => {
			await checkMayImport(request, authenticator);
			return await answer(request);
		},
	}));
}

async function checkMayImport(
	{ headers }: ReceivedRequest,
	authenticator: Authenticator,
): Promise<void> {
	const caller = await authenticator.identifyAdminOnly(headers.authorization);
	if (!mayDo(caller, ACTIONS.importBackups)) throw notPermitted(ACTIONS.importBackups);
}

async function importAtOnce({ query, body }: ReceivedRequest, app: App): Promise<Answer> {
	const request = parseImportRequest(Object.fromEntries(query), app);
	return json({ numWritten: await app.imports.performAtOnce(request, body) });
}

function uploadPart({ query, body }: ReceivedRequest, uploads: ImportUploads): Answer {
	const token = query.get('uploadToken');
	const part = Number(query.get('partNumber') ?? Number.NaN);
	if (token === null || !Number.isInteger(part) || part < 0 || part >= 2 ** 16) {
		throw new PlatformFailure(400, 'BadQueryArgs', 'Failed to deserialize query string');
	}
	const partToken = JSON.stringify(uploads.add(token, body));
	const headers = { 'content-type': 'application/json' };
	return { status: 200, bytes: Buffer.from(partToken), headers };
}

function finishUpload(request: ReceivedRequest, uploads: ImportUploads, app: App): Answer {
	const body = jsonBody(request);
	const { import: wanted, partTokens } = body;
	if (!isBody(wanted) || !isTextList(partTokens)) throw badBody('missing field');
	const parsed = parseImportRequest(wanted, app);
	const content = uploads.finish(textField(body, 'uploadToken'), partTokens);
	return json({ importId: app.imports.start(parsed, content) });
}

function keysOf(request: ReceivedRequest): Array<[table: string, fields: string[]]> {
	const { indexes } = jsonBody(request);
	if (!isBody(indexes)) throw badBody('missing field `indexes`');
	return Object.entries(indexes).map(([table, key]) => {
		const paths: unknown[] = Array.isArray(key) ? key : [];
		const fields = paths.map((path) => (isTextList(path) ? path.join('.') : ''));
		if (fields.some((path) => !path.split('.').every(isIdentifier))) {
			throw new PlatformFailure(
				400,
				'InvalidPrimaryKey',
				`Invalid primary key: Identifiers must start with a letter and can only contain letters, digits, and underscores. ${JSON.stringify(key)}.`,
			);
		}
		return [table, fields];
	});
}

/** Asked by a GET request with a body. */
function tablesOf(request: ReceivedRequest): string[] {
	const { tables } = jsonBody(request);
	if (!isTextList(tables)) throw badBody('missing field `tables`');
	return tables;
}

function isTextList(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function json(body: Record<string, string | number | boolean>): Answer {
	return { status: 200, body };
}
