import { inputFailure } from '../failure';
import { listed, quote, shortened } from '../values/quote';
import {
	alternativesOf,
	ANY_VALIDATOR,
	describeValidator,
	type FieldValidator,
	type Validator,
} from '../values/validator';

/** The one field of the form for elements that are no objects. */
const ELEMENT_FIELD = 'value';

/** The arguments of a function that take a list, with what a list of theirs contains. */
export function listArguments(args: Validator): Array<[name: string, element: Validator]> {
	if (args.type !== 'object') return [];
	return [...args.fields].flatMap(([name, field]): Array<[string, Validator]> => {
		const element = elementIn(field);
		return element === undefined ? [] : [[name, element]];
	});
}

/**
 * What the elements of a list argument have to be.
 *
 * @throws ConvexFailure (`input`) for an argument that the function does not take, or that is no list
 */
export function elementOf(args: Validator, listArgument: string): Validator {
	if (args.type !== 'object') return ANY_VALIDATOR;
	const field = args.fields.get(listArgument);
	const element = field === undefined ? undefined : elementIn(field);
	if (element !== undefined) return element;
	const lists = listed(listArguments(args), ', ', ([name]) => quote(name));
	throw inputFailure(
		field === undefined
			? `'List Argument' names ${quote(listArgument)}, which the function does not take`
			: `'List Argument' names ${quote(listArgument)}, which takes no list, but: ${shortened(describeValidator(field.validator))}`,
		lists === ''
			? "The function has no argument that takes a list. Set 'Call For' to 'Each Item', or choose a function that takes many items at once."
			: `The function takes a list in: ${lists}.`,
	);
}

/** The arguments beside the list. */
export function withoutListArgument(args: Validator, listArgument: string): Validator {
	if (args.type !== 'object') return args;
	const fields = [...args.fields].filter(([name]) => name !== listArgument);
	return { type: 'object', fields: new Map(fields) };
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
function elementIn({ validator }: FieldValidator): Validator | undefined {
	const alternatives = alternativesOf(validator);
	if (alternatives.some(({ type }) => type === 'any')) return ANY_VALIDATOR;
	const elements = alternatives.flatMap((each) => (each.type === 'array' ? [each.element] : []));
	const [only] = elements;
	if (only === undefined || elements.length === 1) return only;
	return { type: 'union', members: elements };
}
