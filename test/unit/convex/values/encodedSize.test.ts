import fc from 'fast-check';
import { getConvexSize, jsonToConvex, type JSONValue } from 'convex/values';
import { encodeElement } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { encodedSize } from '../../../../nodes/Convex/convex/values/encodedSize';

/** Any value of Convex, as JavaScript has it. */
const values = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small' },
		fc.constant(null),
		fc.boolean(),
		fc.double(),
		fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
		fc.string({ unit: 'grapheme' }),
		fc.uint8Array({ maxLength: 20 }),
		fc.array(tie('value')),
		fc.dictionary(fc.constantFrom('a', 'constructor', 'length', 'ab c'), tie('value')),
	),
})).value;

/** convex/values loses a field of this name when it decodes one. */
const PROTO: JSONValue = JSON.parse('{ "__proto__": "" }');

describe('the size of an encoded value', () => {
	it('is the one that Convex counts for it', () => {
		fc.assert(
			fc.property(values, (value) => {
				const encoded = encodeElement('The value', value);
				expect(encodedSize(encoded)).toBe(getConvexSize(jsonToConvex(encoded)));
			}),
			{ numRuns: 700 },
		);
	});

	it.each<[JSONValue, number]>([
		[null, 1],
		[true, 1],
		[0, 9],
		['', 2],
		['ä😀', 8],
		[{ $integer: 'KgAAAAAAAAA=' }, 9],
		[{ $float: 'AAAAAAAA+H8=' }, 9],
		[{ $bytes: 'aGk=' }, 4],
		[{ $bytes: '' }, 2],
		[[1, 2], 20],
		[{ ab: 1 }, 14],
		[PROTO, 14],
	])('of %j is %i bytes', (value, bytes) => {
		expect(encodedSize(value)).toBe(bytes);
	});
});
