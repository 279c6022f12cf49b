import type { ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { parseCredential, type ConvexCredential } from '../../convex/deployment/credential';
import {
	CREDENTIAL_ADVICE,
	credentialProbe,
	explainFailedTest,
	judgeProbe,
	type CredentialProbe,
} from '../../convex/deployment/credentialProbe';
import { endpointUrl } from '../../convex/deployment/deploymentUrl';
import type { DeploymentResponse } from '../../convex/functions/functionCall';
import { isPlainObject } from '../../convex/values/plainObject';
import { Redactor } from '../../convex/deployment/redaction';
import { answerUnlessAborted, readAnswer } from './answerText';
import { networkFailure, timedOut } from './networkFailure';
import { toFailure } from '../nodeError';
import { CLIENT_HEADERS } from './post';
import { startTimer, stopTimer } from '../timers';

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
		const state = judgeProbe(credential, probe, await send(helpers, credential, probe));
		return state.status === 'accepts'
			? { status: 'OK', message: 'Connection successful!' }
			: { status: 'Error', message: explainFailedTest(credential, state.failure) };
	} catch (error) {
		const { sentences } = toFailure(error).advisedBy(CREDENTIAL_ADVICE);
		return { status: 'Error', message: sentences };
	}
}

/** The same as `post`, with a helper that takes no signal and names everything differently. */
async function send(
	helpers: ICredentialTestFunctions['helpers'],
	credential: ConvexCredential,
	{ method, path, body }: CredentialProbe,
): Promise<DeploymentResponse> {
	const { deploymentUrl, authorization } = credential;
	const redactor = Redactor.of(credential);
	const controller = new AbortController();
	const { signal } = controller;
	const timer = startTimer(() => controller.abort(), TEST_TIMEOUT_MS);
	try {
		const sent: Promise<unknown> = helpers.request({
			method,
			uri: endpointUrl(deploymentUrl, path),
			headers: {
				...CLIENT_HEADERS,
				...(authorization !== undefined && { Authorization: authorization }),
				...(body !== undefined && { 'Content-Type': 'application/json' }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
			timeout: TEST_TIMEOUT_MS,
			useStream: true,
			followRedirect: false,
			simple: false,
			resolveWithFullResponse: true,
		});
		const { httpStatus, location, answer } = parseLegacyResponse(
			await answerUnlessAborted(sent, signal),
		);
		return {
			httpStatus,
			...(location !== undefined && { location: redactor.text(location) }),
			body: redactor.body(await readAnswer(answer, signal)),
		};
	} catch (error) {
		const cause = signal.aborted ? timedOut() : error;
		throw redactor.failure(networkFailure('query', cause, TEST_TIMEOUT_MS, deploymentUrl));
	} finally {
		stopTimer(timer);
	}
}

function parseLegacyResponse(response: unknown): {
	httpStatus: number;
	location: string | undefined;
	answer: unknown;
} {
	if (typeof response !== 'object' || response === null || !('statusCode' in response)) {
		throw new TypeError("n8n's request helper gave no response");
	}
	const headers = 'headers' in response && isPlainObject(response.headers) ? response.headers : {};
	return {
		httpStatus: Number(response.statusCode),
		location: typeof headers.location === 'string' ? headers.location : undefined,
		answer: 'body' in response ? response.body : undefined,
	};
}
