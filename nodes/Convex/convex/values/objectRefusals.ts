import { inputFailure } from '../failure';
import { refused, type Refusal } from './conversion';
import { listed, quote, shortened } from './quote';
import {
	alternativesOf,
	describeValidator,
	type ObjectValidator,
	type Validator,
} from './validator';

/** An object has a field that its validator does not have. */
export function notTaken(name: string, { fields }: ObjectValidator): Refusal {
	return refused((subject, declarer) =>
		inputFailure(
			`${subject} has ${quote(name)}, which ${declarer.name} does not take`,
			`It takes: ${listed([...fields.keys()], ', ', shortened) || 'nothing'}. If ${declarer.name} was changed, refresh the list of ${declarer.parts}. 'Fields to Send' leaves fields of the input item out.`,
		),
	);
}

/** n8n's form keeps no empty text. */
const EMPTY_TEXT =
	" An empty field counts as missing; for empty text, use the expression {{ '' }}.";

function takesText(validator: Validator): boolean {
	return alternativesOf(validator).some(({ type }) => type === 'string');
}

/** An object lacks a field that its validator requires. */
export function lacking(name: string, validator: Validator): Refusal {
	return refused((subject, declarer) =>
		inputFailure(
			`${subject} lacks ${quote(name)}, which ${declarer.name} requires`,
			`It has to be: ${describeValidator(validator)}.${takesText(validator) ? EMPTY_TEXT : ''}`,
		),
	);
}
