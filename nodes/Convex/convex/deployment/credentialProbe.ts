import { REQUEST_ADVICE, type AdviceTable } from '../advice';
import type { ConvexCredential } from './credential';
import type { DeploymentResponse } from '../functions/functionCall';
import { parseJsonObject } from '../values/jsonText';
import { STATUS_FUNCTION_FAILED } from '../responses/functionResponse';
import { platformFailure } from '../failures/platformFailure';

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

export type ProbeResult = { accepted: true } | { accepted: false; message: string };

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

/** Reads the answer to a credential's probe. */
export function parseProbeResponse(
	credential: ConvexCredential,
	probe: CredentialProbe,
	response: DeploymentResponse,
): ProbeResult {
	const answer = parseJsonObject(response.body) ?? {};
	if (response.httpStatus === 200 || response.httpStatus === STATUS_FUNCTION_FAILED) {
		return probe.isConvexAnswer(answer) ? { accepted: true } : notConvex(credential);
	}
	// A deployment may be set to answer so for a function that does not exist (`UDF_404_ON_BAD_PATH`).
	if (credential.authentication === 'bearerToken' && answer.code === 'FunctionPathNotFound') {
		return { accepted: true };
	}
	if (typeof answer.code !== 'string') {
		return response.httpStatus >= 500
			? refused(
					`The server at ${credential.deploymentUrl} answered with HTTP status ${response.httpStatus}. Try again later.`,
				)
			: notConvex(credential);
	}
	const { sentences } = platformFailure('query', response).advisedBy(CREDENTIAL_ADVICE);
	return refused(`${sentences}${wrongDeploymentHint(credential)}`);
}

function notConvex({ deploymentUrl }: ConvexCredential): ProbeResult {
	return refused(
		`The server at ${deploymentUrl} is not a Convex deployment. Paste the deployment URL from the Convex dashboard (Settings → URL & Deploy Key).`,
	);
}

/** Most refused keys belong to another deployment of the same project: its name is in the key. */
function wrongDeploymentHint({ deploymentUrl, keyDeploymentName }: ConvexCredential): string {
	const [urlName, ...domain] = new URL(deploymentUrl).hostname.split('.');
	const isCloud = domain.slice(-2).join('.') === 'convex.cloud';
	return isCloud && keyDeploymentName !== undefined && keyDeploymentName !== urlName
		? ` The key is for the deployment '${keyDeploymentName}', the URL is of '${urlName}'.`
		: '';
}

function refused(message: string): ProbeResult {
	return { accepted: false, message };
}
