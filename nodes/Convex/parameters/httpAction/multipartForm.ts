import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { checkBodyLength } from '../../convex/functions/httpBody';
import { halfCharacter } from '../../convex/values/encodeArguments';
import { readingFile } from '../../transport/fileContent';
import { requestContent } from '../../transport/http/requestContent';
import { findFile } from '../arguments/binaryField';
import { enumField, readField } from '../field';
import type { ItemParameters } from '../itemParameters';
import { readEntries, toText } from './namedValues';

const LIST_NAME = 'part';

const PART_TYPE = enumField({
	displayName: 'Type',
	name: 'type',
	default: 'text',
	choices: [
		{ name: 'File', value: 'file', description: 'The content of a file of the item' },
		{ name: 'Text', value: 'text', description: 'Text, or a number' },
	],
});

export const multipartDescription: INodeProperties = {
	displayName: 'Form Fields',
	name: 'multipartFields',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Field' },
	default: {},
	placeholder: 'Add Field',
	description: 'The fields and files of the form, 20 MiB together at most',
	displayOptions: { show: { body: ['multipart'] } },
	options: [
		{
			displayName: 'Field',
			name: LIST_NAME,
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. attachment',
				},
				PART_TYPE.property,
				{
					displayName: 'Input Binary Field',
					name: 'binaryField',
					type: 'string',
					default: 'data',
					placeholder: 'e.g. data',
					hint: "The name of the input item's binary field with the file",
					displayOptions: { show: { type: ['file'] } },
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
					displayOptions: { show: { type: ['text'] } },
				},
			],
		},
	],
};

/** A part of the form. */
export interface FormPart {
	name: string;
	content: Buffer;
	/** Of a file only. */
	file?: { name: string; mimeType: string };
}

/**
 * The parts of the form; files are read only while all of them together are not too long.
 *
 * @throws ConvexFailure (`input`) naming the field
 */
export async function readMultipart(
	{ helpers }: IExecuteFunctions,
	parameters: ItemParameters,
	itemIndex: number,
): Promise<FormPart[]> {
	const described = { property: multipartDescription, listName: LIST_NAME };
	const parts: FormPart[] = [];
	let length = 0;
	for (const { subject, name, fields } of readEntries(parameters, described, itemIndex)) {
		if (readField(subject, fields, PART_TYPE) === 'text') {
			parts.push({ name, content: Buffer.from(toText(subject, fields.value)) });
			continue;
		}
		const file = findFile(parameters.input, itemIndex, subject, fields.binaryField);
		length += (await requestContent(helpers, file, subject)).length;
		checkBodyLength(length);
		const content = await readingFile(
			subject,
			async () => await parameters.input.readFile(itemIndex, file),
		);
		const { fileName = 'file', mimeType } = file;
		if (!fileName.isWellFormed()) throw halfCharacter(`The name of the file of ${subject}`);
		parts.push({ name, content, file: { name: fileName, mimeType } });
	}
	if (parts.length > 0) return parts;
	throw inputFailure("'Form Fields' is empty", "Add a field, or set 'Body' to 'None'.");
}

const LINE = '\r\n';

/** The parts as one body (RFC 7578), behind a boundary that is in none of them. */
export function encodeMultipart(parts: FormPart[]) {
	const boundary = unusedBoundary(parts);
	const pieces = parts.flatMap(({ name, content, file }) => [
		Buffer.from(`--${boundary}${LINE}${headOf(name, file)}${LINE}${LINE}`),
		content,
		Buffer.from(LINE),
	]);
	return {
		kind: 'bytes' as const,
		bytes: Buffer.concat([...pieces, Buffer.from(`--${boundary}--${LINE}`)]),
		contentType: `multipart/form-data; boundary=${boundary}`,
	};
}

function headOf(name: string, file: FormPart['file']): string {
	const disposition = `Content-Disposition: form-data; name="${escaped(name)}"`;
	if (file === undefined) return disposition;
	const type = file.mimeType.replace(/[\r\n]/g, '') || 'application/octet-stream';
	return `${disposition}; filename="${escaped(file.name)}"${LINE}Content-Type: ${type}`;
}

/** As browsers write it (HTML, "multipart/form-data encoding algorithm"). */
function escaped(name: string): string {
	return name.replace(/\r\n?|\n/g, '%0D%0A').replace(/"/g, '%22');
}

const BOUNDARY_PREFIX = 'n8n-convex-';

/** The boundary that the content type of such a body names; undefined for any other body. */
export function boundaryOf(contentType = ''): string | undefined {
	const [, boundary] = contentType.split('; boundary=');
	return boundary?.startsWith(BOUNDARY_PREFIX) === true ? boundary : undefined;
}

function unusedBoundary(parts: FormPart[]): string {
	for (;;) {
		const boundary = `${BOUNDARY_PREFIX}${Math.random().toString(36).slice(2).padEnd(11, '0')}`;
		if (!parts.some(({ content }) => content.includes(boundary))) return boundary;
	}
}
