import { REQUEST_ADVICE, type AdviceTable } from '../advice';
import type { ConvexCredential } from './credential';
import type { ConvexFailure } from '../failure';
import { isCallerRefused, refusesCaller } from '../failures/callOutcome';
import { platformFailure } from '../failures/platformFailure';
import type { DeploymentResponse } from '../functions/functionCall';
import { STATUS_FUNCTION_FAILED, STATUS_OK, unreadableAnswer } from '../responses/functionResponse';
import { parseJsonObject } from '../values/jsonText';

/** A request whose answer shows whether the deployment is Convex and accepts the credential. */
export interface CredentialProbe {
	method: 'GET' | 'POST';
	path: string;
	body?: Record<string, unknown>;
	/** Whether the body of a 200 is one that only Convex gives. */
	isConvexAnswer: (answer: Record<string, unknown>) => boolean;
}

/** For the Test button of the credential, which knows of no function. */
export const CREDENTIAL_ADVICE = {
	...REQUEST_ADVICE,
	badRequest: 'The deployment refused the request. Check the credential.',
} satisfies AdviceTable;

/**
 * What is known of a deployment and of a credential for it.
 *
 * - `accepts`: it is there and accepts the credential.
 * - `refuses`: Convex itself does not accept the credential.
 * - `unavailable`: anything else, which may pass. The failure is that of a query with the same answer.
 */
export type DeploymentState =
	{ status: 'accepts' } | { status: 'refuses' | 'unavailable'; failure: ConvexFailure };

const ACCEPTS: DeploymentState = { status: 'accepts' };

/**
 * Nothing tests a credential as such, so each kind gets the cheapest request that reads it
 * (convex-backend crates/local_backend/src/{public_api,dashboard,authentication}.rs):
 * a deploy key is checked by `check_admin_key`; a user's token is verified by any query before the
 * function is looked up, so one that does not exist will do; without authentication, `query_ts`
 * answers on every deployment and nowhere else.
 */
export function credentialProbe({ authentication }: ConvexCredential): CredentialProbe {
	switch (authentication) {
		case 'deployKey':
			return {
				method: 'GET',
				path: '/api/check_admin_key',
				isConvexAnswer: (answer) => answer.success === true,
			};
		case 'bearerToken':
			return {
				method: 'POST',
				path: '/api/query',
				body: { path: 'n8nCredentialTest:default', args: {}, format: 'json' },
				isConvexAnswer: (answer) => answer.status === 'success' || answer.status === 'error',
			};
		case 'none':
			return {
				method: 'POST',
				path: '/api/query_ts',
				isConvexAnswer: (answer) => typeof answer.ts === 'string',
			};
	}
}

/** Judges the answer to a credential's probe. */
export function judgeProbe(
	credential: ConvexCredential,
	probe: CredentialProbe,
	response: DeploymentResponse,
): DeploymentState {
	const { httpStatus, body } = response;
	const isResult = httpStatus === STATUS_OK || httpStatus === STATUS_FUNCTION_FAILED;
	if (isResult && probe.isConvexAnswer(parseJsonObject(body) ?? {})) return ACCEPTS;
	const failure = (isResult ? unreadableAnswer : platformFailure)('query', response);
	const { code } = failure.details;
	// A deployment may be set to answer so for a function that does not exist (`UDF_404_ON_BAD_PATH`).
	if (credential.authentication === 'bearerToken' && code === 'FunctionPathNotFound') {
		return ACCEPTS;
	}
	// A proxy may answer with these statuses too, but without a code of Convex.
	const refuses = refusesCaller(httpStatus) && isCallerRefused(code);
	const hint = refuses ? wrongDeploymentHint(credential) : '';
	return {
		status: refuses ? 'refuses' : 'unavailable',
		failure: failure.with({
			message: `${failure.message}${hint}`,
			details: { outcome: 'notExecuted' },
		}),
	};
}

/** Says why a credential's test failed, in one text. */
export function explainFailedTest(
	{ deploymentUrl }: ConvexCredential,
	failure: ConvexFailure,
): string {
	const { kind, code, httpStatus = 0 } = failure.details;
	const isBetween = httpStatus >= 300 && httpStatus < 500 && ![404, 405].includes(httpStatus);
	// A redirect, a firewall or the sign-in of a proxy may stand before a deployment.
	if (kind !== 'deployment' || code !== undefined || isBetween) {
		return failure.advisedBy(CREDENTIAL_ADVICE).sentences;
	}
	return httpStatus >= 500
		? `The server at ${deploymentUrl} answered with HTTP status ${httpStatus}. Try again later.`
		: `The server at ${deploymentUrl} is not a Convex deployment. Paste the deployment URL from the Convex dashboard (Settings → URL & Deploy Key).`;
}

/** Most refused keys belong to another deployment of the same project: its name is in the key. */
function wrongDeploymentHint({ deploymentUrl, keyDeploymentName }: ConvexCredential): string {
	const [urlName, ...domain] = new URL(deploymentUrl).hostname.split('.');
	const isCloud = domain.slice(-2).join('.') === 'convex.cloud';
	return isCloud && keyDeploymentName !== undefined && keyDeploymentName !== urlName
		? `: the key is for the deployment '${keyDeploymentName}', the URL is of '${urlName}'`
		: '';
}
