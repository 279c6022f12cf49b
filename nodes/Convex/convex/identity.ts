import { describeType, isPlainObject } from './arguments';
import { inputFailure } from './failure';
import { parseJsonText } from './jsonText';

/** A user for whom an administrator's call is made; `ctx.auth.getUserIdentity()` gives it. */
export type UserIdentity = Record<string, unknown>;

const IDENTITY_HELP =
	'Give \'tokenIdentifier\', or both \'issuer\' and \'subject\', as your sign-in provider has them, e.g. {"issuer": "https://clerk.example.com", "subject": "user_123", "name": "Ada"}.';

/**
 * Checks the identity of a user to act as (convex-backend crates/convex/sync_types/src/types/json.rs:
 * `tokenIdentifier`, or `issuer` and `subject`; all other attributes are optional).
 *
 * @param subject the option in a sentence
 * @throws ConvexFailure (`input`) naming the option
 */
export function parseUserIdentity(subject: string, value: unknown): UserIdentity {
	const identity = typeof value === 'string' ? parseJsonText(subject, value) : value;
	if (!isPlainObject(identity)) {
		throw inputFailure(`${subject} is ${describeType(identity)}, not an object`, IDENTITY_HELP);
	}
	const { tokenIdentifier, issuer, subject: userId } = identity;
	if (isText(tokenIdentifier)) return identity;
	if (isText(issuer) && isText(userId)) {
		return { ...identity, tokenIdentifier: `${issuer}|${userId}` };
	}
	throw inputFailure(`${subject} does not say which user`, IDENTITY_HELP);
}

/** How an identity travels behind the deploy key in the Authorization header. */
export function encodeIdentity(identity: UserIdentity): string {
	return Buffer.from(JSON.stringify(identity), 'utf8').toString('base64');
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}
