import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { mediaType } from '../../convex/responses/httpActionContent';
import { timeout } from '../options';
import { option, optionsForm, runOption, type Option } from '../options/option';
import {
	concurrency as concurrencyOfCalls,
	maxRetries as maxRetriesOfCalls,
} from '../options/runOptions';
import { readerForItem, readerForRun } from '../options/storedOptions';
import type { ParameterReader } from '../parameterReader';

/** What the node does with files. The names are in saved workflows. */
export const FILE_OPERATIONS = ['upload', 'download', 'get', 'getMany', 'delete'] as const;

export type FileOperation = (typeof FILE_OPERATIONS)[number];

const concurrency = runOption<number, FileOperation>(
	['upload', 'download', 'get', 'delete'],
	concurrencyOfCalls,
);

/** A type with its parameters, of which each may stand in quotes (RFC 9110 §8.3.1), as Convex reads it. */
const CONTENT_TYPE =
	/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; *[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[ !#-[\]-~]+"))*$/;

const contentType = option<string | undefined, FileOperation>(['upload'], {
	property: {
		displayName: 'Content Type',
		name: 'contentType',
		type: 'string',
		default: '',
		placeholder: 'e.g. image/png',
		description: "What Convex is told of the file's type, instead of what n8n knows",
	},
	unset: undefined,
	read: (subject, value) => {
		const type = typeof value === 'string' ? withoutBlanks(value) : undefined;
		if (isContentType(type)) return type;
		throw inputFailure(
			`${subject} is not a content type`,
			'Write a type such as image/png or text/plain; charset=utf-8, or remove the option.',
		);
	},
});

const fileName = option<string | undefined, FileOperation>(['download'], {
	property: {
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. invoice.pdf',
		description: 'What n8n calls the file; Convex keeps no names, so it is the ID unless set',
	},
	unset: undefined,
	read: (subject, value) => {
		const name = typeof value === 'string' ? baseName(value) : '';
		if (name !== '') return name;
		throw inputFailure(
			`${subject} is not a file name`,
			'Write a name such as invoice.pdf, or remove the option.',
		);
	},
});

const maxRetries = runOption<number, FileOperation>(FILE_OPERATIONS, maxRetriesOfCalls);

const timeoutOption = option<number, FileOperation>(FILE_OPERATIONS, {
	...timeout,
	property: {
		...timeout.property,
		description:
			'How long to wait for the answer, in milliseconds; of an upload or download, for all of it',
	},
});

/** The table of options, in the order of the form. */
const OPTIONS: ReadonlyArray<Option<unknown, FileOperation>> = [
	concurrency,
	contentType,
	fileName,
	maxRetries,
	timeoutOption,
];

export const fileOptionsDescription: INodeProperties = optionsForm(OPTIONS, FILE_OPERATIONS);

/** What may differ from item to item. */
export interface FileOptions {
	contentType: string | undefined;
	fileName: string | undefined;
	timeoutMs: number;
}

/** @throws ConvexFailure (`input`) naming the option */
export function readFileOptions(
	context: ParameterReader,
	operation: FileOperation,
	itemIndex: number,
): FileOptions {
	const read = readerForItem<FileOperation>(context, operation, itemIndex);
	return {
		contentType: read(contentType),
		fileName: read(fileName),
		timeoutMs: read(timeoutOption),
	};
}

/**
 * The options that hold for all items, as they are for the first.
 *
 * @throws ConvexFailure (`input`) naming the option
 */
export function readFileRunOptions(
	context: IExecuteFunctions,
	operation: FileOperation,
): { concurrency: number; maxRetries: number } {
	const read = readerForRun<FileOperation>(context, operation);
	return { concurrency: read(concurrency), maxRetries: read(maxRetries) };
}

/**
 * The type that n8n knows of a file, as far as it can stand in a header: without parameters that cannot,
 * such as a file's name.
 *
 * @returns undefined where it is no type
 */
export function knownContentType(mimeType: string | undefined): string | undefined {
	return [withoutBlanks(mimeType ?? ''), mediaType(mimeType)].find(isContentType);
}

/** Before a parameter, and around all, blanks and tabs are allowed; Convex refuses most of them. */
function withoutBlanks(contentType: string): string {
	return contentType
		.trim()
		.replace(/("[^"]*")|(?<![ \t])[ \t]*;([ \t]*)/g, (_match, quoted?: string, blanks?: string) => {
			return quoted ?? (blanks === '' ? ';' : '; ');
		})
		.replace(/; ?$/, '');
}

/** Anything else could not stand in a header. */
function isContentType(value: unknown): value is string {
	return typeof value === 'string' && CONTENT_TYPE.test(value);
}

const MAX_NAME_LENGTH = 255;

/** A name without folders and control characters, which is not to lead anywhere. */
function baseName(path: string): string {
	const name = path.split(/[/\\]/).at(-1) ?? '';
	const printable = name.replace(/\p{Cc}/gu, '').trim();
	return /^\.*$/.test(printable) ? '' : printable.slice(0, MAX_NAME_LENGTH).toWellFormed();
}
