import { dateParser } from '../../../nodes/Convex/parameters/dates';

const parseDate = dateParser('UTC');

describe('a date given as digits', () => {
	it.each([
		['100000000000', 100_000_000_000],
		['1767225600000', 1_767_225_600_000],
		['-1767225600000', -1_767_225_600_000],
		['9999999999999', 9_999_999_999_999],
		// The last second of 9999, as exports have it for the end of time.
		['253402300799000', 253_402_300_799_000],
		['20261331120000', 20_261_331_120_000],
		// No hour has sixty minutes.
		['202601311260', 202_601_311_260],
		['209913010000', 209_913_010_000],
	])('is milliseconds since 1970: %s', (text, milliseconds) => {
		expect(parseDate(text)).toBe(milliseconds);
	});

	it.each([
		// Seconds, a date without its separators, and microseconds.
		['1767225600'],
		['20260131'],
		['202601311200'],
		['199912312359'],
		['20260131120000'],
		['1767225600000000'],
	])('is no date where it means something else: %s', (text) => {
		expect(parseDate(text)).toBeUndefined();
	});
});
