import { inputFailure } from '../failure';
import { listed, quote, shortened } from '../values/quote';
import {
	alternativesOf,
	ANY_VALIDATOR,
	describeAlternatives,
	type ObjectValidator,
	type Validator,
} from '../values/validator';

/** The one field of the form for elements that are no objects. */
const ELEMENT_FIELD = 'value';

/** The arguments of a function that take a list, with what a list of theirs contains. */
export function listArguments(args: Validator): Array<[name: string, element: Validator]> {
	const objects = objectsOf(args);
	const names = new Set(objects.flatMap(({ fields }) => [...fields.keys()]));
	return [...names].flatMap((name): Array<[string, Validator]> => {
		const element = elementIn(fieldsNamed(objects, name));
		return element === undefined ? [] : [[name, element]];
	});
}

/**
 * What the elements of a list argument have to be.
 *
 * @throws ConvexFailure (`input`) for an argument that the function does not take, or that is no list
 */
export function elementOf(args: Validator, listArgument: string): Validator {
	const objects = objectsOf(args);
	if (objects.length === 0) return ANY_VALIDATOR;
	const validators = fieldsNamed(objects, listArgument);
	const element = elementIn(validators);
	if (element !== undefined) return element;
	const lists = listed(listArguments(args), ', ', ([name]) => quote(name));
	throw inputFailure(
		validators.length === 0
			? `'List Argument' names ${quote(listArgument)}, which the function does not take`
			: `'List Argument' names ${quote(listArgument)}, which takes no list, but: ${shortened(describeAlternatives(validators))}`,
		lists === ''
			? "The function has no argument that takes a list. Set 'Call For' to 'Each Item', or choose a function that takes many items at once."
			: `The function takes a list in: ${lists}.`,
	);
}

/** The arguments beside the list. Of one of several objects, those that have it are left. */
export function withoutListArgument(args: Validator, listArgument: string): Validator {
	const objects = objectsOf(args);
	const besides = objects.flatMap(({ fields }): Validator[] => {
		const others = [...fields].filter(([name]) => name !== listArgument);
		return others.length === fields.size ? [] : [{ type: 'object', fields: new Map(others) }];
	});
	const [only] = besides;
	if (only === undefined) return args;
	return besides.length === 1 ? only : { type: 'union', members: besides };
}

/** The objects that the arguments may be; none where they may be anything. */
function objectsOf(args: Validator): ObjectValidator[] {
	const alternatives = alternativesOf(args);
	const objects = alternatives.filter((alternative) => alternative.type === 'object');
	return objects.length === alternatives.length ? objects : [];
}

/** What an argument may be in the objects that have it. */
function fieldsNamed(objects: readonly ObjectValidator[], name: string): Validator[] {
	return objects.flatMap(({ fields }) => {
		const field = fields.get(name);
		return field === undefined ? [] : alternativesOf(field.validator);
	});
}

/** The fields of a form for an element: those of an object, or one for a value of another type. */
export function elementFields(element: Validator): Validator {
	if (hasFields(element)) return element;
	const fields = new Map([[ELEMENT_FIELD, { validator: element, optional: false }]]);
	return { type: 'object', fields };
}

/** The element that such fields give. */
export function elementOfFields(element: Validator, fields: Record<string, unknown>): unknown {
	return hasFields(element) ? fields : fields[ELEMENT_FIELD];
}

function hasFields({ type }: Validator): boolean {
	return type === 'object' || type === 'any';
}

/** @returns undefined for an argument that takes no list */
function elementIn(alternatives: readonly Validator[]): Validator | undefined {
	if (alternatives.some(({ type }) => type === 'any')) return ANY_VALIDATOR;
	const elements = alternatives.flatMap((each) => (each.type === 'array' ? [each.element] : []));
	const [only] = elements;
	if (only === undefined || elements.length === 1) return only;
	return { type: 'union', members: elements };
}
