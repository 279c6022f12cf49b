import type { IBinaryData } from 'n8n-workflow';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { isPlainObject } from '../../convex/values/plainObject';
import { standardBase64 } from '../../convex/values/base64';
import { mismatch } from '../../convex/values/mismatch';
import { listed, quote, shortened } from '../../convex/values/quote';
import { readingFile } from '../../transport/fileContent';
import type { InputItems } from '../parameterReader';

/** The content of the file that `findFile` finds. @throws ConvexFailure (`input`) naming the subject */
export async function readBinaryField(
	input: InputItems,
	itemIndex: number,
	subject: string,
	given: unknown,
): Promise<Buffer> {
	const file = findFile(input, itemIndex, subject, given);
	return await readingFile(subject, async () => await input.readFile(itemIndex, file));
}

/**
 * A file of the input item, or one that an expression gives, as in n8n's own nodes.
 *
 * @param given the name of a binary field. Where the workflow keeps files in the items' JSON, it may be
 * the path to the file there
 * @throws ConvexFailure (`input`) naming the subject
 */
export function findFile(
	input: InputItems,
	itemIndex: number,
	subject: string,
	given: unknown,
): IBinaryData {
	if (isFile(given)) return checkedFile(subject, given);
	if (isWithoutContent(given)) {
		throw inputFailure(
			`${subject} is a file without its content, which n8n leaves out of $binary`,
			"Write the binary field's name, e.g. data, or use {{ $input.item.binary.data }}.",
		);
	}
	if (typeof given !== 'string') {
		throw mismatch(
			subject,
			given,
			'the name of a binary field',
			"Write the field's name, e.g. data, or use an expression that gives a file.",
		);
	}
	const files = input.get(itemIndex)?.binary ?? {};
	const file = Object.hasOwn(files, given) ? files[given] : input.fileInJson(itemIndex, given);
	if (file !== undefined) return checkedFile(subject, file);
	throw noFile(input, subject, given, Object.keys(files));
}

/** n8n's decoder skips what is not base64, and so makes other bytes of it. */
function checkedFile(subject: string, file: IBinaryData): IBinaryData {
	if (file.id !== undefined) return labelled(file);
	const data = typeof file.data === 'string' ? standardBase64(file.data) : undefined;
	if (data !== undefined) return labelled({ ...file, data });
	throw inputFailure(
		`${subject}: the content of the file is not base64`,
		"Correct the node that gives the file. In a Code node, set 'data' to Buffer.from(text).toString('base64').",
		'notBase64',
	);
}

/** Code may give a file any name and type; what is no text counts as none. */
function labelled({ fileName, mimeType, ...file }: IBinaryData): IBinaryData {
	const name: unknown = fileName;
	const type: unknown = mimeType;
	return {
		...file,
		...(typeof name === 'string' && { fileName: name }),
		mimeType: typeof type === 'string' ? type : '',
	};
}

/** What n8n takes for a file (n8n-workflow `isBinaryValue`): its content, or where that is kept. */
function isFile(value: unknown): value is IBinaryData {
	return describesFile(value) && (typeof value.data === 'string' || typeof value.id === 'string');
}

/** So is `$binary.data` where n8n keeps the content in its memory (n8n-workflow workflow-data-proxy). */
function isWithoutContent(value: unknown): boolean {
	return describesFile(value) && value.data === undefined && value.id === undefined;
}

function describesFile(value: unknown): value is Record<string, unknown> {
	return isPlainObject(value) && typeof value.mimeType === 'string';
}

function noFile(
	{ keepsFilesInJson }: InputItems,
	subject: string,
	name: string,
	existing: string[],
): ConvexFailure {
	if (keepsFilesInJson()) {
		return inputFailure(
			`${subject}: the input item has no file in the field ${quote(name)}`,
			"By its settings, this workflow keeps files in the items' JSON. Give the path of the file there, e.g. _files.data.",
		);
	}
	return inputFailure(
		`${subject}: the input item has no binary field ${quote(name)}`,
		existing.length === 0
			? 'The item carries no file. Put a node before this one that gives it one.'
			: `Its binary fields are: ${listed(existing, ', ', shortened)}.`,
	);
}
