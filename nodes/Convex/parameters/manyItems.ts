import type { INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../convex/failure';
import { FUNCTION_OPERATIONS } from '../convex/functions/functionCall';
import { withoutListArgument } from '../convex/functions/listArgument';
import {
	encodeArguments,
	MAX_ARRAY_LENGTH,
	type EncodedArguments,
} from '../convex/values/encodeArguments';
import { adviceOutsideArguments } from '../convex/values/jsonText';
import { describeType, isPlainObject } from '../convex/values/plainObject';
import { quote } from '../convex/values/quote';
import type { Validator } from '../convex/values/validator';
import { convertValue } from '../convex/values/validatorConversion';
import { dateParser } from './dates';
import { enumField, integerField, readParameter } from './field';
import { locatorOf } from './functionLocator';
import { readJsonParameter } from './jsonParameter';
import type { ParameterReader } from './parameterReader';

const callFor = enumField({
	displayName: 'Call For',
	name: 'callFor',
	default: 'eachItem',
	noDataExpression: true,
	description: 'How many input items go into one call of the function',
	displayOptions: { show: { operation: [...FUNCTION_OPERATIONS] } },
	choices: [
		{ name: 'Each Item', value: 'eachItem', description: 'A call for each input item' },
		{
			name: 'Many Items at Once',
			value: 'manyItems',
			description: 'A call for up to thousands of items, of a function that takes a list',
		},
	],
});

const forManyItems = { show: { operation: [...FUNCTION_OPERATIONS], callFor: ['manyItems'] } };

const itemsPerCall = integerField({
	displayName: 'Items per Call',
	name: 'itemsPerCall',
	default: 100,
	min: 1,
	max: MAX_ARRAY_LENGTH,
	noDataExpression: true,
	description: 'How many items go into one call at most; a call also has at most 16 MiB',
	displayOptions: forManyItems,
});

const LIST_ARGUMENT: INodeProperties = {
	displayName: 'List Argument',
	name: 'listArgument',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: "The function's argument that takes the list, with the arguments of each item",
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select an argument…',
			typeOptions: { searchListMethod: 'searchListArguments', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. tasks',
			hint: "The argument's name, as in the function's args",
		},
	],
	displayOptions: forManyItems,
};

const SHARED_ARGUMENTS = "'Shared Arguments (JSON)'";

const SHARED_ADVICE = adviceOutsideArguments('Write JSON. Use {} for no arguments.');

const SHARED: INodeProperties = {
	displayName: 'Shared Arguments (JSON)',
	name: 'sharedArguments',
	type: 'json',
	typeOptions: { rows: 3 },
	default: '{}',
	placeholder: 'e.g. { "projectId": "…" }',
	description:
		'The arguments beside the list, as a JSON object; items for which they differ go into calls of their own',
	displayOptions: forManyItems,
};

/** What stands before the arguments of the items in the form. */
export const callForDescription: INodeProperties[] = [callFor.property, LIST_ARGUMENT];

/** What stands behind them. */
export const manyItemsDescription: INodeProperties[] = [SHARED, itemsPerCall.property];

/**
 * How many items go into one call at most, which holds for all items.
 *
 * @returns undefined where each item has a call of its own
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function readItemsPerCall(
	context: Pick<ParameterReader, 'getNodeParameter'>,
): number | undefined {
	return readParameter(context, callFor, 0) === 'eachItem'
		? undefined
		: readParameter(context, itemsPerCall, 0);
}

/**
 * The argument that takes the list, by its name.
 *
 * @param parameter as it is filled in
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function parseListArgument(parameter: unknown): string {
	const { value } = locatorOf(parameter);
	const name = typeof value === 'string' ? value.trim() : '';
	if (name === '') {
		const what = typeof value === 'string' ? 'empty' : `${describeType(value)}, not a name`;
		throw inputFailure(
			`'List Argument' is ${what}`,
			"Choose the argument of the function that takes the list, or set 'Call For' to 'Each Item'.",
		);
	}
	// Refuses what is no name of an argument.
	encodeArguments("'List Argument'", Object.fromEntries([[name, []]]));
	return name;
}

/** What the calls for many items have beside the arguments of these. */
export interface ListCall {
	listArgument: string;
	shared: SharedArguments;
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readListCall(context: ParameterReader, itemIndex: number): ListCall {
	const listArgument = parseListArgument(context.getNodeParameter('listArgument', itemIndex));
	const parameter = {
		name: 'sharedArguments',
		subject: SHARED_ARGUMENTS,
		advice: SHARED_ADVICE,
		unset: '{}',
	};
	const values = readJsonParameter(context, parameter, itemIndex);
	if (!isPlainObject(values)) {
		throw inputFailure(
			`${SHARED_ARGUMENTS} is ${describeType(values)}, not an object`,
			'Give one object with named arguments, e.g. {"projectId": "…"}. Use {} for no arguments.',
		);
	}
	if (Object.hasOwn(values, listArgument)) {
		throw inputFailure(
			`${SHARED_ARGUMENTS} has ${quote(listArgument)}, which is the list argument`,
			"Remove it there, or choose another 'List Argument': the node fills in the list.",
		);
	}
	return {
		listArgument,
		shared: new SharedArguments(values, listArgument, context.getTimezone()),
	};
}

/** Encoded arguments, and their text, by which they are compared. */
export interface EncodedShared {
	args: EncodedArguments;
	json: string;
}

/** The arguments beside the list. Where they are the same for all items, they are encoded once. */
export class SharedArguments {
	private encoded: (EncodedShared & { declared: Validator | undefined }) | undefined;

	constructor(
		private readonly values: Record<string, unknown>,
		private readonly listArgument: string,
		private readonly timezone: string,
	) {}

	/**
	 * @param declared what the function declares of its arguments, to convert them to
	 * @throws ConvexFailure (`input`) naming the argument
	 */
	encode(declared: Validator | undefined): EncodedShared {
		if (this.encoded !== undefined && this.encoded.declared === declared) return this.encoded;
		const args = encodeArguments(SHARED_ARGUMENTS, this.converted(declared));
		this.encoded = { args, json: JSON.stringify(args), declared };
		return this.encoded;
	}

	private converted(declared: Validator | undefined): unknown {
		const { values, listArgument, timezone } = this;
		if (declared === undefined) return values;
		const beside = withoutListArgument(declared, listArgument);
		return convertValue(SHARED_ARGUMENTS, beside, values, dateParser(timezone));
	}
}
