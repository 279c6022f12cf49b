import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ValueFormat } from '../../convex/functions/functionCall';
import { booleanField, integerField } from '../field';
import {
	component as componentOfFunction,
	timeout as timeoutOfCall,
	valueFormat as valueFormatOfResult,
} from '../options';
import { option, optionsForm, runOption, type Option } from '../options/option';
import {
	concurrency as concurrencyOfCalls,
	MAX_CONCURRENCY,
	maxRetries as maxRetriesOfCalls,
} from '../options/runOptions';
import { readerForItem, readerForRun } from '../options/storedOptions';
import type { ParameterReader } from '../parameterReader';

/** What the node does with documents. The names are in saved workflows. */
export const DOCUMENT_OPERATIONS = [
	'create',
	'delete',
	'get',
	'getMany',
	'import',
	'update',
] as const;

export type DocumentOperation = (typeof DOCUMENT_OPERATIONS)[number];

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

const writeConcurrency = runOption<number, DocumentOperation>(
	['create', 'delete', 'update'],
	concurrencyOfCalls,
);

/** Convex refuses more in one call (system-udfs/convex/_system/frontend/addDocument.ts, deleteDocuments.ts). */
const MAX_BATCH_SIZE = 4096;

const batchSize = runOption<number, DocumentOperation>(
	['create', 'delete'],
	integerField({
		displayName: 'Batch Size',
		name: 'batchSize',
		default: 100,
		min: 1,
		max: MAX_BATCH_SIZE,
		description: 'How many items go into one request at most; 1 sends each in a request of its own',
	}),
);

const returnIds = runOption<boolean, DocumentOperation>(
	['create'],
	booleanField({
		displayName: 'Return IDs',
		name: 'returnIds',
		default: true,
		description:
			'Whether to read the newest documents after each request, to find the IDs of those that were created',
	}),
);

const createTable = option<boolean, DocumentOperation>(
	['import'],
	booleanField({
		displayName: 'Create Table',
		name: 'createTable',
		default: false,
		description: 'Whether to create the table if the deployment does not have it',
	}),
);

const rebuildKeyIndex = option<boolean, DocumentOperation>(
	['import'],
	booleanField({
		displayName: 'Rebuild Key Index',
		name: 'rebuildKeyIndex',
		default: false,
		description:
			'Whether Upsert by Key may drop the key index that the table has for other fields, and build one for its own',
	}),
);

const timeLimit = option<number, DocumentOperation>(
	['import'],
	integerField({
		displayName: 'Time Limit',
		name: 'timeLimit',
		default: 3_600_000,
		min: 1,
		unit: 'milliseconds',
		description:
			'How long an import may take, in milliseconds, with the time that it waits for other imports; then it is cancelled',
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

const valueFormat = option<ValueFormat, DocumentOperation>(['create', 'get', 'getMany', 'update'], {
	...valueFormatOfResult,
	property: {
		...valueFormatOfResult.property,
		description: 'How Convex types that JSON lacks are written in the documents',
	},
});

/** The table of options, in the order of the form. */
const OPTIONS: ReadonlyArray<Option<unknown, DocumentOperation>> = [
	batchSize,
	component,
	createTable,
	readConcurrency,
	writeConcurrency,
	maxRetries,
	pageSize,
	rebuildKeyIndex,
	returnIds,
	timeLimit,
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
	const read = readerForItem<DocumentOperation>(context, operation, itemIndex);
	return {
		componentPath: read(component),
		pageSize: read(pageSize),
		timeoutMs: read(timeout),
		valueFormat: read(valueFormat),
	};
}

/** What applies to imports beside them, and may differ from item to item too. */
export interface ImportOptions {
	componentPath: string | undefined;
	createTable: boolean;
	rebuildKeyIndex: boolean;
	/** For the whole import. */
	timeLimitMs: number;
	/** For the answer to one request. */
	timeoutMs: number;
}

/** @throws ConvexFailure (`input`) naming the option */
export function readImportOptions(context: ParameterReader, itemIndex: number): ImportOptions {
	const read = readerForItem<DocumentOperation>(context, 'import', itemIndex);
	return {
		componentPath: read(component),
		createTable: read(createTable),
		rebuildKeyIndex: read(rebuildKeyIndex),
		timeLimitMs: read(timeLimit),
		timeoutMs: read(timeout),
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
	const read = readerForRun<DocumentOperation>(context, operation);
	const concurrency = writeConcurrency.appliesTo.includes(operation)
		? writeConcurrency
		: readConcurrency;
	return { concurrency: read(concurrency), maxRetries: read(maxRetries) };
}

/** The same for operations that write. */
export interface WriteOptions {
	/** How many items go into one request at most. */
	batchSize: number;
	/** Whether the IDs of what was created are looked for. */
	returnIds: boolean;
}

/** @throws ConvexFailure (`input`) naming the option */
export function readWriteOptions(
	context: IExecuteFunctions,
	operation: DocumentOperation,
): WriteOptions {
	const read = readerForRun<DocumentOperation>(context, operation);
	return { batchSize: read(batchSize), returnIds: read(returnIds) };
}
