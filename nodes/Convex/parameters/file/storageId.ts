import type { INodeProperties } from 'n8n-workflow';
import { parseFileUrl, type StoredFileAddress } from '../../convex/deployment/storageUrl';
import { inputFailure } from '../../convex/failure';
import { mismatch } from '../../convex/values/mismatch';
import { quote } from '../../convex/values/quote';
import type { ParameterReader } from '../parameterReader';

const NAME = 'storageId';

const HELP = "Use the 'storageId' that Upload gives, or the '_id' of a file.";

/** A file by its ID. */
export const storageIdDescription: INodeProperties = {
	displayName: 'Storage ID',
	name: NAME,
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. kg2d3h8c4v9p0q1r2s3t4v5w6x7y8z9a',
	description: "The ID of the file: the storageId that Upload gives, or the file's own _id",
	displayOptions: { show: { operation: ['get', 'delete'] } },
};

/** A file by its ID or where it is served. */
export const storageIdOrUrlDescription: INodeProperties = {
	...storageIdDescription,
	displayName: 'Storage ID or URL',
	description:
		'The ID of the file (needs a deploy key), or its URL as ctx.storage.getUrl gives it to your functions',
	displayOptions: { show: { operation: ['download'] } },
};

export type FileReference =
	{ kind: 'id'; storageId: string } | { kind: 'url'; address: StoredFileAddress };

/** Those of Convex have about 32 letters and digits. */
const STORAGE_ID = /^\w{1,200}$/;

/** @throws ConvexFailure (`input`) naming the parameter */
export function readStorageId(context: ParameterReader, itemIndex: number): string {
	const text = readText(context, `'${storageIdDescription.displayName}'`, itemIndex);
	if (STORAGE_ID.test(text)) return text;
	throw inputFailure(`'${storageIdDescription.displayName}' is not an ID: ${quote(text)}`, HELP);
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readFileReference(context: ParameterReader, itemIndex: number): FileReference {
	const subject = `'${storageIdOrUrlDescription.displayName}'`;
	const text = readText(context, subject, itemIndex);
	if (STORAGE_ID.test(text)) return { kind: 'id', storageId: text };
	const address = parseFileUrl(text);
	if (address !== undefined) return { kind: 'url', address };
	throw inputFailure(
		`${subject} is neither the ID of a file nor the URL of one`,
		`${HELP} Or use the URL that ctx.storage.getUrl gives, e.g. https://happy-animal-123.convex.cloud/api/storage/….`,
	);
}

function readText(context: ParameterReader, subject: string, itemIndex: number): string {
	const value = context.getNodeParameter(NAME, itemIndex, '');
	const text = typeof value === 'string' ? value.trim() : '';
	if (text !== '') return text;
	if (value === '' || value === undefined || value === null) {
		throw inputFailure(`${subject} is empty`, HELP);
	}
	throw mismatch(subject, value, 'the ID of a file', HELP);
}
