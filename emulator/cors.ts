import type { Answer } from './answer';
import type { ReceivedRequest } from './request';

const MAX_AGE_SECONDS = 86_400;
const METHODS = 'GET,POST,OPTIONS,PATCH,DELETE,PUT';

/**
 * Lets web pages of any origin use the deployment, as crates/local_backend/src/router.rs `cors`: the
 * answer to a question before a request, or undefined for anything else.
 */
export function preflightAnswer(request: ReceivedRequest): Answer | undefined {
	if (request.method !== 'OPTIONS') return undefined;
	const asked = request.headers['access-control-request-headers'];
	return {
		status: 200,
		bytes: Buffer.alloc(0),
		headers: {
			...corsHeaders(request),
			'access-control-allow-methods': METHODS,
			...(asked !== undefined && { 'access-control-allow-headers': asked }),
			'access-control-max-age': String(MAX_AGE_SECONDS),
		},
	};
}

/** The headers of every answer. */
export function corsHeaders({ headers: { origin } }: ReceivedRequest): Record<string, string> {
	return {
		...(origin !== undefined && { 'access-control-allow-origin': origin }),
		'access-control-allow-credentials': 'true',
		vary: 'origin, access-control-request-method, access-control-request-headers',
	};
}
