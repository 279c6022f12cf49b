import type { ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { parseCredential } from '../convex/credential';
import { credentialProbe, parseProbeResponse } from '../convex/credentialProbe';
import { ConvexFailure } from '../convex/failure';
import type { DeploymentResponse } from '../convex/functionCall';
import { isPlainObject } from '../convex/arguments';
import { CLIENT_HEADERS } from './functionCalls';
import { networkFailure } from './networkFailure';

const TEST_TIMEOUT_MS = 15_000;

/**
 * Proves that the deployment URL is one of Convex and that the key or token is accepted.
 *
 * Not a request that n8n makes by itself (`test.request`): for a host that cannot be reached that
 * shows a bare ECONNREFUSED. A credential test has no helper but `request`.
 */
export async function testCredential(
	helpers: ICredentialTestFunctions['helpers'],
	fields: Readonly<Record<string, unknown>>,
): Promise<INodeCredentialTestResult> {
	try {
		const credential = parseCredential(fields);
		const probe = credentialProbe(credential);
		const answer: unknown = await helpers.request({
			method: probe.method,
			uri: `${credential.deploymentUrl}${probe.path}`,
			headers: {
				...CLIENT_HEADERS,
				...(credential.authorization !== undefined && { Authorization: credential.authorization }),
				...(probe.body !== undefined && { 'Content-Type': 'application/json' }),
			},
			...(probe.body !== undefined && { body: JSON.stringify(probe.body) }),
			timeout: TEST_TIMEOUT_MS,
			followRedirect: false,
			simple: false,
			resolveWithFullResponse: true,
		});
		const result = parseProbeResponse(credential, probe, parseLegacyResponse(answer));
		return result.accepted
			? { status: 'OK', message: 'Connection successful!' }
			: { status: 'Error', message: result.message };
	} catch (error) {
		const failure =
			error instanceof ConvexFailure ? error : networkFailure('query', error, TEST_TIMEOUT_MS);
		return { status: 'Error', message: failure.sentences };
	}
}

/** The older helper parses JSON by itself, depending on the content type. */
function parseLegacyResponse(answer: unknown): DeploymentResponse {
	if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
		throw new TypeError("n8n's request helper gave no response");
	}
	const body = 'body' in answer ? answer.body : undefined;
	return {
		httpStatus: Number(answer.statusCode),
		body: typeof body === 'string' ? body : isPlainObject(body) ? JSON.stringify(body) : '',
	};
}
