import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	ITriggerFunctions,
} from 'n8n-workflow';
import { version } from '../../../package.json';
import { ACTING_USER_FIELD, parseCredential, type ConvexCredential } from '../convex/credential';
import { ConvexFailure, inputFailure } from '../convex/failure';
import {
	functionRequest,
	type DeploymentResponse,
	type FunctionCall,
} from '../convex/functionCall';
import { parseFunctionResponse, type FunctionResult } from '../convex/functionResponse';
import { encodeIdentity, type UserIdentity } from '../convex/identity';
import { networkFailure } from './networkFailure';

export const CREDENTIAL_TYPE = 'convexApi';

/** A name without a dash is refused by the deployment (convex-backend crates/common/src/version.rs). */
export const CLIENT_HEADERS = { 'Convex-Client': `n8n-nodes-convex-${version}` };

/** Who calls: a run, the editor that fills in a form, or a trigger. */
export type CallContext = IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions;

/** A deployment that a run calls, with its credential, decrypted once. */
export interface Deployment {
	credential: ConvexCredential;
	credentialsDecrypted: ICredentialsDecrypted;
}

/**
 * Reads and checks the node's credential, once a run: every further read costs n8n a database query.
 *
 * @throws ConvexFailure (`input`) naming the field that is wrong
 */
export async function openDeployment(context: CallContext): Promise<Deployment> {
	return deploymentOf(await context.getCredentials(CREDENTIAL_TYPE));
}

function deploymentOf(data: ICredentialDataDecryptedObject): Deployment {
	return {
		credential: parseCredential(data),
		credentialsDecrypted: { id: '', name: CREDENTIAL_TYPE, type: CREDENTIAL_TYPE, data },
	};
}

/**
 * The same deployment, called as an administrator who acts as a user.
 *
 * @throws ConvexFailure (`input`) for a credential without a deploy key
 */
export function actingAs(deployment: Deployment, identity: UserIdentity): Deployment {
	if (deployment.credential.authentication !== 'deployKey') {
		throw inputFailure(
			"The option 'Act as User' needs a deploy key",
			"Set the credential's 'Authentication' to 'Deploy Key', or use the user's own token with 'Bearer Token'.",
		);
	}
	const { data } = deployment.credentialsDecrypted;
	return deploymentOf({ ...data, [ACTING_USER_FIELD]: encodeIdentity(identity) });
}

/**
 * Calls a function, once. A call that is not answered is a failure like any other, never an exception.
 *
 * @param timeoutMs how long to wait for the whole answer
 */
export async function callFunction(
	context: CallContext,
	deployment: Deployment,
	call: FunctionCall,
	timeoutMs: number,
): Promise<FunctionResult> {
	const { path, body } = functionRequest(call);
	const request: IHttpRequestOptions = {
		method: 'POST',
		url: `${deployment.credential.deploymentUrl}${path}`,
		headers: { ...CLIENT_HEADERS, 'Content-Type': 'application/json', Accept: 'application/json' },
		body,
		timeout: timeoutMs,
		encoding: 'text',
		disableFollowRedirect: true,
		// n8n's own errors lose the deployment's text; the answer is read here, whatever its status.
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
	};
	let response: DeploymentResponse;
	try {
		response = parseFullResponse(
			await context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL_TYPE, request, {
				credentialsDecrypted: deployment.credentialsDecrypted,
			}),
		);
	} catch (error) {
		const failure =
			error instanceof ConvexFailure ? error : networkFailure(call.operation, error, timeoutMs);
		return { status: 'failure', failure };
	}
	return parseFunctionResponse(call.operation, response);
}

/** n8n hands over a body of text as text, and an empty one as it comes. */
function parseFullResponse(response: IN8nHttpFullResponse): DeploymentResponse {
	const { location } = response.headers;
	return {
		httpStatus: response.statusCode,
		...(typeof location === 'string' && { location }),
		body: typeof response.body === 'string' ? response.body : '',
	};
}
