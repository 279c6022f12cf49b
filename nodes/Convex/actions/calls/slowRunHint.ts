import type { FunctionOperation } from '../../convex/functions/functionCall';
import type { HttpCause } from './automaticDelivery';

/** Fewer calls, or a shorter run, and nobody asks why. */
const MIN_CALLS = 10;
const MIN_ELAPSED_MS = 5_000;

const MS_PER_SECOND = 1_000;

/** Why the calls of a run went one by one, for what the user can change. */
export type SlowCause = HttpCause | 'stopsAtErrors' | 'httpChosen' | 'concurrency';

/** What a run did, as far as its speed is concerned. */
export interface RunSummary {
	operation: FunctionOperation;
	calls: number;
	elapsedMs: number;
	/** Undefined for a run that no setting would make faster. */
	cause: SlowCause | undefined;
}

const CALLS: Record<FunctionOperation, string> = {
	query: 'queries',
	mutation: 'mutations',
	action: 'actions',
	run: 'calls',
};

const EXPLANATIONS: Record<SlowCause, string> = {
	stopsAtErrors:
		"because the node stops at errors. If those behind a failed one may run, set 'On Error' in the node's settings to 'Continue': then they are sent ahead, in the same order.",
	httpChosen:
		"because the option 'Delivery' is set to 'HTTP'. Remove the option to send them over one live connection, in the same order.",
	concurrency:
		"because 'Concurrency' is 1. If their order does not matter, raise it in the node's options.",
	noConnection:
		'over HTTP, because no live connection (WebSocket) to the deployment could be made. Let WebSocket connections through, and they are sent over one, in the same order.',
	connectionLost:
		'over HTTP, because the live connection (WebSocket) to the deployment ended and could not be made again. Let WebSocket connections through that last as long as the run.',
	proxy:
		"over HTTP, because n8n reaches the deployment through its proxy. With NODE_USE_ENV_PROXY=1 in n8n's environment, set the option 'Delivery' to 'Session'.",
	manyCallers:
		'over HTTP, because one item is called as another user, or with another credential, than the next. Sort the items by that, and they share live connections.',
};

/** A sentence for a run that was slow for a reason that the user can change; undefined for any other. */
export function slowRunHint({
	operation,
	calls,
	elapsedMs,
	cause,
}: RunSummary): string | undefined {
	if (cause === undefined || calls < MIN_CALLS || elapsedMs < MIN_ELAPSED_MS) return undefined;
	const count = calls.toLocaleString('en-US');
	const seconds = Math.round(elapsedMs / MS_PER_SECOND).toLocaleString('en-US');
	return `${count} ${CALLS[operation]} went one by one in ${seconds} s, ${EXPLANATIONS[cause]}`;
}
