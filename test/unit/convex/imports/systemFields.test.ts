import { systemFieldsOf } from '../../../../nodes/Convex/convex/imports/systemFields';
import { failureOf } from '../../refusal';

describe('the ID and the time of a row', () => {
	it('are those that Convex gave', () => {
		expect(systemFieldsOf('Row 1', 'k57a', 1796004158155.5)).toEqual({
			_id: 'k57a',
			_creationTime: 1796004158155.5,
		});
	});

	it.each([undefined, null, ''])('are left to Convex where they are %p', (nothing) => {
		expect(systemFieldsOf('Row 1', nothing, nothing)).toEqual({});
	});

	it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1796004158155', true, {}])(
		'are refused where the time is %p',
		(time) => {
			expect(failureOf(() => systemFieldsOf('Row 1', 'k57a', time)).message).toMatch(
				/^Row 1: '_creationTime' is .* that is no time in milliseconds$/,
			);
		},
	);

	it.each([5, {}, false])('are refused where the ID is %p', (id) => {
		expect(failureOf(() => systemFieldsOf('Row 1', id, 1)).message).toMatch(
			/^Row 1: '_id' is .*, not the ID of a document$/,
		);
	});
});
