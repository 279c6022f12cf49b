import type { IDataObject } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { quote } from '../../convex/values/quote';
import type { InputItems } from '../parameterReader';

/**
 * What is named in another way than fields are would be sent, or left out, without a word. A field that
 * an item lacks is none of that: another item may have it.
 *
 * @param isText whether people wrote the names, and no expression gave a list of them
 */
export function checkSpelling(
	names: readonly string[],
	isText: boolean,
	json: IDataObject,
	input: InputItems | undefined,
): void {
	const fields = new Set(Object.keys(json).map((name) => name.trim()));
	const isField = (name: string) => fields.has(name);
	const wrong = names.find((name) => {
		if (isField(name.trim())) return false;
		const [first = '', ...within] = name.split('.');
		const isPath = within.length > 0 && isField(first);
		const isSpelled = isText && (/^(["']).*\1$/.test(name) || /[;\n]/.test(name));
		return (isPath || isSpelled) && !fieldsOfAll(input).has(name);
	});
	if (wrong === undefined) return;
	throw inputFailure(
		`'Field Names' has ${quote(wrong)}, which is no field of the item`,
		'Name whole fields, separated by commas: password, token. To send or leave out a part of a field, put an Edit Fields node before this one.',
	);
}

/**
 * Names of which no item has any are none of fields, such as the value of a field that was dragged here
 * from the input panel: nothing would be sent, or nothing would stay back.
 *
 * @throws ConvexFailure (`input`) without the names, of which one may be a secret
 */
export function checkAnyKnown(names: readonly string[], input: InputItems | undefined): void {
	const fields = fieldsOfAll(input);
	if (fields.size === 0) return;
	if (names.some((name) => fields.has(name) || fields.has(name.trim()))) return;
	throw inputFailure(
		"'Field Names' names no field of the input items",
		"Write the names of fields, separated by commas: password, token. A field's value, such as {{ $json.password }}, is no name.",
	);
}

/** By the items of a run, which may be thousands: the names of all their fields. */
const namesOfInput = new WeakMap<InputItems, ReadonlySet<string>>();

function fieldsOfAll(input: InputItems | undefined): ReadonlySet<string> {
	if (input === undefined) return new Set();
	const known = namesOfInput.get(input);
	if (known !== undefined) return known;
	const names = new Set<string>();
	for (let index = 0, item = input.get(0); item !== undefined; item = input.get(++index)) {
		for (const name of Object.keys(item.json)) names.add(name).add(name.trim());
	}
	namesOfInput.set(input, names);
	return names;
}

/** A field whose name has other blanks around it than the one that is meant would be left out. */
export function checkBlanks(names: readonly string[], json: IDataObject): void {
	refuseBlanks(
		names,
		json,
		"'Field Names' has",
		'Rename the field before this node, or give the names by an expression, as a list with the blanks.',
	);
}

/** The same where fields are mapped by the names of arguments. */
export function checkBlanksOfArguments(names: Iterable<string>, json: IDataObject): void {
	refuseBlanks(
		names,
		json,
		'The function takes',
		'Rename the field before this node, or map each argument manually.',
	);
}

/** @param wanted begins the sentence, and a name goes on */
function refuseBlanks(
	names: Iterable<string>,
	json: IDataObject,
	wanted: string,
	advice: string,
): void {
	const missing = [...names].filter((name) => !Object.hasOwn(json, name));
	if (missing.length === 0) return;
	const fields = new Map(Object.keys(json).map((field) => [field.trim(), field]));
	for (const name of missing) {
		const meant = fields.get(name.trim());
		if (meant === undefined) continue;
		throw inputFailure(`${wanted} ${quote(name)}, and the item has ${quote(meant)}`, advice);
	}
}
