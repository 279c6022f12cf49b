import { decodeJwt } from 'jose';
import type { Authenticator, Caller } from '../identity';
import { PlatformFailure } from '../platformFailure';
import type { Authenticate } from './clientMessage';
import { asPlatformFailure, AuthUpdateFailure } from './ending';

/** Who a client is. */
export interface SyncIdentity {
	caller: Caller;
	/** As an Authorization header would have them; undefined for nobody. */
	credentials?: string;
	/** When a user's token ends. */
	expiresAtMs?: number;
}

export const ANONYMOUS: SyncIdentity = { caller: { kind: 'anonymous' } };

const MS_PER_SECOND = 1000;

/** Checks what clients authenticate with over the socket. */
export class SyncAuthenticator {
	/** Valid credentials that are refused from now on. */
	private readonly expired = new Set<string>();

	constructor(private readonly authenticator: Authenticator) {}

	/** @throws AuthUpdateFailure when they are refused */
	async identify(message: Authenticate): Promise<SyncIdentity> {
		const credentials = authorizationOf(message);
		if (credentials === undefined) return ANONYMOUS;
		if (this.expired.has(credentials)) throw refused(expiredFailure(message));
		const caller = await this.authenticator.identify(credentials).catch((error: unknown) => {
			throw refused(asPlatformFailure(error));
		});
		const expiresAtMs = message.tokenType === 'User' ? expiryOf(message.value) : undefined;
		return { caller, credentials, ...(expiresAtMs !== undefined && { expiresAtMs }) };
	}

	/**
	 * Revokes credentials.
	 *
	 * @returns how the connection that uses them ends, or undefined for nobody's
	 */
	expire({ caller, credentials }: SyncIdentity): PlatformFailure | undefined {
		if (credentials === undefined) return undefined;
		this.expired.add(credentials);
		return caller.kind === 'user' ? tokenExpired() : refused(invalidKey());
	}

	/** @throws PlatformFailure when a user's token ended: crates/sync/src/state.rs `identity` */
	checkExpiry({ expiresAtMs }: SyncIdentity): void {
		const nowMs = this.authenticator.clock.now();
		if (expiresAtMs !== undefined && nowMs >= expiresAtMs) throw tokenExpired();
	}

	forget(): void {
		this.expired.clear();
	}
}

function tokenExpired(): PlatformFailure {
	return new PlatformFailure(401, 'TokenExpired', 'Convex token identity expired');
}

function invalidKey(): PlatformFailure {
	return new PlatformFailure(
		401,
		'BadAdminKey',
		'The provided admin key was invalid for this instance',
	);
}

function expiredFailure({ tokenType }: Authenticate): PlatformFailure {
	return tokenType === 'User'
		? new PlatformFailure(
				401,
				'InvalidAuthHeader',
				'Could not validate token: Token expired 6 seconds ago',
			)
		: invalidKey();
}

/** crates/sync/src/worker.rs `authentication_update_error`: not for failures of the platform. */
function refused(failure: PlatformFailure): PlatformFailure {
	const { httpStatus, code, message } = failure;
	if (![400, 401, 403].includes(httpStatus)) return failure;
	return new AuthUpdateFailure(httpStatus, code, message);
}

/** The same as a header: crates/authentication/src/lib.rs `token_to_authorization_header`. */
function authorizationOf(message: Authenticate): string | undefined {
	switch (message.tokenType) {
		case 'User':
			return `Bearer ${message.value}`;
		case 'Admin': {
			const { value, impersonating } = message;
			if (impersonating === undefined || impersonating === null) return `Convex ${value}`;
			const user = Buffer.from(JSON.stringify(impersonating)).toString('base64');
			return `Convex ${value}:${user}`;
		}
		case 'None':
			return undefined;
	}
}

function expiryOf(token: string): number | undefined {
	const { exp } = decodeJwt(token);
	return exp === undefined ? undefined : exp * MS_PER_SECOND;
}
