import fc from 'fast-check';
import { convexToJson, type JSONValue, type Value } from 'convex/values';
import {
	WaitProgress,
	type Comparison,
	type WaitCondition,
} from '../../../../nodes/Convex/convex/changes/waitCondition';
import type { Expected } from '../../../../nodes/Convex/convex/values/comparison';
import { parseFieldPath } from '../../../../nodes/Convex/convex/values/fieldPath';
import { failureOf } from '../../refusal';

const RUNS = { seed: 20261129, numRuns: 300 };

const field = (path: string, comparison: Comparison): WaitCondition => ({
	waitUntil: 'field',
	steps: parseFieldPath(path) ?? [],
	comparison,
});

const expected = (value: Value): Expected => ({ kind: 'value', value: convexToJson(value) });

const isMet = (condition: WaitCondition, value: Value) =>
	new WaitProgress(condition).isMetBy(convexToJson(value));

const page = (documents: Value[], continueCursor = 'a'): Value => ({
	page: documents,
	isDone: true,
	continueCursor,
});

describe('a result that is waited for until it is not empty', () => {
	it.each<Value>([null, [], page([])])('is not %j', (value) => {
		expect(isMet({ waitUntil: 'notEmpty' }, value)).toBe(false);
	});

	it.each<Value>(['', 0, -0, false, Number.NaN, 0n, {}, [null], page([null]), { page: [] }])(
		'is %j',
		(value) => {
			expect(isMet({ waitUntil: 'notEmpty' }, value)).toBe(true);
		},
	);
});

describe('a result that is waited for until it changes', () => {
	it('is compared with the first one, of whatever type', () => {
		const value = fc.oneof(
			fc.constantFrom<Value>(null, true, 0, -0, Number.NaN, 5, 5n, '5', [], {}, [5], { a: 5n }),
			fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
			fc.string(),
		);
		fc.assert(
			fc.property(value, fc.array(value, { maxLength: 4 }), (first, others) => {
				const progress = new WaitProgress({ waitUntil: 'changed' });
				const encoded = convexToJson(first);
				expect(progress.isMetBy(encoded)).toBe(false);
				for (const other of others) {
					const isAnother = JSON.stringify(convexToJson(other)) !== JSON.stringify(encoded);
					expect(progress.isMetBy(convexToJson(other))).toBe(isAnother);
					expect(progress.isMetBy(encoded)).toBe(false);
				}
			}),
			RUNS,
		);
	});

	it('has not changed where only the order of its fields has', () => {
		const progress = new WaitProgress({ waitUntil: 'changed' });
		const results: JSONValue[] = [
			{ a: 1, b: 2 },
			{ b: 2, a: 1 },
		];
		expect(results.map((result) => progress.isMetBy(result))).toEqual([false, false]);
	});

	it('has not changed where only the cursor of a page has', () => {
		const progress = new WaitProgress({ waitUntil: 'changed' });
		const results = [page([1], 'a'), page([1], 'b'), page([1, 2], 'b')];
		expect(results.map((result) => progress.isMetBy(convexToJson(result)))).toEqual([
			false,
			false,
			true,
		]);
	});
});

/** Of the int64s that a number may have been, it has made one. */
const mayMeanAnother = (actual: number | bigint, expected: number | bigint) =>
	typeof actual === 'bigint' &&
	typeof expected === 'number' &&
	Number.isInteger(expected) &&
	Math.abs(expected) > Number.MAX_SAFE_INTEGER &&
	Math.abs(expected) <= 2 ** 63;

describe('a field that is waited for', () => {
	it.each<[string, Comparison, Value]>([
		['status', { operator: 'equals', expected: expected('done') }, { status: 'done' }],
		['status', { operator: 'notEquals', expected: expected('running') }, { status: 'done' }],
		['', { operator: 'equals', expected: expected('done') }, 'done'],
		['a', { operator: 'exists' }, { a: false }],
		['a', { operator: 'greaterThan', expected: expected(1) }, { a: 2n }],
		['a', { operator: 'greaterThanOrEqual', expected: expected(2) }, { a: 2n }],
		['a', { operator: 'lessThan', expected: expected(2) }, { a: 1 }],
		['a', { operator: 'lessThanOrEqual', expected: expected(1n) }, { a: 1 }],
		['length', { operator: 'greaterThan', expected: expected(1) }, [1, 2]],
		['[1]', { operator: 'equals', expected: expected(2) }, [1, 2]],
		['a', { operator: 'oneOf', expected: [expected(1), expected('x')] }, { a: 'x' }],
	])('meets the comparison: %s %j %j', (path, comparison, value) => {
		expect(isMet(field(path, comparison), value)).toBe(true);
	});

	it.each<[string, Comparison, Value]>([
		['status', { operator: 'equals', expected: expected('done') }, { status: 'running' }],
		['status', { operator: 'equals', expected: expected('done') }, null],
		['status', { operator: 'notEquals', expected: expected('running') }, null],
		['status', { operator: 'notEquals', expected: expected('running') }, {}],
		['a', { operator: 'exists' }, { a: null }],
		['a', { operator: 'exists' }, {}],
		['toString', { operator: 'exists' }, {}],
		['a', { operator: 'greaterThan', expected: expected(2) }, { a: 2n }],
		['a', { operator: 'lessThan', expected: expected(2) }, { a: '1' }],
		['a', { operator: 'lessThanOrEqual', expected: expected(2) }, { a: Number.NaN }],
		['a', { operator: 'oneOf', expected: [expected(1), expected('x')] }, { a: 'y' }],
	])('does not meet it: %s %j %j', (path, comparison, value) => {
		expect(isMet(field(path, comparison), value)).toBe(false);
	});

	it('is one of four sides of any number, as numbers are', () => {
		const number = fc.oneof(fc.double({ noNaN: true }), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
		fc.assert(
			fc.property(number, number, (a, b) => {
				fc.pre(!mayMeanAnother(a, b));
				const holds = (
					operator: 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual',
				) => isMet(field('a', { operator, expected: expected(b) }), { a });
				expect([holds('greaterThan'), holds('greaterThanOrEqual')]).toEqual([a > b, a >= b]);
				expect([holds('lessThan'), holds('lessThanOrEqual')]).toEqual([a < b, a <= b]);
			}),
			RUNS,
		);
	});

	it('is refused exactly where an int64 is compared with a number that may have lost digits', () => {
		const near = fc.constantFrom(53, 60, 62, 63, 64).map((power) => 2 ** power);
		const number = fc.oneof(fc.double({ noNaN: true }), near, fc.maxSafeInteger());
		const value = fc.oneof(number, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
		fc.assert(
			fc.property(value, number, (a, b) => {
				const condition = field('a', { operator: 'equals', expected: expected(b) });
				const read = () => isMet(condition, { a });
				if (mayMeanAnother(a, b)) {
					expect(failureOf(read).message).toMatch(/^'Value' is a number bey/);
				} else {
					expect(read()).toBe(a == b);
				}
			}),
			RUNS,
		);
	});

	it.each<[string, Value, string]>([
		['status', [{ status: 'done' }], "'Field' is 'status', but the result is a list"],
		['steps.state', { steps: [] }, "'Field' is 'steps.state', but 'steps' is a list"],
	])('of a list needs an element: %s', (path, value, message) => {
		const failure = failureOf(() => isMet(field(path, { operator: 'exists' }), value));
		expect(failure.message).toBe(message);
		expect(failure.description).toMatch(/\[0\]\.status/);
	});
});
