import type { JWTPayload } from 'jose';
import type { JSONValue } from 'convex/values';
import { actingUser } from './actingUser';
import { verifyToken, type AuthProvider } from './authProviders';
import type { Clock } from './clock';
import { badDeployKey, PlatformFailure } from './platformFailure';
import type { TestKeys, TokenHeader } from './testKeys';

/** Attributes as `ctx.auth.getUserIdentity()` gives them. */
export type UserIdentity = Record<string, JSONValue | undefined>;

/** Who calls. */
export type Caller =
	| { kind: 'anonymous' }
	| { kind: 'user'; identity: UserIdentity }
	| { kind: 'admin'; allowedActions: string[] }
	| { kind: 'actingUser'; identity: UserIdentity; allowedActions: string[] };

/** What a key may do, by name; an empty list means everything (crates/roles/src/eval.rs). */
export const ACTIONS = {
	viewData: 'deployment:data:view',
	writeData: 'deployment:data:write',
	runInternalQueries: 'deployment:functions:runInternalQueries',
	runInternalMutations: 'deployment:functions:runInternalMutations',
	runInternalActions: 'deployment:functions:runInternalActions',
	actAsUser: 'deployment:functions:actAsUser',
	viewBackups: 'deployment:backups:view',
	importBackups: 'deployment:backups:import',
	pauseDeployment: 'deployment:pause',
	unpauseDeployment: 'deployment:unpause',
} as const;

/** The names of what a key may do, as `check_admin_key` lists them: `ViewData`. */
export function allowedOperations(allowedActions: string[]): string[] {
	return Object.entries(ACTIONS)
		.filter(([, action]) => allowedActions.includes(action))
		.map(([name]) => name.charAt(0).toUpperCase() + name.slice(1));
}

export function mayDo(caller: Caller, action: string): boolean {
	if (!('allowedActions' in caller)) return false;
	return caller.allowedActions.length === 0 || caller.allowedActions.includes(action);
}

export function notPermitted(action: string): PlatformFailure {
	return new PlatformFailure(403, 'OperationNotPermitted', notPermittedText(action));
}

export function notPermittedText(action: string): string {
	return `You do not have permission to perform this operation (${action}).`;
}

/** Checks Authorization headers as the backend does: crates/local_backend/src/authentication.rs, crates/authentication. */
export class Authenticator {
	/** Keys that may do only some things. */
	private readonly restrictedKeys = new Map<string, string[]>();

	constructor(
		readonly deployKey: string,
		private readonly keys: TestKeys,
		private readonly providers: AuthProvider[],
		readonly clock: Clock,
	) {}

	/** Makes a deploy key that may do only the actions named. */
	createKey(allowedActions: string[]): string {
		const key = `${this.deployKey}${this.restrictedKeys.size}`;
		this.restrictedKeys.set(key, allowedActions);
		return key;
	}

	/** A user's token of the sample app's provider, valid unless the claims say otherwise. */
	async signToken(claims: JWTPayload, header?: TokenHeader): Promise<string> {
		return await this.keys.signToken(claims, header);
	}

	async identify(authorization: string | undefined): Promise<Caller> {
		if (authorization === undefined) return { kind: 'anonymous' };
		if (authorization.length < 7) {
			throw new PlatformFailure(400, 'InvalidHeaderFailure', 'Invalid authentication header');
		}
		if (/^convex /i.test(authorization)) return this.identifyAdmin(authorization.slice(7));
		if (/^bearer /i.test(authorization)) {
			return await this.identifyUser(authorization.slice(7).trim());
		}
		throw new PlatformFailure(400, 'InvalidAdminKey', 'Invalid admin key');
	}

	async identifyAdminOnly(authorization: string | undefined): Promise<Caller> {
		const caller = await this.identify(authorization);
		if (caller.kind !== 'admin' && caller.kind !== 'actingUser') throw badDeployKey();
		return caller;
	}

	private identifyAdmin(text: string): Caller {
		const withoutType = text.replace(/^[^|]*:([^|:]*\|)/, '$1');
		const [key, actingUser] = withoutType.split(/:(.*)/s);
		const identity = actingUser === undefined ? undefined : parseActingUser(actingUser);
		const allowedActions = key === this.deployKey ? [] : this.restrictedKeys.get(key ?? '');
		if (allowedActions === undefined) {
			throw new PlatformFailure(
				401,
				'BadAdminKey',
				'The provided admin key was invalid for this instance',
			);
		}
		return identity === undefined
			? { kind: 'admin', allowedActions }
			: { kind: 'actingUser', identity, allowedActions };
	}

	private async identifyUser(token: string): Promise<Caller> {
		const claims = await verifyToken(token, this.providers, this.clock.now());
		return { kind: 'user', identity: identityOfClaims(claims) };
	}
}

/** Claims about the token itself are not the user's. */
const TOKEN_CLAIMS = new Set(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'fva']);

function identityOfClaims(claims: JWTPayload): UserIdentity {
	const { iss, sub } = claims;
	const custom: UserIdentity = JSON.parse(JSON.stringify(claims));
	for (const claim of TOKEN_CLAIMS) delete custom[claim];
	return { ...custom, issuer: iss, subject: sub, tokenIdentifier: `${iss}|${sub}` };
}

function parseActingUser(base64: string): UserIdentity {
	const malformed = new PlatformFailure(
		400,
		'HeaderParseFailure',
		'Malformed Authorization header.',
	);
	try {
		return actingUser.parse(JSON.parse(Buffer.from(base64, 'base64').toString('utf8')));
	} catch {
		throw malformed;
	}
}
