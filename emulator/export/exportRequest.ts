import type { JSONValue } from 'convex/values';
import { badBody, jsonBody, type Body, type ReceivedRequest } from '../request';
import { writerFor, type Writer } from './exportJson';
import { Selection } from './selection';

/** What is asked of the older endpoints, by a query string or a body. */
export interface ExportRequest {
	cursor: JSONValue | undefined;
	snapshot: bigint | undefined;
	selection: Selection;
	write: Writer;
}

export function queryRequest({ query }: ReceivedRequest): ExportRequest {
	return exportRequest(Object.fromEntries(query));
}

export function bodyRequest(request: ReceivedRequest): ExportRequest {
	return exportRequest(exactBody(request));
}

function exportRequest(given: Body): ExportRequest {
	return {
		cursor: given.cursor ?? undefined,
		snapshot: timestampOf(given.snapshot),
		selection: selectionOf(given),
		write: writerFor(given.format),
	};
}

/** The body, of whose numbers those that are timestamps come as text: JavaScript's are too short. */
export function exactBody(request: ReceivedRequest): Body {
	jsonBody(request);
	return JSON.parse(request.body.toString('utf8'), exactNumber);
}

function exactNumber(_name: string, value: JSONValue, context?: { source?: string }): JSONValue {
	const isInexact = typeof value === 'number' && !Number.isSafeInteger(value);
	return isInexact && /^\d+$/.test(context?.source ?? '') ? (context?.source ?? value) : value;
}

/** @throws PlatformFailure for what is no timestamp */
export function timestampOf(value: JSONValue | undefined): bigint | undefined {
	if (value === undefined || value === null) return undefined;
	const digits = String(value);
	if (!/^\d{1,19}$/.test(digits)) throw badBody('invalid type: expected i64');
	return BigInt(digits);
}

/** crates/common/src/types/streaming_export/mod.rs `SelectionArg`. */
function selectionOf(given: Body): Selection {
	const { selection: tree, component } = given;
	const table = given.tableName ?? given.table_name;
	if (tree !== undefined) {
		const selection = Selection.parse(tree);
		if (selection === undefined) throw badBody('data did not match any variant of untagged enum');
		return selection;
	}
	if (typeof component !== 'string' && typeof table !== 'string') return Selection.all;
	const componentPath = typeof component === 'string' ? component : '';
	return Selection.only(componentPath, typeof table === 'string' ? table : undefined);
}
