import { exportText, recordText } from '../../../../nodes/Convex/convex/imports/rowText';
import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { failureOf } from '../../refusal';

const encoded = (value: unknown) => encodeArguments('The input item', { value });
const record = (value: unknown) => recordText('The input item', encoded(value));

describe('a row in the format of exports', () => {
	it.each([
		[42, '42.0'],
		[-7, '-7.0'],
		[0.5, '0.5'],
		[1e300, '1e+300'],
		[123456789012345680000, '123456789012345680000.0'],
		[5e-324, '5e-324'],
		[-0, '{"$float":"AAAAAAAAAIA="}'],
		[Number.NaN, '{"$float":"AAAAAAAA+H8="}'],
		[42n, '{"$integer":"KgAAAAAAAAA="}'],
		[new Uint8Array([1, 2]), '{"$bytes":"AQI="}'],
		['tést\n', '"tést\\n"'],
		[[null, true, { a: 1 }], '[null,true,{"a":1.0}]'],
	])('has %p as %s', (value, text) => {
		expect(exportText(encoded(value))).toBe(`{"value":${text}}`);
	});
});

describe('a row for an import by key', () => {
	it('is plain JSON, with a negative zero', () => {
		expect(record([1, 'a', null, { b: -0 }])).toBe('{"value":[1,"a",null,{"b":-0.0}]}');
	});

	it.each([
		[42n, 'an int64'],
		[new Uint8Array([1]), 'bytes'],
		[Number.POSITIVE_INFINITY, 'Infinity'],
		[Number.NaN, 'NaN'],
	])('is refused with %p, which would not survive', (value, named) => {
		const { message } = failureOf(() => record([{ inner: value }]));
		expect(message).toBe(
			`The input item: 'value[0].inner' is ${named}, which an import by key cannot carry`,
		);
	});

	it.each(['source_ab_cdc_deleted_at', 'source_ab_cdc_lsn'])(
		'is refused with a name that Convex takes for a mark of Airbyte: %s',
		(name) => {
			const row = encodeArguments('The input item', { orderId: 'a', [name]: 1 });
			expect(failureOf(() => recordText('The input item', row)).message).toBe(
				`The input item: '${name}' has a name that starts with 'source_ab_cdc', which an import by key would drop, or take for the mark of a deleted row`,
			);
			expect(recordText('The input item', { inner: { [name]: 1 } })).toBe(
				`{"inner":{"${name}":1}}`,
			);
		},
	);

	it('is refused with a name that Convex would change, at any depth', () => {
		expect(failureOf(() => record({ _inner: 1 })).message).toBe(
			"The input item: 'value._inner' has a name that starts with '_', which an import by key would change",
		);
	});
});
