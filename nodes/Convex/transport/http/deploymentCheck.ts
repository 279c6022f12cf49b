import { isProviderAway } from '../../convex/failures/callOutcome';
import { credentialProbe, parseProbeResponse } from '../../convex/deployment/credentialProbe';
import { ConvexFailure } from '../../convex/failure';
import type { DeploymentResponse } from '../../convex/functions/functionCall';
import { parseJsonObject } from '../../convex/values/jsonText';
import { platformFailure } from '../../convex/failures/platformFailure';
import type { CallContext, Deployment } from '../deployment';
import { post } from './post';

/**
 * What a deployment says over HTTP, when its live connection is in doubt.
 *
 * - `answers`: it is there and accepts the credential.
 * - `refuses`: it does not accept the credential; this answer comes from Convex itself.
 * - `unreachable`: anything else. It may be there again later.
 */
export type DeploymentCheck =
	| { status: 'answers' }
	| {
			status: 'refuses' | 'unreachable';
			failure: ConvexFailure;
			/** What came, if anything did. */
			response?: DeploymentResponse;
	  };

/**
 * Makes one request that reads the credential. The WebSocket of the host says of a connection that
 * failed only that it did; n8n's request helper says why.
 *
 * @param actsAsUser whether the deployment's credential acts as a user
 * @param timeoutMs how long to wait for the answer
 */
export async function checkDeployment(
	context: CallContext,
	deployment: Deployment,
	actsAsUser: boolean,
	timeoutMs: number,
): Promise<DeploymentCheck> {
	const { credential } = deployment;
	// The check of a deploy key knows no users; the one of a token is any query.
	const probed = actsAsUser
		? { ...credential, authentication: 'bearerToken' as const }
		: credential;
	const probe = credentialProbe(probed);
	const { method, path, body } = probe;
	const answer = await post(context, deployment, {
		operation: 'query',
		method,
		path,
		...(body !== undefined && { body: JSON.stringify(body) }),
		timeoutMs,
	});
	if (answer.status === 'failure') return { status: 'unreachable', failure: answer.failure };
	const { response } = answer;
	const result = parseProbeResponse(probed, probe, response);
	return result.accepted ? { status: 'answers' } : negative(result.message, response);
}

const REFUSING_STATUSES = [401, 403];

function negative(message: string, response: DeploymentResponse): DeploymentCheck {
	const { httpStatus, body } = response;
	const code = parseJsonObject(body)?.code;
	const details = { kind: 'deployment', httpStatus, outcome: 'notExecuted' } as const;
	if (isProviderAway(code)) {
		const { description } = platformFailure('query', response);
		const failure = new ConvexFailure(message, description, { ...details, retryable: true });
		return { status: 'unreachable', response, failure };
	}
	// A proxy may answer with these too, but not in Convex's form.
	const isRefusal = REFUSING_STATUSES.includes(httpStatus) && typeof code === 'string';
	return {
		status: isRefusal ? 'refuses' : 'unreachable',
		response,
		failure: new ConvexFailure(
			message,
			isRefusal
				? 'Correct the credential.'
				: "Check the credential's 'Deployment URL', and that the deployment is running.",
			{ ...details, retryable: !isRefusal },
		),
	};
}
