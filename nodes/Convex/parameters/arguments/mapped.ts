import type { INodeProperties } from 'n8n-workflow';
import { isPlainObject } from '../../convex/values/plainObject';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import {
	alternativesOf,
	type FieldValidator,
	type ObjectValidator,
	type Validator,
} from '../../convex/values/validator';
import { convertFields } from '../../convex/values/validatorConversion';
import { checkPaginationGiven, PAGINATION_ARGUMENT } from '../../convex/responses/pageWalk';
import { dateParser } from '../dates';
import { fieldHasExpression } from '../expressions';
import { enumField } from '../field';
import { fieldsOfItem } from './inputItem';
import { checkBlanksOfArguments } from './itemFieldNames';
import type { ParameterReader } from '../parameterReader';

/** @param hasInputItem whether the arguments may be mapped from an input item */
export function mappedArgumentsDescription(hasInputItem: boolean): INodeProperties {
	return {
		displayName: 'Arguments',
		name: 'mappedArguments',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		required: true,
		description: "The function's own arguments, with their types",
		typeOptions: {
			loadOptionsDependsOn: [
				'functionPath.value',
				'options.componentPath',
				'pagination',
				...(hasInputItem ? ['callFor', 'listArgument.value'] : []),
			],
			resourceMapper: {
				resourceMapperMethod: 'getArguments',
				// Its arguments are checked before a run, and those that are required cannot be removed.
				mode: 'add',
				valuesLabel: 'Arguments',
				fieldWords: { singular: 'argument', plural: 'arguments' },
				addAllFields: true,
				supportAutoMap: hasInputItem,
				refreshStaleSchemaOnOpen: true,
				hideNoDataError: true,
			},
		},
		displayOptions: { show: { argumentsMode: ['mapping'] } },
	};
}

const mappingMode = (hasInputItem: boolean) =>
	enumField({
		displayName: 'Mapping Mode',
		name: 'mappingMode',
		default: 'defineBelow',
		choices: [
			{ name: 'Map Each Argument Manually', value: 'defineBelow' },
			...(hasInputItem ? [{ name: 'Map Automatically', value: 'autoMapInputData' } as const] : []),
		],
	});

export const MAPPING_MODE = mappingMode(true);
const MAPPING_MODE_OF_TRIGGER = mappingMode(false);

/**
 * The arguments of the form made from the function's own signature, or the item's fields of those
 * names, converted to the types of the signature.
 *
 * @param args what the function declares
 * @param whole what that is, for a sentence about a function that does not declare it
 * @param declared what it declares itself, where the form has one field for that
 * @throws ConvexFailure (`input`) naming an argument that is missing, not known or of a wrong type
 */
export function readMappedArguments(
	context: ParameterReader,
	args: Validator,
	itemIndex: number,
	whole = 'it takes',
	declared = args,
): Record<string, unknown> {
	const mapping: unknown = context.getNodeParameter('mappedArguments', itemIndex);
	if (!isPlainObject(mapping)) throw notFilledIn();
	const { read } = context.input === undefined ? MAPPING_MODE_OF_TRIGGER : MAPPING_MODE;
	const mode = read("The mapping mode of 'Arguments'", mapping.mappingMode);
	if (mode === 'autoMapInputData') {
		const isOneOfObjects = alternativesOf(declared).some(({ type }) => type === 'object');
		if (args.type !== 'object' || (declared.type === 'union' && isOneOfObjects)) {
			throw notDeclared(declared, whole);
		}
		const json = fieldsOfItem(context, itemIndex);
		checkBlanksOfArguments(args.fields.keys(), json);
		return convert(context, 'The input item', args, pick(json, args));
	}
	const values = mapping.value ?? {};
	if (!isPlainObject(values)) throw notFilledIn();
	const stored = context.stored('mappedArguments.value');
	const isGiven = (name: string) => fieldHasExpression(stored, name);
	return args.type === 'object'
		? convert(context, "'Arguments'", args, filledIn(values, args, isGiven))
		: values;
}

/**
 * Whether 'Map Automatically' passes over fields of the item that the function does not declare. One that
 * was just deployed may declare them.
 */
export function leavesFieldsOut(
	context: ParameterReader,
	args: Validator,
	itemIndex: number,
): boolean {
	if (context.input === undefined || args.type !== 'object') return false;
	// As it is stored: to read the form gives all its values, by their expressions.
	if (context.stored('mappedArguments.mappingMode') !== 'autoMapInputData') return false;
	return Object.keys(fieldsOfItem(context, itemIndex)).some((name) => !args.fields.has(name));
}

function notFilledIn(): ConvexFailure {
	return inputFailure("'Arguments' is not filled in", 'Open the node and fill in its arguments.');
}

/** All fields of the item would go out, though only those that the function names were meant to. */
function notDeclared({ type }: Validator, whole: string): ConvexFailure {
	const reason =
		type === 'union'
			? "An element of the function's list is one of several objects"
			: `The function does not declare what ${whole}`;
	return inputFailure(
		`${reason}, so no field can be mapped automatically`,
		"Set 'Arguments' to 'Using Input Item', and name the fields to send.",
	);
}

/** Converts arguments by a signature; a function without an args validator takes them as they are. */
export function convert(
	context: ParameterReader,
	source: string,
	args: Validator,
	values: Record<string, unknown>,
): Record<string, unknown> {
	if (args.type !== 'object') return values;
	checkPaginationGiven(args, values[PAGINATION_ARGUMENT], context.input === undefined);
	return convertFields(source, args, values, dateParser(context.getTimezone()));
}

export function pick(
	json: Record<string, unknown>,
	{ fields }: ObjectValidator,
): Record<string, unknown> {
	return Object.fromEntries(Object.entries(json).filter(([name]) => fields.has(name)));
}

/**
 * The form holds null for an argument that was emptied, and nothing for one that was never touched.
 * Either is null where the function requires the argument and names null for it: an argument that takes
 * anything is null only where an expression gives null. What an empty text stands for is decided where
 * values are converted.
 *
 * @param isGiven whether an expression gives the value of an argument
 */
export function filledIn(
	values: Record<string, unknown>,
	{ fields }: ObjectValidator,
	isGiven: (name: string) => boolean,
): Record<string, unknown> {
	const untouched = [...fields].filter(([, field]) => !field.optional && takes('null', field));
	return Object.fromEntries([
		...untouched.map(([name]) => [name, null]),
		...Object.entries(values).filter(([name, value]) => {
			const field = fields.get(name);
			return value !== null || takes('null', field) || (takes('any', field) && isGiven(name));
		}),
	]);
}

function takes(type: 'null' | 'any', field: FieldValidator | undefined): boolean {
	if (field === undefined) return false;
	return alternativesOf(field.validator).some((alternative) => alternative.type === type);
}
