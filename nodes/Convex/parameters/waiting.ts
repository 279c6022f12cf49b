import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type {
	Comparison,
	ComparisonWithValue,
	WaitCondition,
} from '../convex/changes/waitCondition';
import { inputFailure } from '../convex/failure';
import { toArgument, toArray } from '../convex/values/argumentTypes';
import { isDateObject } from '../convex/values/dateObject';
import type { Expected } from '../convex/values/comparison';
import { valueOrThrow, type Step } from '../convex/values/conversion';
import { wholeNumberOf } from '../convex/values/decimalText';
import { encodeElement } from '../convex/values/encodeArguments';
import { rewriteRoundedNumbers } from '../convex/values/exactJson';
import { parseFieldPath } from '../convex/values/fieldPath';
import { adviceOutsideArguments } from '../convex/values/jsonText';
import { describeType } from '../convex/values/plainObject';
import { quote } from '../convex/values/quote';
import { hasExpression, isMeantToBeGiven } from './expressions';
import { enumField, readParameter } from './field';
import type { ParameterReader } from './parameterReader';

const forWaiting = { operation: ['waitForResult'] };

const forField = { ...forWaiting, waitUntil: ['field'] };

const waitUntil = enumField({
	displayName: 'Wait Until',
	name: 'waitUntil',
	default: 'notEmpty',
	description: 'What to wait for; where it is so already, the workflow goes on at once',
	choices: [
		{
			name: 'A Field Meets a Comparison',
			value: 'field',
			description: 'A field of the result is what you say, such as a status that is done',
		},
		{
			name: 'The Result Changes',
			value: 'changed',
			description: 'The result is another than the one that is there when the wait begins',
		},
		{
			name: 'There Is a Result',
			value: 'notEmpty',
			description: 'The result is neither null, nor a list or a page without elements',
		},
	],
	displayOptions: { show: forWaiting },
});

const FIELD: INodeProperties = {
	displayName: 'Field',
	name: 'field',
	type: 'string',
	default: '',
	placeholder: 'e.g. status',
	description:
		'The field of the result, e.g. status, steps[0].state or length of a list; leave it empty for the result itself',
	displayOptions: { show: forField },
};

const NUMBERS_AND_TEXT = 'Of numbers, or of text by its characters, such as ISO dates';

const comparison = enumField({
	displayName: 'Comparison',
	name: 'comparison',
	default: 'equals',
	description: 'How the field is compared; a field that is not there meets no comparison',
	choices: [
		{ name: 'Equals', value: 'equals' },
		{ name: 'Exists', value: 'exists', description: 'The field is there, and is not null' },
		{ name: 'Is Greater Than', value: 'greaterThan', description: NUMBERS_AND_TEXT },
		{
			name: 'Is Greater Than or Equal To',
			value: 'greaterThanOrEqual',
			description: NUMBERS_AND_TEXT,
		},
		{ name: 'Is Less Than', value: 'lessThan', description: NUMBERS_AND_TEXT },
		{ name: 'Is Less Than or Equal To', value: 'lessThanOrEqual', description: NUMBERS_AND_TEXT },
		{ name: 'Is One Of', value: 'oneOf' },
		{ name: 'Not Equal To', value: 'notEquals' },
	],
	displayOptions: { show: forField },
});

const WITH_VALUE: ComparisonWithValue[] = [
	'equals',
	'greaterThan',
	'greaterThanOrEqual',
	'lessThan',
	'lessThanOrEqual',
	'notEquals',
];

/** The input of one value, and that of several: both are called `expected`. */
function expectedInput(
	comparisons: INodePropertyOptions['value'][],
	shown: Pick<INodeProperties, 'displayName' | 'placeholder' | 'description'>,
): INodeProperties {
	return {
		...shown,
		name: 'expected',
		type: 'string',
		default: '',
		displayOptions: { show: { ...forField, comparison: comparisons } },
	};
}

/** What is waited for, in the form. */
export const waitingDescription: INodeProperties[] = [
	waitUntil.property,
	FIELD,
	comparison.property,
	expectedInput(WITH_VALUE, {
		displayName: 'Value',
		placeholder: 'e.g. done',
		description: 'What the field is compared with; a text is read as the type that the field has',
	}),
	expectedInput(['oneOf'], {
		displayName: 'Values',
		placeholder: 'e.g. done, failed',
		description: 'The values, with commas between them, as a JSON list or an expression',
	}),
];

