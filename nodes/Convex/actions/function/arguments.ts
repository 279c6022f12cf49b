import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { encodeArguments, type EncodedArguments } from '../../convex/arguments';
import { inputFailure } from '../../convex/failure';
import { parseJsonText } from '../../convex/jsonText';
import { argumentFieldsDescription, readArgumentFields } from './argumentFields';
import { itemFieldsDescription, readItemFields } from './itemFields';

const JSON_PARAMETER = "'Arguments (JSON)'";

export const argumentsDescription: INodeProperties[] = [
	{
		displayName: 'Arguments',
		name: 'argumentsMode',
		type: 'options',
		default: 'fields',
		description: "Where the function's arguments come from",
		options: [
			{
				name: 'Using Fields Below',
				value: 'fields',
				description: 'Name each argument and choose its type',
			},
			{
				name: 'Using Input Item',
				value: 'item',
				description: "Send the input item's fields as the arguments",
			},
			{
				name: 'Using JSON',
				value: 'json',
				description: 'Write all arguments as one JSON object',
			},
		],
	},
	...argumentFieldsDescription,
	...itemFieldsDescription,
	{
		displayName: 'Arguments (JSON)',
		name: 'argumentsJson',
		type: 'json',
		typeOptions: { rows: 5 },
		default: '{}',
		required: true,
		placeholder: 'e.g. { "author": "Ada", "limit": 10 }',
		description:
			'A JSON object with the arguments, as text or as an expression that gives an object. Other Convex types can be written as {"$integer": "…"}, {"$bytes": "…"} and {"$float": "…"} with base64.',
		displayOptions: { show: { argumentsMode: ['json'] } },
	},
];

/**
 * The arguments of an item's call, from the place that 'Arguments' names.
 *
 * @throws ConvexFailure (`input`) naming the parameter and the argument
 */
export async function readArguments(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<EncodedArguments> {
	const mode: unknown = context.getNodeParameter('argumentsMode', itemIndex);
	switch (mode) {
		case 'fields':
			return encodeArguments("'Arguments'", await readArgumentFields(context, itemIndex));
		case 'item':
			return encodeArguments('The input item', readItemFields(context, itemIndex));
		case 'json': {
			const json: unknown = context.getNodeParameter('argumentsJson', itemIndex);
			const args = typeof json === 'string' ? parseJsonText(JSON_PARAMETER, json) : json;
			return encodeArguments(JSON_PARAMETER, args);
		}
		default:
			throw inputFailure(
				"'Arguments' is not one of its choices",
				"Choose from the list, or use an expression that gives 'fields', 'item' or 'json'.",
			);
	}
}
