import {
	parseCredential,
	ACTING_USER_FIELD,
} from '../../../../nodes/Convex/convex/deployment/credential';
import {
	encodeIdentity,
	parseUserAttributes,
	parseUserIdentity,
} from '../../../../nodes/Convex/convex/deployment/identity';
import { expectRefusal, failureOf } from '../../refusal';

const SUBJECT = "The option 'Act as User'";
const parse = (value: unknown) => parseUserIdentity(SUBJECT, value);
const HELP =
	/^Give 'tokenIdentifier', or both 'issuer' and 'subject', as your sign-in provider has them, e\.g\. \{/;

const ADA = { issuer: 'https://clerk.example.com', subject: 'user_123' };

/** What the deployment reads from an encoded identity. */
const decoded = (encoded: string): unknown =>
	JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));

describe('the user to act as', () => {
	it('may be named by the token identifier alone', () => {
		expect(parse({ tokenIdentifier: 'https://a.test|ada' })).toEqual({
			tokenIdentifier: 'https://a.test|ada',
		});
	});

	it('gets the token identifier of Convex from issuer and subject', () => {
		expect(parse(ADA)).toEqual({
			...ADA,
			tokenIdentifier: 'https://clerk.example.com|user_123',
		});
	});

	it('keeps the token identifier that is given beside issuer and subject', () => {
		const identity = { ...ADA, tokenIdentifier: 'mine' };
		expect(parse(identity)).toEqual(identity);
	});

	it.each(['', null, undefined])('with the token identifier %j gets no other one', (nothing) => {
		for (const identity of [{ tokenIdentifier: nothing }, { ...ADA, tokenIdentifier: nothing }]) {
			expectRefusal(
				() => parse(identity),
				`${SUBJECT} gives the attribute 'tokenIdentifier' no value`,
				/^Correct the expression that gives it, or leave the attribute out\.$/,
			);
		}
		expectRefusal(
			() => parse({ ...ADA, tokenIdentifier: 5 }),
			`${SUBJECT} gives the attribute 'tokenIdentifier' as a number, not as text`,
			/^Convex has/,
		);
	});

	it('has a value for each attribute that is named in the form', () => {
		const message = `${SUBJECT} gives the attribute 'organization' no value`;
		for (const nothing of [undefined, null]) {
			const attributes = Object.entries({ ...ADA, organization: nothing });
			expectRefusal(() => parseUserAttributes(SUBJECT, attributes), message, /^Correct/);
		}
	});

	it('keeps all other attributes, also those of the app', () => {
		const attributes = {
			name: 'Ada Lovelace',
			email: 'ada@example.com',
			emailVerified: true,
			phoneNumberVerified: false,
			updatedAt: '2026-01-31T00:00:00Z',
			role: 'admin',
			org: { id: 7, teams: ['a', null] },
		};
		expect(parse({ ...ADA, ...attributes })).toMatchObject({ ...ADA, ...attributes });
	});

	it.each([
		['email', 5, 'a number', 'text'],
		['name', { given: 'Ada' }, 'an object', 'text'],
		['updatedAt', 1_700_000_000, 'a number', 'text'],
		['emailVerified', 'true', 'text', 'true or false'],
		['phoneNumberVerified', 1, 'a number', 'true or false'],
	])('has no %s %j: Convex would refuse it', (attribute, value, type, wanted) => {
		expectRefusal(
			() => parse({ ...ADA, [attribute]: value }),
			`${SUBJECT} gives the attribute '${attribute}' as ${type}, not as ${wanted}`,
			/^Convex has '\w+' as/,
		);
	});

	it.each(['issuer', 'subject'])('cannot be a number: the attribute %s is named', (name) => {
		expectRefusal(
			() => parse({ ...ADA, [name]: 123 }),
			`${SUBJECT} gives the attribute '${name}' as a number, not as text`,
			/^Convex has '\w+' as text\. Put it in quotes, or apply \.toString\(\) to it in an expression\.$/,
		);
	});

	it.each<[value: unknown, words: string]>([
		[1n, 'is a bigint that JSON does not have'],
		[Number.NaN, 'is a number that JSON does not have'],
		[new Map(), 'is a Map object that JSON does not have'],
		[new Date(Number.NaN), 'is an invalid date'],
		['Invalid DateTime', 'is an invalid date'],
		['cut \ud83d', 'contains half of a Unicode character'],
		[{ 'cut \ud83d': 1 }, 'contains half of a Unicode character'],
	])('has no attribute that would not arrive: %p', (value, words) => {
		expect(failureOf(() => parse({ ...ADA, org: { since: [value] } })).message).toBe(
			`${SUBJECT}: 'org.since[0]' ${words}`,
		);
	});

	it.each(['issuer', 'subject'])('beside a token identifier has no %s that is no text', (name) => {
		expectRefusal(
			() => parse({ tokenIdentifier: 'a|b', [name]: 5 }),
			`${SUBJECT} gives the attribute '${name}' as a number, not as text`,
			/./,
		);
	});

	it('as an object may leave attributes open, or have a date from an expression', () => {
		const updatedAt = new Date(0);
		const attributes = { name: null, email: undefined, emailVerified: null, updatedAt };
		expect(parse({ ...ADA, ...attributes })).toMatchObject({ ...ADA, updatedAt });
	});

	it('written as text has its yes and no where Convex has it', () => {
		const user = parseUserAttributes(SUBJECT, [
			['tokenIdentifier', 'a|b'],
			['emailVerified', 'true'],
			['phoneNumberVerified', ' false'],
			['role', 'true'],
		]);
		expect(user).toEqual({
			tokenIdentifier: 'a|b',
			emailVerified: true,
			phoneNumberVerified: false,
			role: 'true',
		});
		expectRefusal(
			() => parseUserAttributes(SUBJECT, [...Object.entries(ADA), ['emailVerified', 'yes']]),
			`${SUBJECT} gives the attribute 'emailVerified' as text, not as true or false`,
			/./,
		);
	});

	it('may be JSON text', () => {
		expect(parse(` ${JSON.stringify(ADA)}\n`)).toEqual(parse(ADA));
	});

	it('may come from an expression, and is not changed there', () => {
		const foreign = structuredClone(ADA);
		expect(parse(foreign).tokenIdentifier).toBe('https://clerk.example.com|user_123');
		expect(foreign).toEqual(ADA);
	});

	it.each([
		[null, 'null'],
		[undefined, 'missing'],
		[5, 'a number'],
		[[ADA], 'an array'],
		['"user_123"', 'text'],
		['null', 'null'],
		['[]', 'an array'],
		[new Map(), 'a Map object'],
	])('is not %p', (value, kind) => {
		expectRefusal(() => parse(value), `${SUBJECT} is ${kind}, not an object`, HELP);
	});

	it.each([
		[{}],
		[{ name: 'Ada' }],
		[{ issuer: ADA.issuer }],
		[{ subject: ADA.subject }],
		[{ ...ADA, issuer: '' }],
		[{ ...ADA, subject: '' }],
		['{"name": "Ada"}'],
	])('is not said by %j', (value) => {
		expectRefusal(() => parse(value), `${SUBJECT} does not say which user`, HELP);
	});

	it('is refused where its JSON is broken, and the place is named', () => {
		expectRefusal(
			() => parse('{"issuer": }'),
			`${SUBJECT} is not valid JSON: value expected at line 1, column 12`,
			/^Check quotes/,
		);
		expectRefusal(() => parse(' '), `${SUBJECT} is empty`, /^Give 'tokenIdentifier', or both/);
	});
});

