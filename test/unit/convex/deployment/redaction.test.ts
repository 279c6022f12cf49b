import { jsonToConvex, type Value } from 'convex/values';
import {
	ACTING_USER_FIELD,
	parseCredential,
} from '../../../../nodes/Convex/convex/deployment/credential';
import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import { encodeIdentity } from '../../../../nodes/Convex/convex/deployment/identity';
import { Redactor } from '../../../../nodes/Convex/convex/deployment/redaction';

const deploymentUrl = 'https://a.test';
const PART = 'eyJ2MiI6ImE1+/In0_-x9Kq==';
const KEY = `prod:happy-animal-123|${PART}`;
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln-bmF0_dXJl';
const IDENTITY = encodeIdentity({ tokenIdentifier: 'https://issuer.test|ada>?' });

const ofKey = (token: string, fields = {}) =>
	Redactor.of(parseCredential({ deploymentUrl, authentication: 'deployKey', token, ...fields }));
const ofToken = (token: string) =>
	Redactor.of(parseCredential({ deploymentUrl, authentication: 'bearerToken', token }));

const key = ofKey(KEY);
const acting = ofKey(KEY, { [ACTING_USER_FIELD]: IDENTITY });

/** A text in which each character that is no letter or digit is written in another way. */
const written = (text: string, write: (hex: string, character: string) => string) =>
	text.replace(/[^A-Za-z0-9]/g, (character) =>
		write(character.charCodeAt(0).toString(16).padStart(2, '0'), character),
	);

