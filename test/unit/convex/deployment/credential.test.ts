import { parseCredential } from '../../../../nodes/Convex/convex/deployment/credential';
import { expectRefusal, failureOf } from '../../refusal';

const DEPLOYMENT = 'happy-animal-123';
const deploymentUrl = `https://${DEPLOYMENT}.convex.cloud`;
const DEPLOY_KEY = 'prod:happy-animal-123|eyJ2MiI6ImE1In0=';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln-bmF0_dXJl';

const withToken = (token: unknown) => ({ deploymentUrl, authentication: 'bearerToken', token });
const withKey = (token: unknown) => ({ deploymentUrl, authentication: 'deployKey', token });

describe('a credential', () => {
	it('without authentication sends no secret, also when one is still stored', () => {
		expect(parseCredential({ deploymentUrl, authentication: 'none', token: DEPLOY_KEY })).toEqual({
			deploymentUrl,
			siteUrl: 'https://happy-animal-123.convex.site',
			authentication: 'none',
			authorization: undefined,
			keyDeploymentName: undefined,
		});
	});

	it('with a bearer token sends it as a bearer token', () => {
		expect(parseCredential(withToken(JWT))).toEqual({
			deploymentUrl,
			siteUrl: 'https://happy-animal-123.convex.site',
			authentication: 'bearerToken',
			authorization: `Bearer ${JWT}`,
			keyDeploymentName: undefined,
		});
	});

	it('with a deploy key sends it as Convex expects and knows its deployment', () => {
		expect(parseCredential(withKey(DEPLOY_KEY))).toEqual({
			deploymentUrl,
			siteUrl: 'https://happy-animal-123.convex.site',
			authentication: 'deployKey',
			authorization: `Convex ${DEPLOY_KEY}`,
			keyDeploymentName: DEPLOYMENT,
		});
	});

	it.each([`Bearer ${JWT}`, `bearer ${JWT}`, `  BEARER   ${JWT}\n`, ` ${JWT} `])(
		'takes the pasted token %j',
		(pasted) => {
			expect(parseCredential(withToken(pasted)).authorization).toBe(`Bearer ${JWT}`);
		},
	);

	it.each([`Convex ${DEPLOY_KEY}`, `convex ${DEPLOY_KEY}`, `\tCONVEX  ${DEPLOY_KEY} \r\n`])(
		'takes the pasted key %j',
		(pasted) => {
			expect(parseCredential(withKey(pasted)).authorization).toBe(`Convex ${DEPLOY_KEY}`);
		},
	);

	it.each([
		`CONVEX_DEPLOY_KEY=${DEPLOY_KEY}`,
		`CONVEX_DEPLOY_KEY="${DEPLOY_KEY}"`,
		`CONVEX_DEPLOY_KEY = '${DEPLOY_KEY}'`,
		`export CONVEX_DEPLOY_KEY=${DEPLOY_KEY};`,
		`CONVEX_SELF_HOSTED_ADMIN_KEY='${DEPLOY_KEY}'`,
		`"CONVEX_DEPLOY_KEY": "${DEPLOY_KEY}",`,
		`"${DEPLOY_KEY}"`,
		`'${DEPLOY_KEY}'`,
		`\`${DEPLOY_KEY}\``,
		`“${DEPLOY_KEY}”`,
		`  "${DEPLOY_KEY}",\n`,
		`" ${DEPLOY_KEY} "`,
		`${DEPLOY_KEY},`,
		`Authorization: Convex ${DEPLOY_KEY}`,
		`"Authorization": "Convex ${DEPLOY_KEY}",`,
		`"Authorization: Convex ${DEPLOY_KEY}"`,
		`Convex "${DEPLOY_KEY}"`,
	])('takes the key out of what was pasted along: %j', (pasted) => {
		expect(parseCredential(withKey(pasted))).toMatchObject({
			authorization: `Convex ${DEPLOY_KEY}`,
			keyDeploymentName: DEPLOYMENT,
		});
	});

	it.each([`Authorization: Bearer ${JWT}`, `"${JWT}"`, `TOKEN=${JWT}`, `"token": "${JWT}",`])(
		'takes the token out of what was pasted along: %j',
		(pasted) => {
			expect(parseCredential(withToken(pasted)).authorization).toBe(`Bearer ${JWT}`);
		},
	);

	it.each(['eyJ2MiI6ImE1In0=', 'AB==', 'name|a+/b==', 'a=', 'x'.repeat(16_384)])(
		'changes nothing of the key %.20s',
		(key) => {
			expect(parseCredential(withKey(key)).authorization).toBe(`Convex ${key}`);
		},
	);

	it('checks its URLs', () => {
		expect(
			parseCredential({
				deploymentUrl: ' http://127.0.0.1:3210/api/ ',
				siteUrl: 'http://127.0.0.1:3210/http/',
				authentication: 'none',
			}),
		).toMatchObject({
			deploymentUrl: 'http://127.0.0.1:3210',
			siteUrl: 'http://127.0.0.1:3210/http',
		});
		expectRefusal(
			() => parseCredential({ authentication: 'none' }),
			"The credential's 'Deployment URL' is empty",
			/^Paste the deployment URL/,
		);
		expectRefusal(
			() => parseCredential({ deploymentUrl, siteUrl: 'mine', authentication: 'none' }),
			"The credential's 'Site URL' is not a URL",
			/^Paste the HTTP Actions URL/,
		);
	});

	it('has no site URL for a custom domain', () => {
		const fields = { deploymentUrl: 'https://api.example.com', authentication: 'none' };
		expect(parseCredential(fields).siteUrl).toBeUndefined();
	});
});

