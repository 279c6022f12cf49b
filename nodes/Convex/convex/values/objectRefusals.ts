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
			`It takes: ${listed([...fields.keys()], ', ', shortened) || 'nothing'}. If ${declarer.name} was changed, refresh the list of ${declarer.parts}. 'Fields to Send' leaves fields of the input item out, and an Edit Fields node parts of one.`,
		),
	);
}

/** n8n's form keeps no empty text, and has null also for what was never filled in. */
const EMPTY_TEXT =
	" An empty field of a form counts as missing; for empty text, use the expression {{ '' }} there.";

const EMPTY_ANY =
	" An empty field of a form counts as missing; for null, use the expression {{ null }} there, for empty text {{ '' }}.";

/** How to give what is empty, where that may be given. */
function emptyAdvice(validator: Validator): string {
	const types = new Set(alternativesOf(validator).map(({ type }) => type));
	if (types.has('any')) return EMPTY_ANY;
	return types.has('string') ? EMPTY_TEXT : '';
}

/** An object lacks a field that its validator requires. */
export function lacking(name: string, validator: Validator): Refusal {
	return refused((subject, declarer) =>
		inputFailure(
			`${subject} lacks ${quote(name)}, which ${declarer.name} requires`,
			`It has to be: ${describeValidator(validator)}.${emptyAdvice(validator)}`,
		),
	);
}
