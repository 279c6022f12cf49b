import {
	enumOption,
	chosenOf,
	isOn,
	toOptions,
	optionOr,
	integerOption,
	booleanOption,
} from '../../nodes/Convex/parameters/options/optionValues';
import { expectRefusal } from './refusal';

describe('an option with choices', () => {
	const colours = ['red', 'green'] as const;

	it.each(colours)('takes %s', (colour) => {
		expect(enumOption('Colour', colour, colours)).toBe(colour);
	});

	it.each([undefined, null, '', 'Red', ' red', 'blue', 0, true, ['red'], { red: 1 }, 'toString'])(
		'refuses %j and names the choices',
		(value) => {
			expectRefusal(
				() => enumOption('Colour', value, colours),
				"The option 'Colour' is not one of its choices",
				/^Choose from the list, or use an expression that gives 'red' or 'green'\.$/,
			);
		},
	);
});

describe('an option with a whole number', () => {
	const range = { least: 0, most: 20 };

	it.each<[unknown, number]>([
		[0, 0],
		[7, 7],
		[20, 20],
		// As expressions often give it.
		['7', 7],
		[' 7 ', 7],
		['07', 7],
		['7.0', 7],
		['1e1', 10],
	])('takes %j', (value, number) => {
		expect(integerOption('Retries', value, range)).toBe(number);
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
			() => integerOption('Retries', value, range),
			"The option 'Retries' is not a whole number between 0 and 20",
			/^Correct the number, or remove the option\.$/,
		);
	});

	it('without an upper bound names the lower one only', () => {
		const atLeastOne = { least: 1, most: Number.MAX_SAFE_INTEGER };
		expect(integerOption('Batch Size', Number.MAX_SAFE_INTEGER, atLeastOne)).toBe(
			Number.MAX_SAFE_INTEGER,
		);
		for (const value of [0, 2 ** 53, 1e300, Number.POSITIVE_INFINITY]) {
			expectRefusal(
				() => integerOption('Batch Size', value, atLeastOne),
				"The option 'Batch Size' is not a whole number of at least 1",
				/./,
			);
		}
	});

	it('does not name an upper bound that only a timer has', () => {
		const range = { least: 1, most: 2 ** 31 - 1, unit: 'milliseconds' };
		expect(integerOption('Timeout', 2 ** 31 - 1, range)).toBe(2_147_483_647);
		expectRefusal(
			() => integerOption('Timeout', 2 ** 31, range),
			"The option 'Timeout' is not a whole number of milliseconds of at least 1",
			/./,
		);
	});

	it('names what it counts', () => {
		expectRefusal(
			() => integerOption('Timeout', 'soon', { least: 1, most: 60_000, unit: 'milliseconds' }),
			"The option 'Timeout' is not a whole number of milliseconds between 1 and 60000",
			/./,
		);
		expectRefusal(
			() =>
				integerOption('Timeout', 0.5, {
					least: 1,
					most: Number.MAX_SAFE_INTEGER,
					unit: 'milliseconds',
				}),
			"The option 'Timeout' is not a whole number of milliseconds of at least 1",
			/./,
		);
	});
});

describe('an option that is on or off', () => {
	it.each<[unknown, boolean]>([
		[true, true],
		[false, false],
		['true', true],
		['false', false],
	])('takes %j', (value, expected) => {
		expect(booleanOption('Single Snapshot', value)).toBe(expected);
	});

	it.each<unknown>([undefined, null, '', 'yes', 'TRUE', 0, 1, {}, []])('refuses %j', (value) => {
		expectRefusal(
			() => booleanOption('Single Snapshot', value),
			"The option 'Single Snapshot' is neither true nor false",
			/^Switch it on or off/,
		);
	});
});

describe('a parameter', () => {
	it('is named as such where it is not one of its choices', () => {
		expect(chosenOf("'Colour'", 'red', ['red', 'green'])).toBe('red');
		expectRefusal(
			() => chosenOf("'Colour'", 'blue', ['red', 'green']),
			"'Colour' is not one of its choices",
			/gives 'red' or 'green'\.$/,
		);
	});

	it('is named as such where it is neither on nor off', () => {
		expect([isOn("'Light'", 'true'), isOn("'Light'", false)]).toEqual([true, false]);
		expectRefusal(() => isOn("'Light'", null), "'Light' is neither true nor false", /^Switch/);
	});
});

describe('options', () => {
	it('are an object', () => {
		const options = { output: undefined };
		expect(toOptions(options)).toBe(options);
	});

	it.each<[unknown, string]>([
		[null, 'null'],
		[undefined, 'missing'],
		[5, 'a number'],
		['{}', 'text'],
		[[], 'an array'],
	])('are not %j', (value, kind) => {
		expectRefusal(
			() => toOptions(value),
			`'Options' is ${kind}, not an object with options`,
			/^Add options one by one/,
		);
	});
});

describe('the value of an option', () => {
	it('is what is there, also when that is nothing', () => {
		for (const value of [7, 0, '', false, null, undefined]) {
			expect(optionOr({ limit: value }, 'limit', 50)).toBe(value);
		}
	});

	it('is what holds unless set, where it is not there', () => {
		expect(optionOr({ pages: 3 }, 'limit', 50)).toBe(50);
		expect(optionOr({}, 'limit', undefined)).toBeUndefined();
	});
});
