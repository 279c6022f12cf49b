import type {
	ICredentialsDecrypted,
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { version } from '../../../package.json';
import { parseCredential, type ConvexCredential } from '../convex/credential';
import { ConvexFailure } from '../convex/failure';
import {
	functionRequest,
	type DeploymentResponse,
	type FunctionCall,
} from '../convex/functionCall';
import { parseFunctionResponse, type FunctionResult } from '../convex/functionResponse';
import { networkFailure } from './networkFailure';

export const CREDENTIAL_TYPE = 'convexApi';

/** A name without a dash is refused by the deployment (convex-backend crates/common/src/version.rs). */
export const CLIENT_HEADERS = { 'Convex-Client': `n8n-nodes-convex-${version}` };

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
export async function openDeployment(context: IExecuteFunctions): Promise<Deployment> {
	const data = await context.getCredentials(CREDENTIAL_TYPE);
	return {
		credential: parseCredential(data),
		credentialsDecrypted: { id: '', name: CREDENTIAL_TYPE, type: CREDENTIAL_TYPE, data },
	};
}

/**
 * Calls a function, once. A call that is not answered is a failure like any other, never an exception.
 *
 * @param timeoutMs how long to wait for the whole answer
 */
export async function callFunction(
	context: IExecuteFunctions,
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
