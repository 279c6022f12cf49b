import type { JSONValue } from 'convex/values';
import type { ConvexFailure } from '../../convex/failure';
import { parseEndpointAnswer } from '../../convex/responses/endpointAnswer';
import { isPlainObject } from '../../convex/values/plainObject';
import type { CallContext, Caller } from '../caller';
import { post, type Post } from './post';

/** What an import does with the table, as Convex names it. */
export type TableImportMode = 'append' | 'replace';

export interface TableImport {
	mode: TableImportMode;
	/** The component that the table is in; undefined for the app itself. */
	componentPath: string | undefined;
}

export type ImportAnswer<Content> =
	{ status: 'success'; content: Content } | { status: 'failure'; failure: ConvexFailure };

const isText = (body: JSONValue) => typeof body === 'string';
const isEmpty = (body: JSONValue) => body === null;
const hasText = (name: string) => (body: JSONValue) =>
	isPlainObject(body) && typeof body[name] === 'string';

/**
 * The requests of `npx convex import` and of the connector for Airbyte, each sent once (convex-backend
 * crates/local_backend/src/{snapshot_import,streaming_import}.rs; undocumented, read at 94a42c3 on
 * 2026-11-29). None of them throws. All but the last of an upload, and `upsert`, may be sent again when the
 * answer is lost: an upload changes no table, and an import that is confirmed or cancelled twice is so
 * once.
 */
export class ImportRequests {
	/** @param timeoutMs how long to wait for the whole answer to one of them */
	constructor(
		private readonly context: CallContext,
		private readonly caller: Caller,
		private readonly timeoutMs: number,
	) {}

	/** @returns the token of a new upload */
	async startUpload(): Promise<ImportAnswer<string>> {
		const path = '/api/import/start_upload';
		return textField(await this.send({ path }, hasText('uploadToken')), 'uploadToken');
	}

	/**
	 * @param part bytes; at least 5 MiB, unless it is the last one
	 * @param number counted from 1
	 * @returns the token of the part
	 */
	async uploadPart(
		uploadToken: string,
		number: number,
		part: Uint8Array,
	): Promise<ImportAnswer<string>> {
		const query = { uploadToken, partNumber: String(number) };
		const path = '/api/import/upload_part';
		const answer = await this.send({ path, query, body: part }, isText);
		return answer.status === 'failure' ? answer : { ...answer, content: String(answer.content) };
	}

	/**
	 * Ends an upload, which cannot be done twice.
	 *
	 * @returns the id of the import, which waits to be confirmed once it is parsed
	 */
	async finishUpload(
		{ mode, componentPath }: TableImport,
		uploadToken: string,
		partTokens: readonly string[],
	): Promise<ImportAnswer<string>> {
		const path = '/api/import/finish_upload';
		const wanted = { mode, format: 'zip', ...(componentPath !== undefined && { componentPath }) };
		const body = JSON.stringify({ import: wanted, uploadToken, partTokens });
		const answer = await this.send({ operation: 'mutation', path, body }, hasText('importId'));
		return textField(answer, 'importId');
	}

	/** Confirms an import, which is then carried out. */
	async perform(importId: string): Promise<ImportAnswer<JSONValue>> {
		const body = JSON.stringify({ importId });
		return await this.send({ path: '/api/perform_import', body }, isEmpty);
	}

	/** Convex refuses it for an import that has ended. */
	async cancel(importId: string): Promise<ImportAnswer<JSONValue>> {
		const body = JSON.stringify({ importId });
		return await this.send({ path: '/api/cancel_import', body }, isEmpty);
	}

	/** Builds a table's key index, in the place of one for other fields. An index that is there stays. */
	async addKeyIndex(table: string, keyFields: readonly string[]): Promise<ImportAnswer<JSONValue>> {
		const path = '/api/streaming_import/add_primary_key_indexes';
		const body = JSON.stringify({ indexes: { [table]: keyFields.map((field) => [field]) } });
		return await this.send({ method: 'PUT', path, body }, isEmpty);
	}

	/** @param records the rows, written by `recordText` */
	async upsert(
		table: string,
		keyFields: readonly string[],
		records: readonly string[],
	): Promise<ImportAnswer<JSONValue>> {
		const path = '/api/streaming_import/import_airbyte_records';
		const name = JSON.stringify(table);
		const key = JSON.stringify(keyFields.map((field) => [field]));
		const messages = records.map((record) => `{"tableName":${name},"data":${record}}`);
		const body = `{"tables":{${name}:{"primaryKey":${key},"jsonSchema":{}}},"messages":[${messages.join(',')}]}`;
		return await this.send({ operation: 'mutation', path, body }, isEmpty);
	}

	private async send(
		request: Pick<Post, 'path' | 'query' | 'method' | 'body'> & Partial<Pick<Post, 'operation'>>,
		isExpected: (body: JSONValue) => boolean,
	): Promise<ImportAnswer<JSONValue>> {
		const { context, caller, timeoutMs } = this;
		const { operation = 'query', ...rest } = request;
		const answer = await post(context, caller, { operation, timeoutMs, ...rest });
		if (answer.status === 'failure') return answer;
		const parsed = parseEndpointAnswer(operation, answer.response, isExpected);
		return parsed.status === 'failure' ? parsed : { status: 'success', content: parsed.body };
	}
}

/** A text field that the answer was found to have. */
function textField(answer: ImportAnswer<JSONValue>, name: string): ImportAnswer<string> {
	if (answer.status === 'failure') return answer;
	const { content } = answer;
	return { status: 'success', content: String(isPlainObject(content) ? content[name] : '') };
}
