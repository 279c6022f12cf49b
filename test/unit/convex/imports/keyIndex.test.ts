import {
	parseKeyFields,
	parseKeyIndex,
	servesKey,
} from '../../../../nodes/Convex/convex/imports/keyIndex';
import { failureOf } from '../../refusal';

const listed = (fields: string[], state = 'done') => [
	{ name: 'by_email', fields: ['email', '_creationTime'], backfill: { state: 'done' } },
	{
		name: '_by_airbyte_primary_key',
		fields: [...fields, '_creationTime'],
		backfill: { state },
	},
];

describe('the key index of a table', () => {
	it('is found among its indexes', () => {
		expect(parseKeyIndex(listed(['a', 'b']), false)).toEqual({ fields: ['a', 'b'], isReady: true });
		expect(parseKeyIndex(listed(['a'], 'backfilling'), false)?.isReady).toBe(false);
	});

	it.each([[[]], [[{ name: 'by_email' }]]])('is not in %p', (indexes) => {
		expect(parseKeyIndex(indexes, false)).toBeUndefined();
	});

	it('is not there for a table that is not there', () => {
		expect(parseKeyIndex(null, true)).toBeUndefined();
	});

	it.each([[null], ['text'], [{ page: [] }], [[7]], [[{ descriptor: 'x' }]], [[{ name: 7 }]]])(
		'is not taken for missing where it cannot be seen: %j',
		(indexes) => {
			expect(failureOf(() => parseKeyIndex(indexes, false)).message).toMatch(
				/^The indexes of the table could not be read: the answer is /,
			);
		},
	);

	it.each([
		[['a'], ['a'], true],
		[['a', 'b'], ['b', 'a'], true],
		[['a', 'b'], ['a'], true],
		[['a', 'b'], ['b'], false],
		[['a'], ['a', 'b'], false],
		[['a'], ['c'], false],
	])('of %p finds documents by %p: %p', (fields, key, isServed) => {
		expect(servesKey({ fields, isReady: true }, key)).toBe(isServed);
	});
});

describe('key fields', () => {
	it.each([
		['email', ['email']],
		[' shop , orderId,', ['shop', 'orderId']],
		[
			['a', 'b'],
			['a', 'b'],
		],
	])('%p are %p', (given, fields) => {
		expect(parseKeyFields(given, false)).toEqual(fields);
	});

	it.each([
		['', "'Key Fields' is empty"],
		[undefined, "'Key Fields' is empty"],
		['_id', "'Key Fields' names '_id', by which Convex cannot match rows"],
		['E-Mail', "'Key Fields' names 'E-Mail', by which Convex cannot match rows"],
		['a,b,a', "'Key Fields' names 'a' twice"],
		[['a', null], "'Key Fields' has an entry that is null, not a name"],
		[[{ name: 'a' }], "'Key Fields' has an entry that is an object, not a name"],
		[5, "'Key Fields' is a number, not names"],
		[{ name: 'a' }, "'Key Fields' is an object, not names"],
		[[5], "'Key Fields' has an entry that is a number, not a name"],
		[
			'email, ',
			"'Key Fields' has an empty name in it: an expression gives nothing, or there is a comma too many",
		],
		[
			['email', ''],
			"'Key Fields' has an empty name in it: an expression gives nothing, or there is a comma too many",
		],
	])('%p are refused', (given, message) => {
		expect(failureOf(() => parseKeyFields(given, true)).message).toBe(message);
	});
});
