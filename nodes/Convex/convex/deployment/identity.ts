import { MAX_NESTING, nestedTooDeep } from '../values/encodeArguments';
import { describeType, isPlainObject } from '../values/plainObject';
import { readsLikeExpression } from '../values/expressionText';
import { checkJsonData, sentAs } from '../values/jsonData';
import { quote } from '../values/quote';
import { inputFailure, type ConvexFailure } from '../failure';
import { adviceOutsideArguments, parseJsonText } from '../values/jsonText';

/** A user for whom an administrator's call is made; `ctx.auth.getUserIdentity()` gives it. */
export type UserIdentity = Record<string, unknown>;

const IDENTITY_HELP =
	'Give \'tokenIdentifier\', or both \'issuer\' and \'subject\', as your sign-in provider has them, e.g. {"issuer": "https://clerk.example.com", "subject": "user_123", "name": "Ada"}.';

const JSON_ADVICE = adviceOutsideArguments(IDENTITY_HELP);

const BOOLEAN_ATTRIBUTES = ['emailVerified', 'phoneNumberVerified'];

const IDENTIFYING_ATTRIBUTES = ['tokenIdentifier', 'issuer', 'subject'];

const TEXT_ATTRIBUTES = [
	...IDENTIFYING_ATTRIBUTES,
	'name',
	'givenName',
	'familyName',
	'nickname',
	'preferredUsername',
	'profileUrl',
	'pictureUrl',
	'websiteUrl',
	'email',
	'gender',
	'birthday',
	'timezone',
	'language',
	'phoneNumber',
	'address',
	'updatedAt',
];

/**
 * Checks the identity of a user to act as (convex-backend crates/convex/sync_types/src/types/json.rs
 * `UserIdentityAttributesJson`: `tokenIdentifier`, or `issuer` and `subject`; all other attributes are
 * optional, those it knows have a type, those of the app have any).
 *
 * @param subject the option in a sentence
 * @throws ConvexFailure (`input`) naming the option, and the attribute where it is one
 */
export function parseUserIdentity(subject: string, value: unknown): UserIdentity {
	const identity = typeof value === 'string' ? parseJsonText(subject, value, JSON_ADVICE) : value;
	if (!isPlainObject(identity)) {
		throw inputFailure(`${subject} is ${describeType(identity)}, not an object`, IDENTITY_HELP);
	}
	checkEvaluated(subject, identity);
	checkJsonData(subject, identity, { levels: MAX_NESTING, tooDeep: nestedTooDeep });
	const identified = withTokenIdentifier(subject, identity);
	checkAttributes(subject, identified);
	return identified;
}

/**
 * The same for attributes that are all written as text: those that are boolean in Convex are converted.
 *
 * @throws ConvexFailure (`input`) naming the option, and the attribute where it is one
 */
export function parseUserAttributes(
	subject: string,
	attributes: Array<[name: string, value: unknown]>,
): UserIdentity {
	const identity = attributes.map(([name, value]) => {
		if (value === undefined || value === null) throw withoutValue(subject, name);
		return [name, BOOLEAN_ATTRIBUTES.includes(name) ? booleanOf(value) : value];
	});
	return parseUserIdentity(subject, Object.fromEntries(identity));
}

function booleanOf(value: unknown): unknown {
	const text = typeof value === 'string' ? value.trim() : value;
	if (text === 'true') return true;
	return text === 'false' ? false : value;
}

function withTokenIdentifier(subject: string, identity: UserIdentity): UserIdentity {
	const { tokenIdentifier, issuer, subject: userId } = identity;
	if (isText(tokenIdentifier)) return identity;
	// Issuer and subject may be those of another user.
	const isNothing = tokenIdentifier === undefined || tokenIdentifier === null;
	if (Object.hasOwn(identity, 'tokenIdentifier') && (isNothing || tokenIdentifier === '')) {
		throw withoutValue(subject, 'tokenIdentifier');
	}
	checkAttributes(subject, identity);
	if (isText(issuer) && isText(userId)) {
		return { ...identity, tokenIdentifier: `${issuer}|${userId}` };
	}
	throw inputFailure(`${subject} does not say which user`, IDENTITY_HELP);
}

/** A user called as an expression is written is nobody. */
function checkEvaluated(subject: string, identity: UserIdentity): void {
	for (const [name, value] of Object.entries(identity)) {
		if (typeof value !== 'string' || !readsLikeExpression(value)) continue;
		throw inputFailure(
			`${subject} gives the attribute ${quote(name)} as an expression that was not evaluated`,
			'Set the field to Expression. In a workflow that is written as code, put = in front of the text.',
		);
	}
}

/** Without an attribute that is meant to be there, the call would be made as somebody else. */
function withoutValue(subject: string, name: string): ConvexFailure {
	return inputFailure(
		`${subject} gives the attribute ${quote(name)} no value`,
		'Correct the expression that gives it, or leave the attribute out.',
	);
}

/** The deployment would end the connection for one of a wrong type, with all that goes over it. */
function checkAttributes(subject: string, identity: UserIdentity): void {
	const check = (names: string[], type: 'string' | 'boolean', wanted: string) => {
		for (const name of names) {
			const value = sentAs(identity[name]);
			if (value === undefined || value === null || typeof value === type) continue;
			throw inputFailure(
				`${subject} gives the attribute '${name}' as ${describeType(value)}, not as ${wanted}`,
				IDENTIFYING_ATTRIBUTES.includes(name)
					? `Convex has '${name}' as text. Put it in quotes, or apply .toString() to it in an expression.`
					: `Convex has '${name}' as ${wanted}. Correct it, leave it out, or give it another name.`,
			);
		}
	};
	check(TEXT_ATTRIBUTES, 'string', 'text');
	check(BOOLEAN_ATTRIBUTES, 'boolean', 'true or false');
}

/** How an identity travels behind the deploy key in the Authorization header. */
export function encodeIdentity(identity: UserIdentity): string {
	return Buffer.from(JSON.stringify(identity), 'utf8').toString('base64');
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}
