import type { ConvexFailure } from '../../convex/failure';
import {
	STATUS_FUNCTION_FAILED,
	STATUS_OK,
	unreadableAnswer,
} from '../../convex/responses/functionResponse';
import { connectionKeepsBreaking, noLiveConnection } from '../../convex/failures/liveFailure';
import { platformFailure } from '../../convex/failures/platformFailure';
import type { CallContext, Deployment } from '../deployment';
import { checkDeployment, type DeploymentCheck } from '../http/deploymentCheck';

const CHECK_TIMEOUT_MS = 10_000;

/** A live connection that is not there. */
export interface MissingConnection {
	context: CallContext;
	/** Whom it is made as. */
	caller: Deployment;
	actsAsUser: boolean;
	/** Whether it was there again and broke once more. */
	hasReconnected: boolean;
	/** What the deployment or the network said; the host's WebSocket mostly does not say. */
	reason: string;
}

/** Why it is not there, in the words of a call over HTTP; whether it passes by itself is in `retryable`. */
export interface ConnectionDiagnosis {
	status: DeploymentCheck['status'];
	failure: ConvexFailure;
}

/** Finds out over HTTP why a live connection is not there. */
export async function diagnoseConnection(missing: MissingConnection): Promise<ConnectionDiagnosis> {
	const { context, caller, actsAsUser } = missing;
	const check = await checkDeployment(context, caller, actsAsUser, CHECK_TIMEOUT_MS);
	const { status } = check;
	return { status, failure: status === 'answers' ? liveOnly(missing) : failureOf(check) };
}

function liveOnly({ hasReconnected: wasBack, reason }: MissingConnection): ConvexFailure {
	if (wasBack) return connectionKeepsBreaking(reason);
	const failure = noLiveConnection(reason);
	return failure.with({
		advice: `${failure.description} Or set the option 'Delivery' to 'HTTP'.`,
	});
}

function failureOf({
	failure,
	response,
}: Exclude<DeploymentCheck, { status: 'answers' }>): ConvexFailure {
	if (response === undefined) return failure;
	const isAnswer = [STATUS_OK, STATUS_FUNCTION_FAILED].includes(response.httpStatus);
	return (isAnswer ? unreadableAnswer : platformFailure)('query', response);
}
