import type { ConvexFailure } from '../../convex/failure';
import { connectionKeepsClosing, noLiveConnection } from '../../convex/failures/liveFailure';
import type { DeploymentCheck } from '../http/deploymentCheck';

/** Why a session's connection is not there; whether that passes by itself is in `retryable`. */
export interface ConnectionDiagnosis {
	/** What the deployment says of the credential. */
	status: 'accepts' | 'refuses' | 'unavailable';
	failure: ConvexFailure;
}

/**
 * Finds out over HTTP why a session's connection is not there.
 *
 * @param hasReconnected whether it was there again and broke once more
 * @param reason what the deployment or the network said; the host's WebSocket mostly does not say
 */
export async function diagnoseConnection(
	check: DeploymentCheck,
	hasReconnected: boolean,
	reason: string,
): Promise<ConnectionDiagnosis> {
	const state = await check.ask();
	if (state.status !== 'accepts') return state;
	const { status } = state;
	if (hasReconnected) return { status, failure: connectionKeepsClosing(reason) };
	const failure = noLiveConnection(reason);
	const advice = `${failure.description} Or set the option 'Delivery' to 'HTTP'.`;
	return { status, failure: failure.with({ advice }) };
}
