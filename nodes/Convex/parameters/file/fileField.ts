import type { IBinaryData, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { findFile } from '../arguments/binaryField';
import type { ParameterReader } from '../parameterReader';

const NAME = 'binaryField';

const base = { name: NAME, type: 'string', default: 'data', required: true } as const;

/** The file to upload. */
export const inputFileDescription: INodeProperties = {
	...base,
	displayName: 'Input Binary Field',
	placeholder: 'e.g. data',
	hint: 'The name of the input binary field containing the file to be uploaded',
	displayOptions: { show: { operation: ['upload'] } },
};

/** Where a downloaded file goes. */
export const outputFileDescription: INodeProperties = {
	...base,
	displayName: 'Put Output File in Field',
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field to put the file in',
	displayOptions: { show: { operation: ['download'] } },
};

export const INPUT_FILE = `'${inputFileDescription.displayName}'`;

/** @throws ConvexFailure (`input`) naming the parameter */
export function readInputFile(context: ParameterReader, itemIndex: number): IBinaryData {
	const given = context.getNodeParameter(NAME, itemIndex, base.default);
	const { input } = context;
	if (input === undefined) throw inputFailure(`${INPUT_FILE}: there is no input item`, 'Run it.');
	return findFile(input, itemIndex, INPUT_FILE, given);
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readOutputField(context: ParameterReader, itemIndex: number): string {
	const value = context.getNodeParameter(NAME, itemIndex, base.default);
	// An item's fields are an object, in which this one would be its prototype.
	if (typeof value === 'string' && value.trim() !== '' && value !== '__proto__') return value;
	throw inputFailure(
		`'${outputFileDescription.displayName}' is not the name of a field`,
		'Write a name such as data.',
	);
}
