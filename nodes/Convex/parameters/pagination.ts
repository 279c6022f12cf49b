import type { INodeProperties } from 'n8n-workflow';
import { booleanField, enumField, integerField, readParameter } from './field';
import { listLimit } from './listLimit';
import { option, type ReadOption } from './options/option';
import type { ParameterReader } from './parameterReader';

const isPaginated = booleanField({
	displayName: 'Pagination',
	name: 'pagination',
	default: false,
	description:
		"Whether the query is paginated: the node then fills in its 'paginationOpts' and reads page by page",
	displayOptions: { show: { operation: ['query'] } },
});

const limit = listLimit({ operation: ['query'], pagination: [true] });

export const paginationDescription: INodeProperties[] = [isPaginated.property, ...limit.properties];

const forPages = { displayOptions: { show: { '/pagination': [true] } } };

export const itemPer = option(
	['query'],
	enumField({
		displayName: 'One Item Per',
		name: 'itemPer',
		default: 'document',
		description: 'What becomes an output item',
		choices: [
			{ name: 'Document', value: 'document', description: 'Each document of the list' },
			{
				name: 'Page',
				value: 'page',
				description: "What the function returned, with 'page', 'isDone' and 'continueCursor'",
			},
		],
		...forPages,
	}),
);

export const onInvalidCursor = option(
	['query'],
	enumField({
		displayName: 'On Invalid Cursor',
		name: 'onInvalidCursor',
		default: 'fail',
		description:
			'What to do when data that decides where the list begins or ends has changed, so that the last page leads nowhere',
		choices: [
			{ name: 'Fail', value: 'fail', description: 'The item fails' },
			{
				name: 'Start Again',
				value: 'restart',
				description: 'Read the list again from its beginning; what was read so far is dropped',
			},
		],
		...forPages,
	}),
);

export const pageSize = option(
	['query'],
	integerField({
		displayName: 'Page Size',
		name: 'pageSize',
		// Convex reads 16 MiB and 32,000 documents per call at most.
		default: 100,
		min: 1,
		description: 'How many documents to ask for in one call',
		...forPages,
	}),
);

export interface PaginationOptions {
	/** How many documents to read at most; infinite for all. */
	limit: number;
	pageSize: number;
	itemPer: 'document' | 'page';
	onInvalidCursor: 'fail' | 'restart';
}

/**
 * How to read a list page by page; undefined for a single call.
 *
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function readPagination(
	context: ParameterReader,
	read: ReadOption,
	itemIndex: number,
): PaginationOptions | undefined {
	if (!readParameter(context, isPaginated, itemIndex)) return undefined;
	return {
		limit: limit.read(context, itemIndex),
		pageSize: read(pageSize),
		itemPer: read(itemPer),
		onInvalidCursor: read(onInvalidCursor),
	};
}
