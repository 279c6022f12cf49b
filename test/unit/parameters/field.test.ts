import {
	booleanField,
	enumField,
	integerField,
	readField,
	toFieldValues,
} from '../../../nodes/Convex/parameters/field';
import { expectRefusal } from '../refusal';

const number = (range: { min: number; max?: number; unit?: string }) =>
	integerField({ displayName: 'Count', name: 'count', default: 5, ...range });

describe('a field with choices', () => {
	const { property, read, unset } = enumField({
		displayName: 'Colour',
		name: 'colour',
		default: 'green',
		choices: [
			{ name: 'Red', value: 'red' },
			{ name: 'Green', value: 'green' },
		],
	});

	it('offers them, and holds as its default while there is no value', () => {
		expect(property).toEqual({
			displayName: 'Colour',
			name: 'colour',
			type: 'options',
			default: 'green',
			options: [
				{ name: 'Red', value: 'red' },
				{ name: 'Green', value: 'green' },
			],
		});
		expect(unset).toBe('green');
	});

	it.each(['red', 'green'])('takes %s', (colour) => {
		expect(read("'Colour'", colour)).toBe(colour);
	});

	it.each([undefined, null, '', 'Red', ' red', 'blue', 0, true, ['red'], { red: 1 }, 'toString'])(
		'refuses %j and names the choices',
		(value) => {
			expectRefusal(
				() => read("'Colour'", value),
				"'Colour' is not one of its choices",
				/^Choose from the list, or use an expression that gives 'red' or 'green'\.$/,
			);
		},
	);
});

describe('a field for a whole number', () => {
	const { property, read } = number({ min: 0, max: 20 });

	it('shows its bounds', () => {
		expect(property).toMatchObject({ type: 'number', typeOptions: { minValue: 0, maxValue: 20 } });
		expect(number({ min: 1 }).property.typeOptions).toEqual({ minValue: 1 });
	});

	it.each<[unknown, number]>([
		[0, 0],
		[7, 7],
		[20, 20],
		// As expressions often give it.
		['7', 7],
		[' 7 ', 7],
		['07', 7],
		['7.0', 7],
	])('takes %j', (value, expected) => {
		expect(read("'Count'", value)).toBe(expected);
	});

	it.each<unknown>([
		-1,
		21,
		2.5,
		Number.NaN,
		Number.POSITIVE_INFINITY,
		'-1',
		'21',
		'2.5',
		'',
		' ',
		'many',
		'7 times',
		'0x10',
		'0b1',
		'1e1',
		'1,000',
		undefined,
		null,
		true,
		false,
		7n,
		[7],
		{ value: 7 },
		new Date(7),
	])('refuses %p', (value) => {
		expectRefusal(
			() => read("'Count'", value),
			"'Count' is not a whole number between 0 and 20",
			/^Correct the number/,
		);
	});

	it('advises to look at the expression too, for an option as for any other field', () => {
		expectRefusal(
			() => read("The option 'Count'", 21),
			"The option 'Count' is not a whole number between 0 and 20",
			/^Correct the number, or the expression that gives it\.$/,
		);
	});

	it('without an upper bound names the lower one only', () => {
		const atLeastOne = number({ min: 1 });
		expect(atLeastOne.read("'Count'", Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
		for (const value of [0, 'many', Number.POSITIVE_INFINITY]) {
			expectRefusal(
				() => atLeastOne.read("'Count'", value),
				"'Count' is not a whole number of at least 1",
				/./,
			);
		}
	});

	it.each([2 ** 53, 1e300])('names the greatest number there is for %p', (value) => {
		expectRefusal(
			() => number({ min: 1 }).read("'Count'", value),
			"'Count' is not a whole number between 1 and 9007199254740991",
			/./,
		);
	});

	it.each<[unknown, string]>([
		[2 ** 31, 'between 1 and 2147483647'],
		['2592000000', 'between 1 and 2147483647'],
		[0, 'of at least 1'],
		['soon', 'of at least 1'],
	])('names an upper bound that only a timer has to who is beyond it: %p', (value, range) => {
		const milliseconds = number({ min: 1, max: 2 ** 31 - 1, unit: 'milliseconds' });
		expect(milliseconds.read("'Count'", 2 ** 31 - 1)).toBe(2_147_483_647);
		expectRefusal(
			() => milliseconds.read("'Count'", value),
			`'Count' is not a whole number of milliseconds ${range}`,
			/./,
		);
	});

	it('names what it counts', () => {
		expectRefusal(
			() => number({ min: 1, max: 60_000, unit: 'milliseconds' }).read("'Count'", 'soon'),
			"'Count' is not a whole number of milliseconds between 1 and 60000",
			/./,
		);
	});
});

describe('a field that is on or off', () => {
	const { read } = booleanField({ displayName: 'Light', name: 'light', default: false });

	it.each<[unknown, boolean]>([
		[true, true],
		[false, false],
		['true', true],
		['false', false],
	])('takes %j', (value, expected) => {
		expect(read("'Light'", value)).toBe(expected);
	});

	it.each<unknown>([undefined, null, '', 'yes', 'TRUE', 0, 1, {}, []])('refuses %j', (value) => {
		expectRefusal(
			() => read("'Light'", value),
			"'Light' is neither true nor false",
			/^Switch it on or off/,
		);
	});
});

describe('a field of a collection', () => {
	const limit = number({ min: 1 });

	it('is what is there, also when that is nothing', () => {
		expect(readField("'List'", { count: 7 }, limit)).toBe(7);
		for (const value of [0, '', false, null, undefined]) {
			expectRefusal(
				() => readField("'List'", { count: value }, limit),
				"'List': 'Count' is not a whole number of at least 1",
				/./,
			);
		}
	});

	it('is its default where it is not there', () => {
		expect(readField("'List'", { other: 3 }, limit)).toBe(5);
		expect(readField("'List'", Object.create({ count: 3 }), limit)).toBe(5);
	});
});

describe('a collection', () => {
	it('is an object', () => {
		const values = { output: undefined };
		expect(toFieldValues("'Options'", values, '')).toBe(values);
	});

	it.each<[unknown, string]>([
		[null, 'null'],
		[undefined, 'missing'],
		[5, 'a number'],
		['{}', 'text'],
		[[], 'an array'],
	])('is not %j', (value, kind) => {
		expectRefusal(
			() => toFieldValues("'Options'", value, 'Add options one by one.'),
			`'Options' is ${kind}, not an object`,
			/^Add options one by one/,
		);
	});
});
