import { randomBytes } from 'node:crypto';
import type { JSONValue, Value } from 'convex/values';
import type { Exporter } from './valueFormat';

const REQUEST_ID_BYTES = 8;

export type Outcome =
	| { status: 'success'; value: Value; logLines: string[] }
	| { status: 'error'; errorMessage: string; errorData?: Value; logLines: string[] };

/** How the text of every failure of a function begins: crates/application/src/redaction.rs. */
export function requestPrefix(): string {
	return `[Request ID: ${randomBytes(REQUEST_ID_BYTES).toString('hex')}] Server Error`;
}

/** A failure as a client is told it; of a redacted one, no text. */
export function failedOutcome(
	{ text, data, logLines = [] }: { text: string; data?: Value; logLines?: string[] },
	isRedacted: boolean,
): Outcome {
	const prefix = requestPrefix();
	return {
		status: 'error',
		errorMessage: isRedacted ? prefix : `${prefix}\n${text}\n`,
		...(data !== undefined && { errorData: data }),
		logLines: isRedacted ? [] : logLines,
	};
}

/** The body of an answer; log lines are left out when there are none. */
export function renderOutcome(outcome: Outcome, toJson: Exporter): Record<string, JSONValue> {
	const logLines: Record<string, JSONValue> =
		outcome.logLines.length > 0 ? { logLines: outcome.logLines } : {};
	if (outcome.status === 'success') {
		return { status: 'success', value: toJson(outcome.value), ...logLines };
	}
	const { errorMessage, errorData } = outcome;
	return {
		status: 'error',
		errorMessage,
		...(errorData !== undefined && { errorData: toJson(errorData) }),
		...logLines,
	};
}
