import fc from 'fast-check';
import { Utf8Chunks } from '../../../../nodes/Convex/convex/values/utf8Chunks';

function decoded(bytes: Uint8Array, lengths: readonly number[]): string {
	const chunks = new Utf8Chunks();
	let start = 0;
	for (const length of lengths) {
		chunks.push(bytes.subarray(start, start + length));
		start += length;
	}
	chunks.push(bytes.subarray(start));
	return chunks.text;
}

it('characters that come in two chunks are whole', () => {
	const text = 'aé€😀';
	for (let index = 0; index <= Buffer.byteLength(text); index++) {
		expect(decoded(Buffer.from(text), [index])).toBe(text);
	}
});

it('any bytes in any chunks are decoded as they are as a whole', () => {
	// The bytes by which characters begin, go on, and that are in none.
	const byte = fc.oneof(
		fc.nat(255),
		fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xf5, 0xff),
	);
	fc.assert(
		fc.property(fc.array(byte), fc.array(fc.nat(6)), (bytes, lengths) => {
			const whole = Buffer.from(bytes);
			expect(decoded(whole, lengths)).toBe(whole.toString());
		}),
		{ numRuns: 2_000 },
	);
});
