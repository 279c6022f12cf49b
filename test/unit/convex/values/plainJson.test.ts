import { convexToJson, type JSONValue, type Value } from 'convex/values';
import { toPlainJson } from '../../../../nodes/Convex/convex/values/plainJson';
import { exporterFor } from '../../../../emulator/valueFormat';

const buffer = (...bytes: number[]) => new Uint8Array(bytes).buffer;

describe('the plain JSON of a value', () => {
	it.each<[string, Value, unknown]>([
		['null', null, null],
		['a boolean', true, true],
		['text', 'x', 'x'],
		['a number', 1.5, 1.5],
		['-0', -0, -0],
		['NaN', Number.NaN, 'NaN'],
		['an infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
		['an int64', 2n ** 62n, '4611686018427387904'],
		['a negative int64', -1n, '-1'],
		['bytes', buffer(1, 2), 'AQI='],
		['no bytes', buffer(), ''],
		['a list', [1n, [2n]], ['1', ['2']]],
		['an object', { a: { b: 1n } }, { a: { b: '1' } }],
	])('of %s is as the deployment writes it', (_what, value, expected) => {
		expect(toPlainJson(convexToJson(value))).toEqual(expected);
		expect(toPlainJson(convexToJson(value))).toEqual(exporterFor('json')(value));
	});
});

it.each<JSONValue>([
	{ $integer: 'x' },
	{ $integer: 7 },
	{ $float: 5 },
	{ $integer: 'AAAAAAAAAAA=', more: 1 },
])('what looks like a type of Convex and is none stays as it came: %j', (value) => {
	expect(toPlainJson({ list: [value] })).toEqual({ list: [value] });
});
