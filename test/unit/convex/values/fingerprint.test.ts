import fc from 'fast-check';
import type { JSONValue } from 'convex/values';
import { fingerprintOf } from '../../../../nodes/Convex/convex/values/fingerprint';

const RUNS = { seed: 20260131, numRuns: 300 };

/** The same value with its fields in another order. */
function reordered(value: JSONValue): JSONValue {
	if (Array.isArray(value)) return value.map(reordered);
	if (typeof value !== 'object' || value === null) return value;
	const fields = Object.entries(value).map(([name, field]): [string, JSONValue] => [
		name,
		reordered(field),
	]);
	return Object.fromEntries(fields.reverse());
}

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JSONValue>;

describe('a fingerprint', () => {
	it('is the same whatever the order of fields', () => {
		fc.assert(
			fc.property(json, (value) => fingerprintOf(reordered(value)) === fingerprintOf(value)),
			RUNS,
		);
	});

	it('differs for values that differ', () => {
		fc.assert(
			fc.property(json, json, (one, other) => {
				const [first, second] = [one, other].map((value) => JSON.stringify(reordered(value)));
				fc.pre(first !== second && JSON.stringify(one) !== JSON.stringify(other));
				return (
					fingerprintOf(one) !== fingerprintOf(other) ||
					JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
				);
			}),
			RUNS,
		);
	});

	it.each<[JSONValue, JSONValue]>([
		[1, '1'],
		[
			[1, 2],
			[2, 1],
		],
		[[], {}],
		[null, 'null'],
		[{ a: 1 }, { a: { $integer: 'AQAAAAAAAAA=' } }],
		[{ 'a":1,"b': 2 }, { a: 1, b: 2 }],
		[['a', 'b'], ['a","b']],
	])('differs between %j and %j', (one, other) => {
		expect(fingerprintOf(one)).not.toBe(fingerprintOf(other));
	});

	it('is short', () => {
		expect(fingerprintOf('x'.repeat(100_000))).toMatch(/^[\w-]{16}$/);
	});
});

function sorted(value: JSONValue): JSONValue {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.map(([name, field]): [string, JSONValue] => [name, sorted(field)])
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
}
