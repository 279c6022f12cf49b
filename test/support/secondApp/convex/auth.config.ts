/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Convex, not in n8n */
import type { AuthConfig } from 'convex/server';

const jwks = process.env.TEST_JWKS ?? '';
const algorithm = 'ES256';

export default {
	providers: [
		{ type: 'customJwt', issuer: 'https://one.test', applicationID: 'first', algorithm, jwks },
		{ type: 'customJwt', issuer: 'https://two.test', algorithm, jwks },
		{
			type: 'customJwt',
			issuer: 'https://broken.test',
			algorithm,
			jwks: 'data:text/plain,no%20keys',
		},
	],
} satisfies AuthConfig;
