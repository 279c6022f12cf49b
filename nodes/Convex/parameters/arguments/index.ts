import type { INodeProperties } from 'n8n-workflow';
import type { JSONValue } from 'convex/values';
import {
	encodeArguments,
	encodeElement,
	type EncodedArguments,
} from '../../convex/values/encodeArguments';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { elementFields, elementOfFields } from '../../convex/functions/listArgument';
import { isPlainObject } from '../../convex/values/plainObject';
import { ARGUMENTS_ADVICE, isJson, parseJsonData } from '../../convex/values/jsonText';
import { quoteStart } from '../../convex/values/quote';
import type { Validator } from '../../convex/values/validator';
import { convertValue } from '../../convex/values/validatorConversion';
import { dateParser } from '../dates';
import { argumentFieldsDescription, readArgumentFields } from './fields';
import {
	convert,
	leavesFieldsOut,
	mappedArgumentsDescription,
	readMappedArguments,
} from './mapped';
import { itemFieldsDescription, readItemFields } from './inputItem';
import { makesJson } from '../expressionCode';
import { wholeExpression } from '../expressions';
import { enumField, readParameter } from '../field';
import { readJsonParameter } from '../jsonParameter';
import type { ParameterReader } from '../parameterReader';

const JSON_PARAMETER = "'Arguments (JSON)'";

/** The choice that a trigger, which has no input item, does not have. */
const OF_ITEM = {
	name: 'Using Input Item',
	value: 'item',
	description: "Send the input item's fields as the arguments",
} as const;

const argumentsMode = (hasInputItem: boolean) =>
	enumField({
		displayName: 'Arguments',
		name: 'argumentsMode',
		default: 'mapping',
		description: "Where the function's arguments come from",
		builderHint: {
			propertyHint: `In code, use 'fields' (named and typed, with fromAi() in a tool) or 'json'; 'mapping' is a form that the editor makes from the deployment.${hasInputItem ? " 'item' sends the fields of the input item, and does not work in a tool." : ''}`,
		},
		choices: [
			{
				name: 'Using Fields Below',
				value: 'fields',
				description: 'Name each argument and choose its type',
			},
			{
				name: 'Using Function Arguments',
				value: 'mapping',
				description: "Fill in the function's own arguments, with their types (needs a deploy key)",
			},
			...(hasInputItem ? [OF_ITEM] : []),
			{
				name: 'Using JSON',
				value: 'json',
				description: 'Write all arguments as one JSON object',
			},
		],
	});

const MODE = argumentsMode(true);
const MODE_OF_TRIGGER = argumentsMode(false);

/** @param hasInputItem whether the arguments may be taken from an input item */
export function argumentsDescription(hasInputItem: boolean): INodeProperties[] {
	return [
		(hasInputItem ? MODE : MODE_OF_TRIGGER).property,
		mappedArgumentsDescription(hasInputItem),
		argumentFieldsDescription(hasInputItem),
		...(hasInputItem ? itemFieldsDescription() : []),
		{
			displayName: 'Arguments (JSON)',
			name: 'argumentsJson',
			type: 'json',
			typeOptions: { rows: 5 },
			default: '{}',
			required: true,
			placeholder: 'e.g. { "author": "Ada", "limit": 10 }',
			description:
				'A JSON object with the arguments, as text or as an expression that gives an object',
			displayOptions: { show: { argumentsMode: ['json'] } },
		},
	];
}

/** The ways to give arguments that need no list of functions, behind "set" in a sentence. */
export function otherArguments(hasInputItem: boolean): string {
	return `'Arguments' to 'Using Fields Below'${hasInputItem ? ", 'Using Input Item'" : ''} or 'Using JSON'`;
}

/** Whether the arguments are those of a form that is made from the function's own declaration. */
export function hasArgumentForm(context: ParameterReader, itemIndex: number): boolean {
	return readMode(context, itemIndex) === 'mapping';
}

function readMode(context: ParameterReader, itemIndex: number) {
	return readParameter(context, context.input === undefined ? MODE_OF_TRIGGER : MODE, itemIndex);
}

/**
 * Of when the declaration of a function may be: one of some seconds ago, as long as what it says is seen
 * to fit, or of this run.
 */
export type Freshness = 'known' | 'current';

/**
 * The arguments of an item's call, from the place that 'Arguments' names.
 *
 * @param declared asks the deployment what the function declares; called only where it is needed
 * @param convertTypes whether to convert all arguments to the declared types
 * @throws ConvexFailure (`input`) naming the parameter and the argument
 */
