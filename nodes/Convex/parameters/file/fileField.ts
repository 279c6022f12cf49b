import type { IBinaryData, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { mismatch } from '../../convex/values/mismatch';
import { findFile } from '../arguments/binaryField';
import type { ParameterReader } from '../parameterReader';
import { forTools } from '../tool';

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

/** The file to upload in a tool: a model gives no files, but it can write one. */
export const fileTextDescription: INodeProperties = {
	displayName: 'File Text',
	name: 'fileText',
	type: 'string',
	typeOptions: { rows: 3 },
	default: "={{ $fromAI('content', 'The whole text of the file', 'string') }}",
	description:
		"The text that is stored as a file; leave it empty to store a file that 'Input Binary Field' gives by an expression",
	displayOptions: { show: { ...forTools, operation: ['upload'] } },
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

/**
 * The text that a model wrote, as a file.
 *
 * @returns undefined where there is none
 * @throws ConvexFailure (`input`) for anything but text
 */
export function readFileText(context: ParameterReader, itemIndex: number): IBinaryData | undefined {
	const given = context.getNodeParameter(fileTextDescription.name, itemIndex, '');
	if (given === '' || given === undefined || given === null) return undefined;
	if (typeof given !== 'string') {
		throw mismatch(
			`'${fileTextDescription.displayName}'`,
			given,
			'text',
			'Give the text of the file.',
		);
	}
	return { data: Buffer.from(given).toString('base64'), mimeType: 'text/plain; charset=utf-8' };
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
