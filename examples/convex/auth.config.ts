/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Convex, not in n8n */
import type { AuthConfig } from 'convex/server';

/**
 * Tokens of the tests are signed with a key made for each run. On a real deployment, set the
 * environment variable TEST_JWKS to `data:application/json;base64,<its public key set>`.
 */
export default {
	providers: [
		{
			type: 'customJwt',
			issuer: 'https://issuer.n8n-nodes-convex.test',
			applicationID: 'n8n-nodes-convex',
			algorithm: 'ES256',
			jwks: process.env.TEST_JWKS ?? '',
		},
	],
} satisfies AuthConfig;
