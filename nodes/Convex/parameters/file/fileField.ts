import type { IBinaryData, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { checkedText } from '../../convex/values/encodeArguments';
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

const FILE_TEXT = `'${fileTextDescription.displayName}'`;

const TEXT_ADVICE = 'Give the text of the file.';

export const INPUT_FILE = `'${inputFileDescription.displayName}'`;

/** @throws ConvexFailure (`input`) naming the parameter */
export function readInputFile(context: ParameterReader, itemIndex: number): IBinaryData {
	const given = context.getNodeParameter(NAME, itemIndex, base.default);
	const { input } = context;
	if (input === undefined) throw inputFailure(`${INPUT_FILE}: there is no input item`, 'Run it.');
	return findFile(input, itemIndex, INPUT_FILE, given);
}

/**
 * The file of a tool: the text that a model wrote, or the file that 'Input Binary Field' gives.
 *
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function readFileOfTool(context: ParameterReader, itemIndex: number): IBinaryData {
	const text = context.getNodeParameter(fileTextDescription.name, itemIndex, '') ?? '';
	if (text !== '') return fileOfText(text);
	const given = context.getNodeParameter(NAME, itemIndex, base.default);
	const files = Object.keys(context.input?.get(itemIndex)?.binary ?? {});
	// A name alone is what the parameter has from the start.
	if (typeof given !== 'string' || files.length > 0) return readInputFile(context, itemIndex);
	throw inputFailure(`${FILE_TEXT} is empty`, TEXT_ADVICE);
}

function fileOfText(given: unknown): IBinaryData {
	if (typeof given !== 'string') throw mismatch(FILE_TEXT, given, 'text', TEXT_ADVICE);
	const text = checkedText(FILE_TEXT, given);
	return { data: Buffer.from(text).toString('base64'), mimeType: 'text/plain; charset=utf-8' };
}

/**
 * The binary field that a file is put in.
 *
 * @param name of the parameter that is shown as 'Put Output File in Field'
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function readOutputField(
	context: ParameterReader,
	itemIndex: number,
	name: string = NAME,
): string {
	const given = context.getNodeParameter(name, itemIndex, base.default);
	const field = typeof given === 'string' ? given.trim() : '';
	// An item's fields are an object, in which this one would be its prototype.
	if (field !== '' && field !== '__proto__') return field;
	throw inputFailure(
		`'${outputFileDescription.displayName}' is not the name of a field`,
		'Write a name such as data.',
	);
}