export async function readArguments(
	context: ParameterReader,
	itemIndex: number,
	declared: (freshness: Freshness) => Promise<Validator>,
	convertTypes: boolean,
): Promise<EncodedArguments> {
	const mode = readMode(context, itemIndex);
	if (mode === 'mapping') {
		let args = await declared('known');
		if (leavesFieldsOut(context, args, itemIndex)) args = await declared('current');
		return encodeArguments("'Arguments'", readMappedArguments(context, args, itemIndex));
	}
	const { source, args } =
		mode === 'fields' ? await ofFields(context, itemIndex) : ofItem(context, mode, itemIndex);
	if (!convertTypes || !isPlainObject(args)) return encodeArguments(source, args);
	return encodeArguments(source, convert(context, source, await declared('known'), args));
}

/**
 * The same of an item's part in a call for many: the element of the list that stands for the item. As
 * JSON it may be any value, elsewhere it is an object.
 *
 * @param declared asks the deployment what the elements have to be, and is told whether the item is
 *   converted to that, or only the list argument can be checked by it
 */
export async function readElement(
	context: ParameterReader,
	itemIndex: number,
	declared: (isConverted: boolean, freshness: Freshness) => Promise<Validator>,
	convertTypes: boolean,
): Promise<JSONValue> {
	const mode = readMode(context, itemIndex);
	let element = await declared(convertTypes || mode === 'mapping', 'known');
	if (mode === 'mapping') {
		const leavesOut = leavesFieldsOut(context, elementFields(element), itemIndex);
		if (leavesOut) element = await declared(true, 'current');
		const whole = 'an element of its list is';
		const mapped = readMappedArguments(context, elementFields(element), itemIndex, whole, element);
		return encodeElement("'Arguments'", elementOfFields(element, mapped));
	}
	const { source, args } =
		mode === 'fields' ? await ofFields(context, itemIndex) : elementOf(context, mode, itemIndex);
	if (!convertTypes) return encodeElement(source, args);
	const parseDate = dateParser(context.getTimezone());
	return encodeElement(source, convertValue(source, element, args, parseDate));
}

/** Arguments that are read without the function's own, and where they come from, for error sentences. */
interface UnmappedArguments {
	source: string;
	args: unknown;
}

/** A field may hold the content of a file, which is waited for. */
async function ofFields(context: ParameterReader, itemIndex: number): Promise<UnmappedArguments> {
	return { source: "'Arguments'", args: await readArgumentFields(context, itemIndex) };
}

/**
 * The same for an element. A text that an expression gives is that text, also if it looks like a number;
 * it is JSON where it is an object or a list, or where the expression makes JSON of it.
 */
function elementOf(
	context: ParameterReader,
	mode: 'item' | 'json',
	itemIndex: number,
): UnmappedArguments {
	const stored = context.stored('argumentsJson');
	const whole = mode === 'json' ? wholeExpression(stored) : undefined;
	const json = whole === undefined ? 'always' : makesJson(String(stored).slice(1));
	if (json === 'always') return ofItem(context, mode, itemIndex);
	const given: unknown = context.getNodeParameter('argumentsJson', itemIndex);
	if (typeof given !== 'string' || parseJsonData(given) !== undefined)
		return ofItem(context, mode, itemIndex);
	if (json === 'perhaps' && isJson(given)) throw perhapsJson(given);
	if (whole === 'alone') return { source: JSON_PARAMETER, args: given };
	throw inputFailure(
		`${JSON_PARAMETER} has a blank or a line break beside its expression`,
		'Remove it: with it, n8n makes text of a number, and the blank a part of a text.',
	);
}

/** A number, say, may be one that the expression made JSON of, or a text that it left alone. */
function perhapsJson(text: string): ConvexFailure {
	return inputFailure(
		`The expression in ${JSON_PARAMETER} gives ${quoteStart(text)}, and makes JSON only in a part of it: this may be JSON or a text`,
		'Put JSON.stringify() around the whole expression, and the value arrives as it is.',
	);
}

function ofItem(
	context: ParameterReader,
	mode: 'item' | 'json',
	itemIndex: number,
): UnmappedArguments {
	if (mode === 'item')
		return { source: 'The input item', args: readItemFields(context, itemIndex) };
	const parameter = { name: 'argumentsJson', subject: JSON_PARAMETER, advice: ARGUMENTS_ADVICE };
	return { source: JSON_PARAMETER, args: readJsonParameter(context, parameter, itemIndex) };
}
