/* eslint-disable @n8n/community-nodes/require-node-api-error -- runs in Node, not in n8n */
import {
	createLocalJWKSet,
	decodeJwt,
	decodeProtectedHeader,
	errors,
	jwtVerify,
	type JSONWebKeySet,
	type JWTPayload,
} from 'jose';
import type { AuthConfig } from 'convex/server';
import { z } from 'zod';
import { PlatformFailure } from './platformFailure';

export type AuthProvider = AuthConfig['providers'][number];

/** How far apart the clocks of provider and deployment may be. */
const TOLERANCE_SECONDS = 5;
const OIDC_ALGORITHMS = ['RS256', 'EdDSA'];

/**
 * Verifies a user's token with the provider that it names, in the order and with the words of the
 * backend (crates/authentication/src/lib.rs).
 *
 * @param nowMs - when it is, in milliseconds since 1970
 * @returns the claims
 * @throws PlatformFailure when the token is refused
 */
export async function verifyToken(
	token: string,
	providers: AuthProvider[],
	nowMs: number,
): Promise<JWTPayload> {
	const { iss, aud } = unverifiedClaims(token);
	if (iss === undefined) {
		throw invalidAuthHeader(
			"Missing issuer claim ('iss') in JWT payload. The JWT must include an 'iss' claim that matches one of your configured auth providers.",
		);
	}
	const audiences = [aud ?? []].flat();
	const provider = providers.find((candidate) => matches(candidate, iss, audiences));
	if (provider === undefined) throw noAuthProvider(providers);
	return isCustomJwt(provider)
		? await verifyCustomJwt(token, provider, nowMs)
		: await verifyIdToken(token, provider.domain, iss, nowMs);
}

type CustomJwt = Extract<AuthProvider, { type: 'customJwt' }>;

function isCustomJwt(provider: AuthProvider): provider is CustomJwt {
	return 'type' in provider && provider.type === 'customJwt';
}

function issuerOf(provider: AuthProvider): string {
	return isCustomJwt(provider) ? provider.issuer : provider.domain;
}

function matches(provider: AuthProvider, issuer: string, audiences: string[]): boolean {
	const { applicationID } = provider;
	return (
		withProtocol(issuerOf(provider)) === withProtocol(issuer) &&
		(applicationID === undefined || audiences.includes(applicationID))
	);
}

function withProtocol(issuer: string): string {
	const url = /^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`;
	return url.replace(/\/+$/, '');
}

async function verifyCustomJwt(
	token: string,
	{ jwks, algorithm }: CustomJwt,
	nowMs: number,
): Promise<JWTPayload> {
	const keys = keySetOf(await fetchKeys(jwks), jwks);
	const { kid } = decodeProtectedHeader(token);
	const claims = await verifiedClaims(token, keys, [algorithm]).catch(() => undefined);
	if (kid === undefined || claims === undefined) {
		throw invalidAuthHeader(
			kid === undefined
				? "Could not decode token. JWT may be missing a 'kid' (key ID) header."
				: `Could not decode token. The JWT's 'kid' (key ID) header is '${kid}', does this key match any key in the provider's JWKS?`,
		);
	}
	const untimely = timeError(claims, nowMs);
	if (untimely !== undefined) throw invalidAuthHeader(`Could not validate token: ${untimely}`);
	if (claims.sub === undefined) throw invalidAuthHeader('Missing subject');
	if (claims.exp === undefined) throw invalidAuthHeader('Missing expiry');
	return claims;
}

async function verifyIdToken(
	token: string,
	domain: string,
	issuer: string,
	nowMs: number,
): Promise<JWTPayload> {
	const base = withProtocol(domain);
	const discovered = await fetch(`${base}/.well-known/openid-configuration`).catch(() => undefined);
	const metadata: unknown = discovered?.ok ? await discovered.json() : undefined;
	const found = z.object({ jwks_uri: z.string() }).safeParse(metadata);
	if (!found.success) {
		throw new PlatformFailure(
			400,
			'AuthProviderDiscoveryFailed',
			`Auth provider discovery of ${issuer} failed`,
		);
	}
	const uri = found.data.jwks_uri;
	const keys = keySetOf(await fetchKeys(uri), uri);
	const claims = await verifiedClaims(token, keys, OIDC_ALGORITHMS).catch(() => undefined);
	if (claims === undefined || timeError(claims, nowMs) !== undefined) {
		throw new PlatformFailure(
			401,
			'Unauthenticated',
			"Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.",
		);
	}
	return claims;
}

/** The claims of a token with a valid signature, whatever they say of its time. */
async function verifiedClaims(
	token: string,
	keys: JSONWebKeySet,
	algorithms: string[],
): Promise<JWTPayload> {
	try {
		const { payload } = await jwtVerify(token, createLocalJWKSet(keys), { algorithms });
		return payload;
	} catch (error) {
		if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
			return error.payload;
		}
		throw error;
	}
}

/** The words of the library that the backend uses, docs.rs/biscuit `ValidationError`. */
function timeError({ exp, iat, nbf }: JWTPayload, nowMs: number): string | undefined {
	const now = Math.floor(nowMs / 1000);
	const validFrom = Math.max(iat ?? 0, nbf ?? 0);
	if (exp !== undefined && now - exp > TOLERANCE_SECONDS) {
		return `Token expired ${now - exp} seconds ago`;
	}
	return validFrom - now > TOLERANCE_SECONDS
		? `Token will be valid in ${validFrom - now} seconds`
		: undefined;
}

async function fetchKeys(uri: string): Promise<string> {
	try {
		const response = await fetch(uri);
		if (response.ok) return await response.text();
		const status = `HTTP ${response.status} ${response.statusText}`;
		throw new Error(status);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw invalidAuthHeader(
			`Could not fetch JWKS from URL '${uri}': ${why}. Check that the URL is correct and accessible.`,
		);
	}
}

const keySet = z.object({ keys: z.array(z.object({ kty: z.string() }).passthrough()) });

function keySetOf(text: string, uri: string): JSONWebKeySet {
	try {
		return keySet.parse(JSON.parse(text));
	} catch {
		throw invalidAuthHeader(
			`Invalid JWKS response body from '${uri}'. The response is not valid JSON or doesn't match the expected JWKS format.`,
		);
	}
}

function unverifiedClaims(token: string): JWTPayload {
	try {
		return decodeJwt(token);
	} catch {
		throw invalidAuthHeader(
			'Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts separated by dots.',
		);
	}
}

function noAuthProvider(providers: AuthProvider[]): PlatformFailure {
	const shown = providers.map((provider) =>
		isCustomJwt(provider)
			? `CustomJWT(issuer=${provider.issuer}, app_id=${provider.applicationID ?? 'none'})`
			: `OIDC(domain=${provider.domain}, app_id=${provider.applicationID})`,
	);
	return new PlatformFailure(
		401,
		'NoAuthProvider',
		shown.length === 0
			? 'No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts.'
			: `No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [${shown.join(', ')}]`,
	);
}

function invalidAuthHeader(message: string): PlatformFailure {
	return new PlatformFailure(401, 'InvalidAuthHeader', message);
}
