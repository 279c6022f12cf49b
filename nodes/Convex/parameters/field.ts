import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describeType, isPlainObject } from '../convex/values/plainObject';
import { inputFailure } from '../convex/failure';
import type { ParameterReader } from './parameterReader';

/** A parameter, an option or a setting of one: how a form shows it, and how its value is read. */
export interface Field<Value> {
	property: INodeProperties;
	/** What holds while there is no value. */
	unset: Value;
	/**
	 * @param subject the field in a sentence, e.g. "The option 'Timeout'"
	 * @throws ConvexFailure (`input`) that begins with the subject
	 */
	read: (subject: string, value: unknown) => Value;
}

type Property<Value> = Omit<INodeProperties, 'type' | 'default' | 'options'> & { default: Value };

type Choice<Value> = INodePropertyOptions & { value: Value };

/** A field that takes one of its choices and nothing else. */
export function enumField<const Value extends string>(
	property: Property<NoInfer<Value>> & { choices: ReadonlyArray<Choice<Value>> },
): Field<Value> {
	const { choices, ...described } = property;
	return {
		property: { ...described, type: 'options', options: [...choices] },
		unset: property.default,
		read: (subject, value) => {
			const chosen = choices.find((choice) => choice.value === value);
			if (chosen !== undefined) return chosen.value;
			const values = choices.map((choice) => `'${choice.value}'`).join(' or ');
			throw inputFailure(
				`${subject} is not one of its choices`,
				`Choose from the list, or use an expression that gives ${values}.`,
			);
		},
	};
}

/** A field that takes any of its choices, but at least one; all of them unless set. */
export function enumListField<const Value extends string>(
	property: Omit<Property<unknown>, 'default'> & { choices: ReadonlyArray<Choice<Value>> },
): Field<readonly Value[]> {
	const { choices, ...described } = property;
	const all = choices.map(({ value }) => value);
	return {
		property: { ...described, type: 'multiOptions', default: all, options: [...choices] },
		unset: all,
		read: (subject, value) => {
			const wanted: unknown[] = Array.isArray(value) ? value : [];
			const chosen = all.filter((choice) => wanted.includes(choice));
			if (chosen.length > 0 && wanted.every((each) => all.some((choice) => choice === each))) {
				return chosen;
			}
			throw inputFailure(
				`${subject} is not a list of its choices`,
				`Choose at least one, or use an expression that gives a list with ${all.map((each) => `'${each}'`).join(', ')}.`,
			);
		},
	};
}

/** A bound beyond it would only confuse in an error sentence, unless the number is beyond the bound. */
const LARGEST_SHOWN = 2 ** 31 - 1;

/** A field for a whole number, also written as text, as expressions often give it. */
export function integerField(
	property: Property<number> & {
		min: number;
		max?: number;
		/** What is counted, in the plural, for error sentences. */
		unit?: string;
	},
): Field<number> {
	const { min, max = Number.MAX_SAFE_INTEGER, unit, ...described } = property;
	const isBounded = max < LARGEST_SHOWN;
	const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
	const typeOptions = { minValue: min, ...(isBounded && { maxValue: max }) };
	return {
		property: { ...described, type: 'number', typeOptions },
		unset: property.default,
		read: (subject, value) => {
			const isDigits = typeof value === 'string' && /^\s*[+-]?\d+(?:\.0+)?\s*$/.test(value);
			const number = isDigits ? Number(value) : value;
			if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max)
				return number;
			const isTooLarge = Number.isInteger(number) && Number(number) > max;
			const range = isBounded || isTooLarge ? `between ${min} and ${max}` : `of at least ${min}`;
			throw inputFailure(
				`${subject} is not ${what} ${range}`,
				'Correct the number, or the expression that gives it.',
			);
		},
	};
}

/** A field that is on or off. */
export function booleanField(property: Property<boolean>): Field<boolean> {
	return {
		property: { ...property, type: 'boolean' },
		unset: property.default,
		read: (subject, value) => {
			if (value === true || value === 'true') return true;
			if (value === false || value === 'false') return false;
			throw inputFailure(
				`${subject} is neither true nor false`,
				'Switch it on or off, or use an expression that gives true or false.',
			);
		},
	};
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readParameter<Value>(
	context: Pick<ParameterReader, 'getNodeParameter'>,
	field: Field<Value>,
	itemIndex: number,
): Value {
	const { name, displayName } = field.property;
	const value = context.getNodeParameter(name, itemIndex, field.unset);
	return readValue(`'${displayName}'`, field, value);
}

/**
 * Reads a value of a field. n8n evaluates no expression in one that counts for all items of a run.
 *
 * @throws ConvexFailure (`input`) that begins with the subject
 */
export function readValue<Value>(
	subject: string,
	{ property: { noDataExpression }, read }: Field<Value>,
	value: unknown,
): Value {
	const isText = noDataExpression === true && typeof value === 'string';
	if (!isText || !/^=?\s*\{\{.*\}\}\s*$/s.test(value)) return read(subject, value);
	throw inputFailure(
		`${subject} is an expression, which it does not take`,
		'Its value counts for all items: choose or write the value itself.',
	);
}

/** The fields of a collection; those that are not set are not there. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** @throws ConvexFailure (`input`) for anything but an object */
export function toFieldValues(subject: string, value: unknown, advice: string): FieldValues {
	if (isPlainObject(value)) return value;
	throw inputFailure(`${subject} is ${describeType(value)}, not an object`, advice);
}

/**
 * A field of a collection. One that is there counts, also when its expression gives nothing: a call
 * that is meant for a user must not be made as the administrator.
 *
 * @param subject its collection in a sentence, e.g. "The option 'Act as User'"
 * @throws ConvexFailure (`input`) naming the field
 */
export function readField<Value>(subject: string, values: FieldValues, field: Field<Value>): Value {
	const { name, displayName } = field.property;
	return Object.hasOwn(values, name)
		? readValue(`${subject}: '${displayName}'`, field, values[name])
		: field.unset;
}
