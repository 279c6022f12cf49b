import { convexToJson, type JSONValue } from 'convex/values';
import type { Outcome } from '../functionOutcome';
import { encodeTimestamp } from '../timestamp';

export interface StateVersion {
	querySet: number;
	identity: number;
	timestamp: bigint;
}

export type StateModification = { queryId: number } & (
	| { type: 'QueryUpdated'; value: JSONValue; logLines: string[]; journal: string | null }
	| {
			type: 'QueryFailed';
			errorMessage: string;
			errorData?: JSONValue;
			logLines: string[];
			journal: string | null;
	  }
	| { type: 'QueryRemoved' }
);

interface EncodedVersion {
	querySet: number;
	identity: number;
	ts: string;
}

export interface Transition {
	type: 'Transition';
	startVersion: EncodedVersion;
	endVersion: EncodedVersion;
	modifications: StateModification[];
	clientClockSkew: number | null;
	/** Nanoseconds, set when it is sent. */
	serverTs: number | null;
}

type FunctionResponse = {
	requestId: number;
	logLines: string[];
} & (
	{ success: true; result: JSONValue } | { success: false; result: string; errorData?: JSONValue }
);

/** What the server sends: crates/convex/sync_types/src/types/json.rs, `From<ServerMessage>`. */
export type ServerMessage =
	| Transition
	| ({ type: 'MutationResponse'; ts: string | null } & FunctionResponse)
	| ({ type: 'ActionResponse' } & FunctionResponse)
	| { type: 'AuthError'; error: string; baseVersion: number; authUpdateAttempted: boolean }
	| { type: 'FatalError'; error: string }
	| { type: 'Ping' };

export function encodeVersion({ querySet, identity, timestamp }: StateVersion): EncodedVersion {
	return { querySet, identity, ts: encodeTimestamp(timestamp) };
}

/** The outcome of a mutation or an action. */
export function functionResponse(requestId: number, outcome: Outcome): FunctionResponse {
	const { logLines } = outcome;
	if (outcome.status === 'success') {
		return { requestId, success: true, result: convexToJson(outcome.value), logLines };
	}
	const { errorMessage, errorData } = outcome;
	return {
		requestId,
		success: false,
		result: errorMessage,
		...(errorData !== undefined && { errorData: convexToJson(errorData) }),
		logLines,
	};
}

/** The outcome of a query. */
export function queryModification(
	queryId: number,
	outcome: Outcome,
	journal: string | null,
): StateModification {
	const { logLines } = outcome;
	if (outcome.status === 'success') {
		const value = convexToJson(outcome.value);
		return { type: 'QueryUpdated', queryId, value, logLines, journal };
	}
	const { errorMessage, errorData } = outcome;
	return {
		type: 'QueryFailed',
		queryId,
		errorMessage,
		...(errorData !== undefined && { errorData: convexToJson(errorData) }),
		logLines,
		journal,
	};
}

const HIGH_SURROGATE = /[\uD800-\uDBFF]/;

/**
 * The frames of a transition: itself, or `TransitionChunk`s when its JSON is longer than
 * `maxLength` (crates/local_backend/src/subs/mod.rs, `maybe_split_transition`). Characters stay whole.
 */
export function transitionFrames(json: string, maxLength: number): string[] {
	if (json.length <= maxLength) return [json];
	const chunks: string[] = [];
	for (let start = 0; start < json.length;) {
		const end = start + maxLength;
		const splitsCharacter = HIGH_SURROGATE.test(json.charAt(end - 1)) && end < json.length;
		const chunk = json.slice(start, splitsCharacter ? end + 1 : end);
		chunks.push(chunk);
		start += chunk.length;
	}
	return chunks.map((chunk, partNumber) =>
		JSON.stringify({
			type: 'TransitionChunk',
			chunk,
			partNumber,
			totalParts: chunks.length,
			transitionId: String(json.length),
		}),
	);
}
