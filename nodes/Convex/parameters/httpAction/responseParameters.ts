import type { INodeProperties } from 'n8n-workflow';
import { enumField, readParameter } from '../field';
import { readOutputField } from '../file/fileField';
import type { ParameterReader } from '../parameterReader';

const response = enumField({
	displayName: 'Response',
	name: 'response',
	default: 'auto',
	description: 'What becomes of the answer',
	choices: [
		{
			name: 'Automatic',
			value: 'auto',
			description: 'JSON, text or a file, by the content type of the answer',
		},
		{ name: 'File', value: 'file', description: 'The answer becomes a file of the item' },
		{
			name: 'JSON',
			value: 'json',
			description: 'A list becomes one item per element, an object becomes the item',
		},
		{ name: 'Text', value: 'text', description: "The answer is in the field 'text'" },
	],
});

const OUTPUT_FIELD: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'outputBinaryField',
	type: 'string',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the binary field that a file is put in',
	displayOptions: { show: { response: ['auto', 'file'] } },
};

export const responseDescription: INodeProperties[] = [response.property, OUTPUT_FIELD];

export type ResponseShape = 'auto' | 'file' | 'json' | 'text';

/** What becomes of an answer. */
export interface ResponseParameters {
	shape: ResponseShape;
	/** Where a file is put. */
	outputField: string;
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readResponseParameters(
	context: ParameterReader,
	itemIndex: number,
): ResponseParameters {
	const shape = readParameter(context, response, itemIndex);
	return { shape, outputField: readOutputField(context, itemIndex, OUTPUT_FIELD.name) };
}