describe('an encoded identity', () => {
	it('is base64 of its JSON', () => {
		expect(encodeIdentity({ tokenIdentifier: 'a|b' })).toBe('eyJ0b2tlbklkZW50aWZpZXIiOiJhfGIifQ==');
	});

	it.each(['Grüße 👋', '李', 'ÿ'.repeat(100), 'a"b\\c\nd'])(
		'comes back as it was, with the name %j',
		(name) => {
			const identity = parse({ ...ADA, name, more: { list: [1, true, null] } });
			const encoded = encodeIdentity(identity);
			expect(encoded).toMatch(/^[A-Za-z0-9+/]+=*$/);
			expect(decoded(encoded)).toEqual(identity);
		},
	);
});

describe('a credential with a user to act as', () => {
	const deployment = 'happy-animal-123';
	const deploymentUrl = `https://${deployment}.convex.cloud`;
	const actingUser = encodeIdentity(parse(ADA));
	const authorizationOf = (authentication: string, token: string, user: unknown) =>
		parseCredential({ deploymentUrl, authentication, token, [ACTING_USER_FIELD]: user });

	it('sends the identity behind the deploy key', () => {
		expect(authorizationOf('deployKey', ' Convex prod:happy-animal-123|abc= ', actingUser)).toEqual(
			{
				deploymentUrl,
				siteUrl: 'https://happy-animal-123.convex.site',
				authentication: 'deployKey',
				authorization: `Convex prod:happy-animal-123|abc=:${actingUser}`,
				keyDeploymentName: deployment,
			},
		);
	});

	it.each(['', undefined, null, ADA])('sends the key alone where the user is %j', (user) => {
		expect(authorizationOf('deployKey', 'bold-hyena-681|01c2', user).authorization).toBe(
			'Convex bold-hyena-681|01c2',
		);
	});

	it("never sends it beside a user's own token, or without authentication", () => {
		expect(authorizationOf('bearerToken', 'a.b.c', actingUser).authorization).toBe('Bearer a.b.c');
		expect(authorizationOf('none', '', actingUser).authorization).toBeUndefined();
	});
});