const SPELLINGS: Array<[string, (text: string) => string]> = [
	['as it is', (text) => text],
	['URL-encoded', encodeURIComponent],
	['URL-encoded throughout, in small letters', (text) => written(text, (hex) => `%${hex}`)],
	['URL-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
	['in HTML', (text) => written(text, (hex) => `&#x${hex.toUpperCase()};`)],
	['in HTML with decimal numbers', (text) => written(text, (hex) => `&#${parseInt(hex, 16)};`)],
	['with escaped slashes', (text) => text.replaceAll('/', '\\/')],
	['with Unicode escapes', (text) => written(text, (hex) => `\\u00${hex}`)],
	['in capital Unicode escapes', (text) => written(text, (hex) => `\\u00${hex.toUpperCase()}`)],
	['escaped in JSON in JSON', (text) => written(text, (hex) => `\\\\u00${hex}`)],
	['escaped slashes in JSON in JSON', (text) => text.replaceAll('/', '\\\\\\/')],
];

describe('a redactor', () => {
	it.each(SPELLINGS)('finds every secret %s', (_how, spell) => {
		for (const [redactor, secret] of [
			[key, KEY],
			[key, PART],
			[ofToken(JWT), JWT],
			[acting, IDENTITY],
			[ofKey('bold-hyena-681|01c2d3e4f5a6'), '01c2d3e4f5a6'],
			[ofKey('selfhosted|key'), 'selfhosted|key'],
		] as const) {
			expect(redactor.text(`before "${spell(secret)}" behind`)).toBe('before "[redacted]" behind');
		}
	});

	it('leaves nothing of the acting user behind the key', () => {
		const header = `Authorization: Convex ${KEY}:${IDENTITY}`;
		expect(acting.text(header)).toBe('Authorization: Convex [redacted]:[redacted]');
	});

	it.each([0, 1, 2, 3, 7])('finds a secret in base64 behind %i characters', (count) => {
		for (const secret of [PART, KEY, JWT]) {
			const redactor = secret === JWT ? ofToken(JWT) : key;
			for (const end of ['', '"', '\n}', 'xyz']) {
				for (const encoding of ['base64', 'base64url'] as const) {
					const encoded = Buffer.from(`${'<'.repeat(count)}${secret}${end}`).toString(encoding);
					const redacted = redactor.text(`See ${encoded}.`);
					expect(redacted).toMatch(/^See .*\[redacted\].*\.$/);
					const remaining = Buffer.from(redacted.replace(/See |\[redacted\]|\./g, ''), 'base64');
					expect(remaining.toString('latin1')).not.toContain(secret.slice(-6));
				}
			}
		}
	});

	it('finds all of them in a value, in the names of fields and in bytes too', () => {
		const bytes = Uint8Array.from(Buffer.from(`key=${KEY};`)).buffer;
		const value: Value = { list: [1n, `is ${KEY}`, null], [PART]: true, bytes, twice: KEY + KEY };
		expect(key.value(value)).toEqual({
			list: [1n, 'is [redacted]', null],
			'[redacted]': true,
			bytes: Uint8Array.from(Buffer.from('key=[redacted];')).buffer,
			twice: '[redacted][redacted]',
		});
	});

	it('keeps a field called __proto__ as one', () => {
		const redacted = key.body(`{"__proto__":{"a":1},"b":"${KEY}"}`);
		expect(redacted).toBe('{"__proto__":{"a":1},"b":"[redacted]"}');
	});

	it('finds a secret beside a field called __proto__ as the decoder leaves it', () => {
		const value = jsonToConvex(JSON.parse(`{"__proto__":{"a":1},"b":["${KEY}"]}`));
		expect(JSON.stringify(key.value(value))).toBe('{"b":["[redacted]"]}');
	});

	it('gives back the very same where there is no secret', () => {
		const value: Value = {
			list: [NaN, -0, { a: undefined, text: 'prod:happy-animal-123|' }],
			n: 1n,
		};
		expect(key.value(value)).toBe(value);
		for (const body of ['{"a":-0, "b":1e400,"c":"\\u0041\\/"}', '<html>\\u0041', '', '[1,']) {
			expect(key.body(body)).toBe(body);
		}
	});

	it.each(['short', 'messages', 'admin|abc'])('leaves the short secret %j alone', (secret) => {
		expect(ofKey(secret).text(`the ${secret} stay`)).toBe(`the ${secret} stay`);
	});

	it.each(['-', 'a-', '/+', '-_-_-_-_-_-_-_'])('finds a long secret of %j all over', (marks) => {
		const token = `eyJ.${marks.repeat(16_000 / marks.length)}.x`;
		for (const written of [token, encodeURIComponent(token)]) {
			const text = `before ${written} between ${token.slice(0, -1)} and ${written} behind`;
			expect(ofToken(token).text(text)).toBe(
				`before [redacted] between ${token.slice(0, -1)} and [redacted] behind`,
			);
		}
		const encoded = Buffer.from(`<${token}>`).toString('base64');
		expect(ofToken(token).text(encoded)).toMatch(/^.{2,4}\[redacted\].{2,8}$/);
	});

	it('leaves a name before a key that is no name of a deployment', () => {
		const name = `${'a-'.repeat(5_000)}|`;
		expect(ofKey(name + PART).text(name + PART)).toBe(`${name}[redacted]`);
	});

	it('of a credential without a secret finds nothing', () => {
		const none = Redactor.of(parseCredential({ deploymentUrl, authentication: 'none' }));
		expect(none.text(`${KEY} ${JWT}`)).toBe(`${KEY} ${JWT}`);
	});

	it('finds a secret that the answer escapes throughout', () => {
		const escaped = [...KEY].map(
			(character) => `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
		);
		const body = `{"status":"error","errorMessage":"no: ${escaped.join('')}"}`;
		expect(JSON.parse(key.body(body))).toEqual({ status: 'error', errorMessage: 'no: [redacted]' });
	});

	it('leaves a number a number that has the digits of a secret', () => {
		const digits = ofKey('name|123456789012');
		expect(digits.body('{"value":[123456789012,"123456789012"]}')).toBe(
			'{"value":[123456789012,"[redacted]"]}',
		);
	});

	it('redacts what is no JSON, and what nests too deeply to be read', () => {
		expect(key.body(`<h1>${KEY}</h1>`)).toBe('<h1>[redacted]</h1>');
		const [open, close] = ['['.repeat(200_000), ']'.repeat(200_000)];
		expect(key.body(`${open}"${KEY}"${close}`)).toBe(`${open}"[redacted]"${close}`);
	});

	it('redacts the sentences of a failure', () => {
		const details = { kind: 'network', outcome: 'unknown' } as const;
		const failure = key.failure(new ConvexFailure(`no ${KEY}`, `yes ${PART}`, details));
		expect(failure).toMatchObject({
			message: 'no [redacted]',
			description: 'yes [redacted]',
			details,
		});
	});

	it.each([
		['a secret on every line', `${KEY}\n`.repeat(40_000)],
		['backslashes', '\\'.repeat(2 ** 21)],
		['almost secrets', `${KEY.slice(0, -4)}\n`.repeat(40_000)],
		['escapes', '\\u0041'.repeat(300_000)],
	])('takes its time in proportion to the text: %s', (_what, text) => {
		expect(key.text(text)).not.toContain(KEY);
		expect(key.body(JSON.stringify(text))).not.toContain(KEY);
	});
});

describe('the text of an answer in which a secret stands', () => {
	it('keeps every number as it was written, beside the secret and with escapes in it', () => {
		const rest = '"ts":1790000000123456789, "whole":5.0,"big":9007199254740993,"zero":-0.0';
		const escaped = JSON.stringify(`a "${KEY}"`).replaceAll('/', '\\/');
		expect(key.body(`{"note":${escaped},${rest}}`)).toBe(`{"note":"a \\"[redacted]\\"",${rest}}`);
	});

	it('is redacted in the names of fields, and however deep it stands', () => {
		const depth = 20_000;
		const answer = `${'['.repeat(depth)}{"${KEY}":1.0}${']'.repeat(depth)}`;
		expect(key.body(answer)).toBe(answer.replace(KEY, '[redacted]'));
	});
});
