import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ValueFormat } from '../../convex/functions/functionCall';
import { isPlainObject } from '../../convex/values/plainObject';
import { hasExpression } from '../expressions';
import { integerField, toFieldValues, type FieldValues } from '../field';
import {
	component as componentOfFunction,
	timeout as timeoutOfCall,
	valueFormat as valueFormatOfResult,
} from '../options';
import { option, optionReader, optionsForm, runOption, type Option } from '../options/option';
import { maxRetries as maxRetriesOfCalls } from '../options/runOptions';
import type { ParameterReader } from '../parameterReader';

/** What the node does with documents. The names are in saved workflows. */
export const DOCUMENT_OPERATIONS = ['get', 'getMany'] as const;

export type DocumentOperation = (typeof DOCUMENT_OPERATIONS)[number];

const MAX_CONCURRENCY = 100;

const component = option<string | undefined, DocumentOperation>(DOCUMENT_OPERATIONS, {
	...componentOfFunction,
	property: {
		...componentOfFunction.property,
		description: 'The component that the table is in',
	},
});

const readConcurrency = runOption<number, DocumentOperation>(
	['get', 'getMany'],
	integerField({
		displayName: 'Concurrency',
		name: 'concurrency',
		default: 4,
		min: 1,
		max: MAX_CONCURRENCY,
		description: 'How many items may be in flight at once',
	}),
);

const maxRetries = runOption<number, DocumentOperation>(DOCUMENT_OPERATIONS, maxRetriesOfCalls);

/** An array of Convex has no more elements (convex-backend crates/value/src/array.rs). */
const MAX_PAGE_SIZE = 8192;

const pageSize = option<number, DocumentOperation>(
	['getMany'],
	integerField({
		displayName: 'Page Size',
		name: 'pageSize',
		default: 1000,
		min: 1,
		max: MAX_PAGE_SIZE,
		description: 'How many documents to ask for in one request',
	}),
);

const timeout = option<number, DocumentOperation>(DOCUMENT_OPERATIONS, {
	...timeoutOfCall,
	property: {
		...timeoutOfCall.property,
		description: 'How long to wait for the answer to a request, in milliseconds',
	},
});

const valueFormat = option<ValueFormat, DocumentOperation>(DOCUMENT_OPERATIONS, {
	...valueFormatOfResult,
	property: {
		...valueFormatOfResult.property,
		description: 'How Convex types that JSON lacks are written in the documents',
	},
});

/** The table of options, in the order of the form. */
const OPTIONS: ReadonlyArray<Option<unknown, DocumentOperation>> = [
	component,
	readConcurrency,
	maxRetries,
	pageSize,
	timeout,
	valueFormat,
];

export const documentOptionsDescription: INodeProperties = optionsForm(
	OPTIONS,
	DOCUMENT_OPERATIONS,
);

/** What may differ from item to item. */
export interface DocumentOptions {
	componentPath: string | undefined;
	pageSize: number;
	timeoutMs: number;
	valueFormat: ValueFormat;
}

/** @throws ConvexFailure (`input`) naming the option */
export function readDocumentOptions(
	context: ParameterReader,
	operation: DocumentOperation,
	itemIndex: number,
): DocumentOptions {
	const stored = context.getNodeParameter('options', itemIndex, {});
	const values = toFieldValues("'Options'", stored, 'Add options one by one, or remove them.');
	const read = optionReader<DocumentOperation>(operation, values);
	return {
		componentPath: read(component),
		pageSize: read(pageSize),
		timeoutMs: read(timeout),
		valueFormat: read(valueFormat),
	};
}

/** The options that hold for all items. */
export interface DocumentRunOptions {
	/** How many items may be in flight at once. */
	concurrency: number;
	maxRetries: number;
}

/**
 * Reads them for the first item, whose values count for all.
 *
 * @throws ConvexFailure (`input`) naming the option
 */
export function readDocumentRunOptions(
	context: IExecuteFunctions,
	operation: DocumentOperation,
): DocumentRunOptions {
	const { options } = context.getNode().parameters;
	const stored: FieldValues = isPlainObject(options) ? options : {};
	const read = optionReader<DocumentOperation>(operation, stored, (name) =>
		hasExpression(stored[name]) ? context.getNodeParameter(`options.${name}`, 0) : stored[name],
	);
	return { concurrency: read(readConcurrency), maxRetries: read(maxRetries) };
}
