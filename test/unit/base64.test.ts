import fc from 'fast-check';
import { isBase64, isBase64WithBlanks, toBase64 } from '../../nodes/Convex/convex/base64';

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
			{ seed: 20260131, numRuns: 5_000 },
		);
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
});
