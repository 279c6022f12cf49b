/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

const ISSUER = 'https://issuer.n8n-nodes-convex.test';
const AUDIENCE = 'n8n-nodes-convex';
const ALGORITHM = 'ES256';
const KEY_ID = 'test';

export interface TokenHeader {
	kid?: string;
}

/** Signs users' tokens for tests, with a key of its own. */
export class TestKeys {
	private constructor(private readonly signingKey: CryptoKey) {}

	/** The app's `auth.config.ts` finds the public key in the environment variable `TEST_JWKS`. */
	static async create(): Promise<TestKeys> {
		const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
		const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM };
		const jwks = Buffer.from(JSON.stringify({ keys: [jwk] })).toString('base64');
		process.env.TEST_JWKS = `data:application/json;base64,${jwks}`;
		return new TestKeys(privateKey);
	}

	/** A user's token, valid unless claims or header say otherwise; a claim that is null is left out. */
	async signToken(claims: JWTPayload, header: TokenHeader = { kid: KEY_ID }): Promise<string> {
		const secondsNow = Math.floor(Date.now() / 1000);
		const all = {
			iss: ISSUER,
			aud: AUDIENCE,
			sub: 'user-1',
			iat: secondsNow,
			exp: secondsNow + 3600,
			...claims,
		};
		const given = Object.entries(all).filter(([, value]) => value !== null);
		return await new SignJWT(Object.fromEntries(given))
			.setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', ...header })
			.sign(this.signingKey);
	}
}