describe('the deployment that a key names', () => {
	it.each([
		['prod:happy-animal-123|eyJ2', 'happy-animal-123'],
		['dev:happy-animal-123|eyJ2', 'happy-animal-123'],
		['custom:happy-animal-123|eyJ2', 'happy-animal-123'],
		['preview:happy-animal-123|eyJ2', 'happy-animal-123'],
		['preview:team:project|eyJ2', undefined],
		['project:team:project|eyJ2', undefined],
		// The name of a self-hosted instance says nothing about its address.
		['bold-hyena-681|01c2', undefined],
		['eyJ2MiI6ImE1In0=', undefined],
	])('of %s is %s', (key, name) => {
		expect(parseCredential(withKey(key)).keyDeploymentName).toBe(name);
	});
});

describe('a credential that is not complete', () => {
	it.each([undefined, '', 'basic', 'toString', 1])(
		'is refused for the authentication %j',
		(authentication) => {
			expectRefusal(
				() => parseCredential({ deploymentUrl, authentication, token: DEPLOY_KEY }),
				"The credential's 'Authentication' is not set",
				/^Open the credential and choose 'None', 'Bearer Token' or 'Deploy Key'\.$/,
			);
		},
	);

	it.each([
		['Bearer Token', withToken('')],
		['Bearer Token', withToken(' \n')],
		['Bearer Token', withToken(undefined)],
		['Deploy Key', withKey('')],
		['Deploy Key', withKey(17)],
	])('is refused without its %s', (field, fields) => {
		expectRefusal(
			() => parseCredential(fields),
			`The credential's '${field}' is empty`,
			/^Paste the value, or set 'Authentication' to 'None' for public functions/,
		);
	});

	it.each([DEPLOY_KEY, `Bearer ${DEPLOY_KEY}`, 'bold-hyena-681|01c2'])(
		'is refused for the deploy key %j in the place of a token',
		(token) => {
			expectRefusal(
				() => parseCredential(withToken(token)),
				"The credential's 'Bearer Token' looks like a deploy key",
				/^Set 'Authentication' to 'Deploy Key', or paste a user's JSON Web Token\.$/,
			);
		},
	);

	it.each([JWT, `Bearer ${JWT}`, `"${JWT}"`, `${JWT.split('.').slice(0, 2).join('.')}.`])(
		'is refused for the token %j in the place of a deploy key',
		(token) => {
			expectRefusal(
				() => parseCredential(withKey(token)),
				"The credential's 'Deploy Key' looks like a user's JSON Web Token",
				/^Set 'Authentication' to 'Bearer Token', or paste a deploy key\. On the Convex dashboard/,
			);
		},
	);

	it.each(['dev:happy-animal-123', 'CONVEX_DEPLOYMENT=prod:happy-animal-123'])(
		'is refused for the name of a deployment in the place of a key: %j',
		(name) => {
			expectRefusal(
				() => parseCredential(withKey(name)),
				"The credential's 'Deploy Key' is only the name of a deployment",
				/^A deploy key continues with | and more after the name/,
			);
		},
	);

	it.each([`"${DEPLOY_KEY}`, `${DEPLOY_KEY}"`, `"${DEPLOY_KEY}'`, `a"b|c`, `‘${DEPLOY_KEY}`])(
		'is refused for a quotation mark that stands alone: %j',
		(key) => {
			expectRefusal(
				() => parseCredential(withKey(key)),
				"The credential's 'Deploy Key' contains quotation marks",
				/^Paste the value alone, without the quotation marks around it\.$/,
			);
		},
	);

	it.each([
		['Bearer Token', withToken(`${JWT} ${JWT}`)],
		['Bearer Token', withToken(`eyJhbGci\nOiJSUzI1NiJ9`)],
		['Deploy Key', withKey(`prod:happy-animal-123|\n${JWT}`)],
		['Deploy Key', withKey('prod:happy-animal-123|ey J2')],
		['Deploy Key', withKey('prod:happy-animal-123|ey\u200bJ2')],
		['Deploy Key', withKey('prod:happy-animal-123|eyJ2…')],
		['Deploy Key', withKey('prod:happy-animal-123|ey\u0000J2')],
	])('is refused for blanks and strange characters in its %s', (field, fields) => {
		expectRefusal(
			() => parseCredential(fields),
			`The credential's '${field}' contains blanks, line breaks or other characters that no key has`,
			/^Copy the value once more, whole and on one line\.$/,
		);
	});

	it.each([
		['Bearer Token', withToken(`${JWT}${'x'.repeat(16_385 - JWT.length)}`)],
		['Deploy Key', withKey('x'.repeat(16_385))],
	])('is refused for more characters in its %s than a request can carry', (field, fields) => {
		expectRefusal(
			() => parseCredential(fields),
			`The credential's '${field}' has 16385 characters, more than a request can carry`,
			/^Copy the value once more, and nothing else\.$/,
		);
	});

	const secret = 's3cr3t';
	it.each([
		['has a blank in its token', withToken(`${secret} ${secret}`)],
		['has a blank in its key', withKey(`prod:${secret}|a ${secret}`)],
		['has a key for a token', withToken(`prod:a|${secret}`)],
		['has no authentication', { deploymentUrl, token: secret }],
		['has no URL', { authentication: 'deployKey', token: secret }],
		['has a password in its URL', { deploymentUrl: `https://ada:${secret}@a.test` }],
		['has a password in its site URL', { deploymentUrl, siteUrl: `https://${secret}@a.test` }],
		['has a key in the place of the URL', { deploymentUrl: `prod:a|${secret}` }],
		['has a key in the place of the site URL', { deploymentUrl, siteUrl: `prod:a|${secret}` }],
		['has a key in its URL', { deploymentUrl: `https://a.convex.site/?adminKey=${secret}` }],
	])('never shows the secret when it %s', (_what, fields) => {
		const failure = failureOf(() => parseCredential(fields));
		expect(`${failure.message} ${failure.description}`).not.toContain(secret);
		expect(JSON.stringify(failure)).not.toContain(secret);
	});
});

describe('a pasted scheme', () => {
	const deploymentUrl = 'https://a.convex.cloud';
	const parse = (authentication: string, token: string) =>
		parseCredential({ deploymentUrl, authentication, token });

	it.each([
		['bearerToken', 'Bearer '],
		['bearerToken', 'Bearer'],
		['deployKey', 'Convex'],
	])('alone is no %s', (authentication, token) => {
		expect(() => parse(authentication, token)).toThrow(/is empty$/);
	});

	it('of the other kind is left out too', () => {
		expect(parse('deployKey', 'Bearer prod:x|s').authorization).toBe('Convex prod:x|s');
		expect(() => parse('bearerToken', 'Convex prod:x|s')).toThrow(/looks like a deploy key/);
	});
});
