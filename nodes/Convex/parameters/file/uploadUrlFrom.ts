import type { INodeProperties } from 'n8n-workflow';
import type { FunctionPath } from '../../convex/functions/functionPath';
import { encodeArguments, type EncodedArguments } from '../../convex/values/encodeArguments';
import { adviceOutsideArguments } from '../../convex/values/jsonText';
import { enumField, readParameter } from '../field';
import { functionPathDescription, readFunctionPath } from '../functionLocator';
import { readJsonParameter } from '../jsonParameter';
import type { ParameterReader } from '../parameterReader';

const uploadUrlFrom = enumField({
	displayName: 'Upload URL From',
	name: 'uploadUrlFrom',
	default: 'system',
	noDataExpression: true,
	description: 'Who allows the upload',
	choices: [
		{
			name: 'Function',
			value: 'function',
			description: 'A mutation of yours that returns what ctx.storage.generateUploadUrl() gives',
		},
		{
			name: 'System',
			value: 'system',
			description: "Convex's own function, as in the dashboard (needs a deploy key)",
		},
	],
	displayOptions: { show: { operation: ['upload'] } },
});

const ofFunction = { show: { operation: ['upload'], uploadUrlFrom: ['function'] } };

const JSON_PARAMETER = "'Arguments (JSON)'";

/** The mutation's arguments have no form and no types to choose here. */
const JSON_ADVICE = adviceOutsideArguments('Write JSON. Use {} for no arguments.');

export const uploadUrlDescription: INodeProperties[] = [
	uploadUrlFrom.property,
	{
		...functionPathDescription(
			'The mutation that returns an upload URL; it is called for each file, and should do nothing else',
		),
		displayOptions: ofFunction,
	},
	{
		displayName: 'Arguments (JSON)',
		name: 'argumentsJson',
		type: 'json',
		typeOptions: { rows: 3 },
		default: '{}',
		placeholder: 'e.g. { "folder": "invoices" }',
		description: "The mutation's arguments as a JSON object; {} for none",
		displayOptions: ofFunction,
	},
];

/** Who gives the upload URL: Convex's own function, or one of the user's. */
export type UploadUrlSource =
	{ kind: 'system' } | { kind: 'function'; functionPath: FunctionPath; args: EncodedArguments };

/** @throws ConvexFailure (`input`) naming the parameter */
export function readUploadUrlSource(context: ParameterReader, itemIndex: number): UploadUrlSource {
	if (readParameter(context, uploadUrlFrom, itemIndex) === 'system') return { kind: 'system' };
	const functionPath = readFunctionPath(context, itemIndex);
	const parameter = {
		name: 'argumentsJson',
		subject: JSON_PARAMETER,
		advice: JSON_ADVICE,
		unset: '{}',
	};
	const args = readJsonParameter(context, parameter, itemIndex);
	return { kind: 'function', functionPath, args: encodeArguments(JSON_PARAMETER, args) };
}
