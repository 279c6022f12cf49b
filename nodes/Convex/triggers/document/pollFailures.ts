import type { Failure, INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { AdviceTable, FailureReason } from '../../convex/advice';
import type { ConvexFailure } from '../../convex/failure';
import { SYSTEM_ADVICE } from '../../convex/failures/dataFailure';
import { feedFailure, isNotOnPlan } from '../../convex/feed/feedFailure';
import { toEditorError, toFailure, toNodeError } from '../../transport/nodeError';

/** In the place of the advice for the Convex node, which names its options. */
const FEED_ADVICE: AdviceTable = {
	...SYSTEM_ADVICE,
	timedOut: `${SYSTEM_ADVICE.timedOut} Large documents take longer: exclude large fields.`,
	answerTooLong:
		"The changed documents take more than 128 MiB at once: exclude large fields. Otherwise check the credential's 'Deployment URL', and what is between n8n and the deployment.",
};

/** What failed, in the words of the trigger. */
export function pollFailure(thrown: unknown): ConvexFailure {
	return feedFailure(toFailure(thrown).advisedBy(FEED_ADVICE));
}

/**
 * The error that n8n shows, as a failed activation or a failed execution.
 *
 * @param isActivation where n8n shows why an activation failed, there is the message only
 */
export function pollError(
	node: INode,
	failure: ConvexFailure,
	isActivation: boolean,
): NodeApiError | NodeOperationError {
	const error = isActivation ? toEditorError(node, failure) : toNodeError(node, failure, undefined);
	// Its message says what to do already.
	if (isActivation) error.description = null;
	// By this the scheduler of n8n 2.41 decides when to poll again; n8n before it does not look at it.
	error.failure = causeOf(failure);
	return error;
}

const OF_CREDENTIAL = new Set<FailureReason>([
	'invalidCredential',
	'deployKeyRefused',
	'deployKeyNeeded',
	'permissionNeeded',
	'unauthorized',
	'forbidden',
]);

const OF_RATE = new Set<FailureReason>(['overloaded', 'rateLimited']);

function causeOf(failure: ConvexFailure): Failure {
	const { reason, details } = failure;
	if (OF_CREDENTIAL.has(reason) && !isNotOnPlan(failure)) return { cause: 'credential-invalid' };
	if (details.kind === 'input' || isNotOnPlan(failure)) return { cause: 'configuration-invalid' };
	const { retryAfterMs } = details;
	return {
		cause: OF_RATE.has(reason) ? 'rate-limited' : 'temporarily-unavailable',
		...(retryAfterMs !== undefined && { retryAfterMs }),
	};
}
