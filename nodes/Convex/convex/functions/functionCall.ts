import type { EncodedArguments } from '../values/encodeArguments';
import { formatFunctionPath, type FunctionPath } from './functionPath';

/** How a function is called; `run` takes a function of any type. */
export const FUNCTION_OPERATIONS = ['query', 'mutation', 'action', 'run'] as const;

export type FunctionOperation = (typeof FUNCTION_OPERATIONS)[number];

/** What is called over a live connection; queries are watched there. */
export type SessionOperation = Extract<FunctionOperation, 'mutation' | 'action'>;

/**
 * How the deployment writes results. `json` is plain JSON: int64 and bytes become text. `encoded` is
 * Convex's lossless form: `{"$integer": …}`, `{"$bytes": …}`, `{"$float": …}`.
 */
export type ValueFormat = 'json' | 'encoded';

/** A function that a node names, and where it looks for it. */
export interface FunctionTarget {
	operation: FunctionOperation;
	functionPath: FunctionPath;
	componentPath: string | undefined;
	/** Whether it is watched, so that no other operation can be chosen instead. */
	isWatched?: boolean;
}

export interface FunctionCall {
	operation: FunctionOperation;
	functionPath: FunctionPath;
	args: EncodedArguments;
	valueFormat: ValueFormat;
	/** The component the function is in; undefined for the app itself. */
	componentPath?: string | undefined;
	/** Whether it may be made again when its answer was lost, although it is no query. */
	isRepeatable?: boolean | undefined;
	/** The snapshot that a query reads, as `/api/query_ts` names it; undefined for the latest. */
	timestamp?: string | undefined;
}

/** A POST request, relative to the deployment URL. */
export interface DeploymentRequest {
	path: string;
	body: Record<string, unknown>;
}

/** What a deployment answered, whatever the status. */
export interface DeploymentResponse {
	httpStatus: number;
	/** The Location header of a redirect. */
	location?: string;
	/** How long the server asks to wait before the next request (its header `Retry-After`). */
	retryAfterMs?: number;
	body: string;
}

const WIRE_FORMATS: Record<ValueFormat, string> = {
	json: 'json',
	encoded: 'convex_encoded_json',
};

/**
 * The HTTP request of a function call (docs.convex.dev/http-api).
 *
 * `format` is always sent and always known: the deployment reads it only after the function ran, so
 * a format it refuses would hide a committed mutation (convex-backend
 * crates/local_backend/src/public_api.rs).
 */
export function functionRequest(call: FunctionCall): DeploymentRequest {
	const { operation, functionPath, args, componentPath } = call;
	const format = WIRE_FORMATS[call.valueFormat];
	if (componentPath !== undefined) {
		// The only endpoint that reaches into components; it runs functions of any type.
		const path = formatFunctionPath(functionPath);
		return { path: '/api/function', body: { componentPath, path, args, format } };
	}
	if (operation === 'run') {
		return {
			path: `/api/run/${functionPath.module}/${functionPath.name}`,
			body: { args, format },
		};
	}
	const body = { path: formatFunctionPath(functionPath), args, format };
	return call.timestamp === undefined
		? { path: `/api/${operation}`, body }
		: { path: '/api/query_at_ts', body: { ...body, ts: call.timestamp } };
}
