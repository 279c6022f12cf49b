import type { ConvexFailure } from '../failure';
import { quote, shortened } from './quote';

/** A value that was converted to a type, or why it cannot be. */
export type Conversion<Value = unknown> = Converted<Value> | Refusal;

export interface Converted<Value> {
	status: 'converted';
	value: Value;
}

/**
 * Why a value cannot be converted. A union tries several types on each of many values, so the
 * sentence is made only where it is shown.
 */
export interface Refusal {
	status: 'refused';
	/** Where in the value, from the outside in. */
	steps: Step[];
	/** What helps instead where the user chose the type. */
	typeAdvice?: AdviceFor;
	/** @param subject the place that is refused, in a sentence */
	describe: (subject: string, declarer: Declarer) => ConvexFailure;
}

/** What declares the type that a value has to have, in the words of error sentences. */
export interface Declarer {
	name: string;
	/** What it declares the types of. */
	parts: string;
	/** The choice that makes a form of what it declares, with a file as a value. A filter has neither. */
	form: string | undefined;
}

/** Advice that may name what the declarer has. */
export type AdviceFor = string | ((declarer: Declarer) => string);

export function adviceFor(declarer: Declarer, advice: AdviceFor): string {
	return typeof advice === 'string' ? advice : advice(declarer);
}

export const FUNCTION: Declarer = {
	name: 'the function',
	parts: 'arguments',
	form: "'Using Function Arguments'",
};

/** A table, by its schema or by the documents that it has. */
export const TABLE: Declarer = {
	name: 'the table',
	parts: 'fields',
	form: "'Using Table Fields'",
};

/** The same where its fields are compared with values. */
export const FILTERED_TABLE: Declarer = { ...TABLE, form: undefined };

/** A field by its name, or an element by its position. */
export type Step = string | number;

export function converted<Value>(value: Value): Converted<Value> {
	return { status: 'converted', value };
}

/** @param typeAdvice what helps instead where the user chose the type */
export function refused(describe: Refusal['describe'], typeAdvice?: AdviceFor): Refusal {
	return {
		status: 'refused',
		steps: [],
		describe,
		...(typeAdvice !== undefined && { typeAdvice }),
	};
}

/** The refusal of a part, as one of the whole. */
export function within(step: Step, { steps, describe }: Refusal): Refusal {
	return { status: 'refused', steps: [step, ...steps], describe };
}

/**
 * @param subject what was converted, in a sentence, e.g. "'Arguments'"
 * @param declarer a function unless given
 * @throws ConvexFailure of a value that cannot be converted, naming its place
 */
export function valueOrThrow<Value>(
	subject: string,
	conversion: Conversion<Value>,
	declarer = FUNCTION,
): Value {
	if (conversion.status === 'converted') return conversion.value;
	throw conversion.describe(placeIn(subject, conversion.steps), declarer);
}

/** Names a part of a subject: `'Arguments'` → `'Arguments': 'user.tags[0]'`. */
export function placeIn(subject: string, steps: readonly Step[]): string {
	if (steps.length === 0) return subject;
	const path = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
	return subject.includes(": '")
		? `${subject.slice(0, -1)}${shortened(path)}'`
		: `${subject}: ${quote(path.replace(/^\./, ''))}`;
}
