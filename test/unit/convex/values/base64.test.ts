import fc from 'fast-check';
import {
	fromBase64WithBlanks,
	isBase64,
	isBase64WithBlanks,
	standardBase64,
	toBase64,
} from '../../../../nodes/Convex/convex/values/base64';

/** The definition itself (RFC 4648), for texts that are short enough for it. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const nearlyBase64 = fc.string({
	unit: fc.constantFrom('A', 'z', '0', '+', '/', '=', '=', '-', ' ', '\n', '\u00a0', 'ä'),
	maxLength: 13,
});

describe('base64', () => {
	it('is what the definition says', () => {
		fc.assert(
			fc.property(nearlyBase64, (text) => {
				expect(isBase64(text)).toBe(BASE64.test(text));
				expect(isBase64WithBlanks(text)).toBe(BASE64.test(text.replace(/\s/g, '')));
			}),
			{ seed: 20260131, numRuns: 1_500 },
		);
	});

	it('gives its bytes whatever blanks stand in it, of ASCII or of Unicode', () => {
		const blanks = Array.from({ length: 2 ** 16 }, (_, code) => String.fromCharCode(code)).filter(
			(character) => /\s/.test(character),
		);
		expect(blanks).toContain('\u202f');
		for (const blank of blanks) {
			expect(fromBase64WithBlanks(`${blank}aG${blank}${blank}k=${blank}`)?.toString()).toBe('hi');
		}
		expect(fromBase64WithBlanks('aGk')).toBeUndefined();
		expect(fromBase64WithBlanks('aGä=')).toBeUndefined();
	});

	it('of any bytes is recognised', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
				expect(isBase64(toBase64(bytes))).toBe(true);
				expect(Buffer.from(toBase64(bytes), 'base64')).toEqual(Buffer.from(bytes));
			}),
			{ seed: 20260131 },
		);
	});

	it('is made standard where a decoder loses nothing of it', () => {
		const blanks = fc.constantFrom('', ' ', '\r\n', '\u00a0', '\u202f', '\u205f', '\ufeff');
		fc.assert(
			fc.property(
				fc.uint8Array(),
				fc.boolean(),
				fc.boolean(),
				blanks,
				(bytes, isOfUrl, isBare, blank) => {
					const standard = Buffer.from(bytes).toString('base64');
					const spelled = isOfUrl ? standard.replaceAll('+', '-').replaceAll('/', '_') : standard;
					const text = isBare
						? spelled.replace(/=+$/, '')
						: spelled.replace(/(.{3})/g, `$1${blank}`);
					expect(standardBase64(text)).toBe(standard);
				},
			),
		);
	});

	it.each(['Y', 'aGVsb', 'YQ==YQ==', 'hello world', 'data:text/plain;base64,YQ==', 'YQ==!', '='])(
		'is not %j',
		(text) => {
			expect(standardBase64(text)).toBeUndefined();
		},
	);
});
