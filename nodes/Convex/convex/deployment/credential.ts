import { parseDeploymentUrl, resolveSiteUrl } from './deploymentUrl';
import { credentialFailure } from '../failure';
import { unwrapPasted } from './pastedText';

export type AuthenticationKind = 'none' | 'bearerToken' | 'deployKey';

/** Where a run keeps the encoded identity of the user to act as; no field of the stored credential. */
export const ACTING_USER_FIELD = 'actingUser';

/** A Convex credential, checked and ready to use. */
export interface ConvexCredential {
	/** Base address of the functions API, without trailing slash. */
	deploymentUrl: string;
	/** Base address of HTTP actions, where it is known. */
	siteUrl: string | undefined;
	authentication: AuthenticationKind;
	/** The value of the Authorization header; a secret. */
	authorization: string | undefined;
	/** The deployment a deploy key names itself (`prod:happy-animal-123|…`), where it does. */
	keyDeploymentName: string | undefined;
}

/**
 * Checks the stored fields of a Convex credential.
 *
 * A deploy key goes into `Authorization: Convex <key>`, a user's JWT into `Authorization: Bearer
 * <token>` (convex-backend crates/local_backend/src/authentication.rs).
 *
 * @throws ConvexFailure (`input`) naming the field; the text never contains the secret
 */
export function parseCredential(fields: Readonly<Record<string, unknown>>): ConvexCredential {
	const deploymentUrl = parseDeploymentUrl(textField(fields.deploymentUrl));
	const siteUrl = resolveSiteUrl(deploymentUrl, textField(fields.siteUrl));
	const authentication = parseAuthenticationKind(fields.authentication);
	const base = { deploymentUrl, siteUrl, authentication };
	if (authentication === 'none') {
		return { ...base, authorization: undefined, keyDeploymentName: undefined };
	}
	if (authentication === 'bearerToken') {
		const token = parseSecret('Bearer Token', textField(fields.token));
		if (token.includes('|') || KEY_PREFIX.test(token)) {
			throw credentialFailure(
				"The credential's 'Bearer Token' looks like a deploy key",
				"Set 'Authentication' to 'Deploy Key', or paste a user's JSON Web Token.",
			);
		}
		return { ...base, authorization: `Bearer ${token}`, keyDeploymentName: undefined };
	}
	const key = parseDeployKey(textField(fields.token));
	const actingUser = textField(fields[ACTING_USER_FIELD]);
	return {
		...base,
		authorization: actingUser === '' ? `Convex ${key}` : `Convex ${key}:${actingUser}`,
		keyDeploymentName: deploymentNameOfKey(key),
	};
}

/** The kinds of keys that name what they are for, and of deployments (docs.convex.dev/cli/deploy-key-types). */
const KEY_PREFIX = /^(?:prod|dev|custom|preview|project):/;

/** The header of a JSON Web Token is a JSON object: it begins with `{"`, or with a blank behind the brace. */
const JSON_WEB_TOKEN = /^e[wy][\w-]+\.[\w-]+\.[\w-]*$/;

function parseDeployKey(input: string): string {
	const key = parseSecret('Deploy Key', input);
	if (JSON_WEB_TOKEN.test(key)) {
		throw credentialFailure(
			"The credential's 'Deploy Key' looks like a user's JSON Web Token",
			`Set 'Authentication' to 'Bearer Token', or paste a deploy key. ${WHERE_KEYS_ARE}`,
		);
	}
	if (KEY_PREFIX.test(key) && !key.includes('|')) {
		throw credentialFailure(
			"The credential's 'Deploy Key' is only the name of a deployment",
			`A deploy key continues with | and more after the name, e.g. prod:happy-animal-123|…. ${WHERE_KEYS_ARE}`,
		);
	}
	return key;
}

/**
 * The deployment a key belongs to: `prod:name|…`, `dev:name|…`, `custom:name|…`, `preview:name|…`.
 * Keys of a project or for new previews (`preview:team:project|…`) name none, and the name in a
 * self-hosted key (`name|…`) says nothing about its address
 * (docs.convex.dev/cli/deploy-key-types).
 */
function deploymentNameOfKey(key: string): string | undefined {
	const match = /^(?:prod|dev|custom|preview):([a-z0-9-]+)\|/.exec(key);
	return match?.[1];
}

function parseAuthenticationKind(value: unknown): AuthenticationKind {
	if (value === 'none' || value === 'bearerToken' || value === 'deployKey') return value;
	throw credentialFailure(
		"The credential's 'Authentication' is not set",
		"Open the credential and choose 'None', 'Bearer Token' or 'Deploy Key'.",
	);
}

/** A header's scheme may have been pasted along. */
const PASTED_SCHEME = /^(?:bearer|convex)(?:\s+|$)/i;

const WHERE_KEYS_ARE =
	'On the Convex dashboard it is under Settings → URL & Deploy Key; self-hosted, generate_admin_key.sh prints it.';

/** Servers take no longer headers: Node's 16 KiB for all of them, nginx 8 KiB for each. */
const MAX_SECRET_LENGTH = 16 * 2 ** 10;

function parseSecret(field: string, input: string): string {
	const secret = unwrapPasted(unwrapPasted(input).replace(PASTED_SCHEME, ''));
	if (secret === '') {
		throw credentialFailure(
			`The credential's '${field}' is empty`,
			`Paste the value, or set 'Authentication' to 'None' for public functions that need no sign-in.`,
		);
	}
	if (secret.length > MAX_SECRET_LENGTH) {
		throw credentialFailure(
			`The credential's '${field}' has ${secret.length} characters, more than a request can carry`,
			'Copy the value once more, and nothing else.',
		);
	}
	if (/["'`“”‘’]/.test(secret)) {
		throw credentialFailure(
			`The credential's '${field}' contains quotation marks`,
			'Paste the value alone, without the quotation marks around it.',
		);
	}
	if (!/^[\x21-\x7e]+$/.test(secret)) {
		throw credentialFailure(
			`The credential's '${field}' contains blanks, line breaks or other characters that no key has`,
			'Copy the value once more, whole and on one line.',
		);
	}
	return secret;
}

function textField(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
