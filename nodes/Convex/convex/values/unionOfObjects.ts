import { doesNotFit } from './mismatch';
import { within, type Refusal } from './conversion';
import { lacking } from './objectRefusals';
import { conversionOf, isEncodedValue, matchLiteral } from './typeMatch';
import {
	alternativesOf,
	describeValidator,
	type ObjectValidator,
	type Validator,
} from './validator';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The one object of a union that is meant, by the literals that tell them apart (`kind: "circle"`): what
 * is wrong with the value is what is wrong with it.
 */
export function meantObject(
	objects: readonly ObjectValidator[],
	value: Fields,
): ObjectValidator | undefined {
	const tags = tagsOf(objects);
	const fitting = objects.filter((object) => tags.every((tag) => takesTag(object, tag, value)));
	return tags.length > 0 && fitting.length === 1 ? fitting[0] : undefined;
}

/** The refusal of a literal that none of the objects has. */
export function refusalOfTag(
	objects: readonly ObjectValidator[],
	value: Fields,
): Refusal | undefined {
	// An int64 lacks no field: it is no object at all.
	if (isEncodedValue(value)) return undefined;
	const tag = tagsOf(objects).find(
		(name) => !objects.some((object) => takesTag(object, name, value)),
	);
	if (tag === undefined) return undefined;
	const members = objects.flatMap(({ fields }) => literalsOf(fields.get(tag)?.validator));
	const union: Validator = { type: 'union', members };
	const given = ownValue(value, tag);
	return given === undefined
		? lacking(tag, union)
		: within(tag, doesNotFit(given, describeValidator(union), 'Choose one of these values.'));
}

/**
 * The value without what is empty and only other objects of the union have: a row has a cell for each field
 * of all of them.
 */
export function withoutEmptyOfOthers(
	objects: readonly ObjectValidator[],
	{ fields }: ObjectValidator,
	value: Fields,
): Fields {
	const kept = Object.entries(value).filter(([name, field]) => {
		const isEmpty = field === null || field === '';
		return !isEmpty || fields.has(name) || !objects.some((other) => other.fields.has(name));
	});
	return Object.fromEntries(kept);
}

/** The fields that are literals in each of the objects. */
function tagsOf([first, ...others]: readonly ObjectValidator[]): string[] {
	if (first === undefined) return [];
	return [...first.fields.keys()].filter((name) =>
		[first, ...others].every(({ fields }) => literalsOf(fields.get(name)?.validator).length > 0),
	);
}

/** None where the field may be anything else. */
function literalsOf(validator: Validator | undefined): Array<Validator & { type: 'literal' }> {
	if (validator === undefined) return [];
	const alternatives = alternativesOf(validator);
	const literals = alternatives.filter((each) => each.type === 'literal');
	return literals.length === alternatives.length ? literals : [];
}

/** Every object inherits a `constructor`. */
function ownValue(value: Fields, name: string): unknown {
	return Object.hasOwn(value, name) ? value[name] : undefined;
}

function takesTag({ fields }: ObjectValidator, tag: string, value: Fields): boolean {
	const field = fields.get(tag);
	const given = ownValue(value, tag);
	const isNotGiven = given === undefined || given === null || given === '';
	if (isNotGiven && field?.optional === true) return true;
	return literalsOf(field?.validator).some(
		(literal) => conversionOf(matchLiteral(literal, given)).status === 'converted',
	);
}
