import type { Validator } from '../../../../nodes/Convex/convex/values/validator';
import {
	checkMeaning,
	toTypeOfField,
} from '../../../../nodes/Convex/parameters/document/untypedFilterValue';
import { failureOf } from '../../refusal';
import { dateParser } from '../../../../nodes/Convex/parameters/dates';

const union = (...types: Array<'string' | 'number' | 'int64' | 'any' | 'boolean'>): Validator => ({
	type: 'union',
	members: types.map((type) => ({ type })),
});

const parseDate = dateParser('UTC');

describe('a text that is a bound of a field', () => {
	it.each([
		[union('string', 'number'), '2026-11-01', true],
		[union('string', 'int64'), '5', true],
		[union('boolean', 'any'), '5', true],
		[union('string', 'number'), 'five', false],
		[union('string', 'boolean'), '5', false],
		[union('number'), '2026-11-01', false],
	])(
		'is unclear where the field may have numbers and text: %j %s',
		(validator, text, isUnclear) => {
			const check = () => checkMeaning("'x'", validator, text, parseDate);
			if (isUnclear) expect(check).toThrow(/nothing says whether/);
			else expect(check).not.toThrow();
		},
	);
});

it('a text that may be a number is advised to be one of the type that the field has', () => {
	const adviceFor = (validator: Validator) =>
		failureOf(() => checkMeaning("'x'", validator, '5', parseDate)).description;
	expect(adviceFor(union('string', 'int64'))).toMatch(/^Choose its 'Type': 'Int64'/);
	expect(adviceFor(union('any'))).toMatch(/^Choose its 'Type': 'Number'/);
});

it('a date becomes milliseconds where a field may have anything, and text where it has text only', () => {
	const date = new Date(5);
	expect(toTypeOfField("'x'", union('boolean', 'any'), date, parseDate)).toBe(5);
	expect(toTypeOfField("'x'", union('string', 'number'), date, parseDate)).toBe(5);
	expect(toTypeOfField("'x'", union('string'), date, parseDate)).toBe('1970-01-01T00:00:00.005Z');
});
