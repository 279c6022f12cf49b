import { getConvexSize } from 'convex/values';
import { encodeDocument } from '../../../../nodes/Convex/convex/documents/encodeDocument';
import { failureOf } from '../../refusal';

const encode = (document: unknown) => encodeDocument("'Fields'", document);

/** A value in so many objects. */
function nested(levels: number): unknown {
	return levels === 0 ? 1 : { a: nested(levels - 1) };
}

describe('a document', () => {
	it('is encoded with every type of Convex', () => {
		expect(encode({ n: 1n, b: new Uint8Array([1]), x: undefined, s: 'a' })).toEqual({
			n: { $integer: 'AQAAAAAAAAA=' },
			b: { $bytes: 'AQ==' },
			s: 'a',
		});
	});

	it.each([
		[{ _id: 'x' }, "'Fields': '_id' has a name that starts with '_'"],
		[{ _mine: 1 }, "'Fields': '_mine' has a name that starts with '_'"],
		[{ $ref: 1 }, "'Fields': '$ref' has a name that starts with '$'"],
		[{ a: { b: { $c: 1, d: 2 } } }, "'Fields': 'a.b.$c' has a name that starts with '$'"],
		[
			JSON.parse('{"a":[{"b":{"__proto__":1}}]}'),
			"'Fields': 'a[0].b' has a field called '__proto__', which Convex's functions lose",
		],
		[[1], "'Fields' is an array, not an object"],
		[null, "'Fields' is null, not an object"],
	])('%j is refused: %s', (document, message) => {
		expect(failureOf(() => encode(document)).message).toBe(message);
	});

	it('may have fields that start with _ below its first level', () => {
		expect(encode({ a: { _b: 1 } })).toEqual({ a: { _b: 1 } });
	});

	it('is nested 16 levels deep at most, and the field that is deeper is named', () => {
		expect(() => encode({ ok: 1, a: nested(15) })).not.toThrow();
		expect(failureOf(() => encode({ ok: 1, a: nested(16) })).message).toBe(
			"'Fields': 'a' is nested more than 16 levels deep",
		);
	});

	it('counts an encoded value as none of the levels', () => {
		const withBytes = (levels: number): unknown =>
			levels === 0 ? new Uint8Array([1]) : { a: withBytes(levels - 1) };
		expect(() => encode({ a: withBytes(15) })).not.toThrow();
	});

	it('has 1 MiB at most with its ID and creation time, and the largest field is named', () => {
		const system = { _id: 'x'.repeat(32), _creationTime: 1 };
		const rest = 2 ** 20 - getConvexSize({ ...system, text: '', n: 1 });
		expect(() => encode({ n: 1, text: 'x'.repeat(rest) })).not.toThrow();
		const failure = failureOf(() => encode({ n: 1, text: 'x'.repeat(rest + 1) }));
		expect(failure.message).toBe(
			"'Fields' has 1.1 MiB, and a document in Convex 1 MiB at most; 'text' alone has 1 MiB",
		);
		expect(failure.reason).toBe('valueTooLarge');
	});
});
