import axios from 'axios';
import { useSecondApp } from '../support/secondApp';

/** Whom an app with several sign-in providers lets in, and what it says to the others. */
const convex = useSecondApp();

const first = { iss: 'https://one.test', aud: 'first' };
const now = () => Math.floor(Date.now() / 1000);

async function whoami(claims: object, header?: { kid?: string }) {
	const token = await convex.deployment.signToken({ sub: 'ada', ...claims }, header);
	const body = { path: 'auth:whoami', args: {} };
	const { data } = await axios.post(`${convex.deployment.url}/api/query`, body, {
		headers: { Authorization: `Bearer ${token}` },
		validateStatus: () => true,
	});
	return data.value ?? data;
}

it('accepts a token of each provider, whatever its audience where none is configured', async () => {
	expect(await whoami(first)).toBe('https://one.test|ada');
	expect(await whoami({ iss: 'https://two.test', aud: 'anything' })).toBe('https://two.test|ada');
	expect(await whoami({ iss: 'https://two.test', aud: undefined })).toBe('https://two.test|ada');
});

it('lists the configured providers to a token that matches none', async () => {
	const failure = {
		code: 'NoAuthProvider',
		message:
			"No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [CustomJWT(issuer=https://one.test, app_id=first), CustomJWT(issuer=https://two.test, app_id=none), CustomJWT(issuer=https://broken.test, app_id=none)]",
	};
	expect(await whoami({ iss: 'https://three.test' })).toEqual(failure);
	expect(await whoami({ ...first, aud: 'second' })).toEqual(failure);
	expect(await whoami({ ...first, aud: undefined })).toEqual(failure);
});

it.each([
	['without a key id', {}, "Could not decode token. JWT may be missing a 'kid' (key ID) header."],
	[
		'with an unknown key id',
		{ kid: 'other' },
		"Could not decode token. The JWT's 'kid' (key ID) header is 'other', does this key match any key in the provider's JWKS?",
	],
])('refuses a token %s', async (_case, header, message) => {
	expect(await whoami(first, header)).toEqual({ code: 'InvalidAuthHeader', message });
});

it('refuses a token that expired, and says how long ago', async () => {
	expect(await whoami({ ...first, exp: now() - 60 })).toEqual({
		code: 'InvalidAuthHeader',
		message: expect.stringMatching(/^Could not validate token: Token expired \d+ seconds ago$/),
	});
});

it('refuses a token that is issued more than five seconds from now', async () => {
	expect(await whoami({ ...first, iat: now() + 3 })).toBe('https://one.test|ada');
	expect(await whoami({ ...first, iat: now() + 600 })).toEqual({
		code: 'InvalidAuthHeader',
		message: expect.stringMatching(
			/^Could not validate token: Token will be valid in \d+ seconds$/,
		),
	});
});

it('refuses every token of a provider whose keys it cannot read', async () => {
	expect(await whoami({ iss: 'https://broken.test' })).toEqual({
		code: 'InvalidAuthHeader',
		message:
			"Invalid JWKS response body from 'data:text/plain,no%20keys'. The response is not valid JSON or doesn't match the expected JWKS format.",
	});
});