/**
 * What an item waits for.
 *
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function readWaitCondition(context: ParameterReader, itemIndex: number): WaitCondition {
	const chosen = readParameter(context, waitUntil, itemIndex);
	if (chosen !== 'field') return { waitUntil: chosen };
	return {
		waitUntil: chosen,
		steps: readSteps(context, itemIndex),
		comparison: readComparison(context, itemIndex),
	};
}

function readSteps(context: ParameterReader, itemIndex: number): Step[] {
	const value = context.getNodeParameter(FIELD.name, itemIndex, '');
	if (typeof value !== 'string') {
		throw inputFailure(
			`'Field' is ${describeType(value)}, not text`,
			'Write the name of a field, e.g. status, or leave it empty for the result itself.',
		);
	}
	// Compared with the whole result, most of what is waited for is there at once.
	if (value.trim() === '' && isMeantToBeGiven(context.stored(FIELD.name))) {
		throw inputFailure(
			"'Field' is empty: its expression gives nothing",
			"Correct the expression. To compare the result itself, leave 'Field' empty.",
		);
	}
	const steps = parseFieldPath(value.trim());
	if (steps !== undefined) return steps;
	throw inputFailure(
		`'Field' is ${quote(value)}, which is no path to a field`,
		'Write names with points between them and indexes in brackets, e.g. steps[0].state. A name that has a point in it stands in brackets and quotes, e.g. totals["a.b"].',
	);
}

function readComparison(context: ParameterReader, itemIndex: number): Comparison {
	const operator = readParameter(context, comparison, itemIndex);
	if (operator === 'exists') return { operator };
	const given = context.getNodeParameter('expected', itemIndex, '');
	if (operator === 'oneOf') return { operator, expected: readValues(given) };
	// Typed blanks around it are not meant, as between 'Values'.
	const isTyped = typeof given === 'string' && !hasExpression(context.stored('expected'));
	const expected = readValue("'Value'", isTyped ? given.trim() : given);
	if (operator !== 'equals' && operator !== 'notEquals') checkOrdered(expected);
	return { operator, expected };
}

const NOTHING_GIVEN =
	"Give a value, or correct the expression, which gives nothing. To wait until a field is there, set 'Comparison' to 'Exists'.";

function readValue(subject: string, given: unknown): Expected {
	const isBlank = typeof given === 'string' && given.trim() === '';
	if (given === undefined || given === null || isBlank) {
		throw inputFailure(`${subject} is empty: there is nothing to compare with`, NOTHING_GIVEN);
	}
	if (typeof given === 'number' && Number.isNaN(given)) {
		throw inputFailure(
			`${subject} is not a number (NaN)`,
			'Correct the expression. If the field is NaN indeed, write NaN as text.',
		);
	}
	return toExpected(subject, given);
}

/** The values of a list may be null too, and of text. */
function readValues(given: unknown): Expected[] {
	const subject = "'Values'";
	const values = Array.isArray(given)
		? given.map((value, index) => toExpected(`${subject}: '[${index}]'`, value))
		: typeof given === 'string'
			? valuesIn(subject, given)
			: [readValue(subject, given)];
	if (values.length > 0) return values;
	throw inputFailure(
		`${subject} is empty: there is nothing to compare with`,
		'Give at least one value.',
	);
}

const LIST_ADVICE = adviceOutsideArguments('Write values with commas between them.');

function valuesIn(subject: string, text: string): Expected[] {
	if (text.trim().startsWith('[')) {
		const list = valueOrThrow(subject, toArray(text, LIST_ADVICE));
		return list.map((value, index) => toExpected(`${subject}: '[${index}]'`, value));
	}
	const quoted = quotedTexts(text);
	if (quoted !== undefined) return quoted.map(expectedText);
	return text
		.split(/[,\n]/)
		.map((value) => value.trim())
		.filter((value) => value !== '')
		.map(expectedText);
}

/** Texts in quotation marks, as in code, with commas between them. */
function quotedTexts(text: string): string[] | undefined {
	if (!text.trim().startsWith('"')) return undefined;
	try {
		const list: unknown = JSON.parse(`[${text}]`);
		return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : undefined;
	} catch {
		return undefined;
	}
}

function toExpected(subject: string, value: unknown): Expected {
	if (typeof value === 'string') return expectedText(value);
	// As Convex keeps points in time: a number.
	const kept = isDateObject(value) ? valueOrThrow(subject, toArgument('date', value)) : value;
	return { kind: 'value', value: encodeElement(subject, kept) };
}

function expectedText(text: string): Expected {
	return { kind: 'text', text, json: encodedJsonIn(text) };
}

/**
 * What a text says as JSON that is a list or an object; undefined for any other, and for one with a
 * number that no number of Convex is.
 */
function encodedJsonIn(text: string) {
	if (!/^\s*[[{]/.test(text)) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		// Of what a double would round, only an int64 keeps all digits.
		const exact = rewriteRoundedNumbers(text, (number) =>
			JSON.stringify(encodeElement('', wholeNumberOf(number))),
		);
		return encodeElement('', exact === text ? value : JSON.parse(exact));
	} catch {
		return undefined;
	}
}

function checkOrdered(expected: Expected): void {
	if (expected.kind === 'text') return;
	const { value } = expected;
	const isEncodedNumber =
		typeof value === 'object' && value !== null && ('$integer' in value || '$float' in value);
	if (typeof value === 'number' || isEncodedNumber) return;
	throw inputFailure(
		`'Value' is ${describeType(value)}, which is neither greater nor less than anything`,
		'Give a number, a date or a text.',
	);
}
