import { isPlainObject } from '../../convex/values/encodeArguments';
import { enumField, integerField, readField, toFieldValues } from '../field';
import { option } from './option';

const extent = enumField({
	displayName: 'Amount',
	name: 'return',
	default: 'all',
	description: 'How much of the list to read',
	choices: [
		{ name: 'All', value: 'all', description: 'The whole list' },
		{
			name: 'Up to a Limit',
			value: 'limit',
			description: 'So many documents from the start, fewer if the list is shorter',
		},
		{
			name: 'Up to a Number of Pages',
			value: 'pages',
			description: 'So many pages from the start, fewer if the list is shorter',
		},
	],
});

const limit = integerField({
	displayName: 'Limit',
	name: 'limit',
	default: 50,
	min: 1,
	description: 'Max number of results to return',
	displayOptions: { show: { return: ['limit'] } },
});

const itemPer = enumField({
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
});

const pageSize = integerField({
	displayName: 'Page Size',
	name: 'pageSize',
	// Convex reads 16 MiB and 32,000 documents per call at most.
	default: 100,
	min: 1,
	description: 'How many documents to ask for in one call',
});

const pages = integerField({
	displayName: 'Pages',
	name: 'pages',
	default: 1,
	min: 1,
	description: 'How many pages to read at most',
	displayOptions: { show: { return: ['pages'] } },
});

const onInvalidCursor = enumField({
	displayName: 'When a Cursor Becomes Invalid',
	name: 'onInvalidCursor',
	default: 'fail',
	description:
		'What to do when data that decides where the list begins or ends changed meanwhile, so that Convex cannot go on from the last page',
	choices: [
		{ name: 'Fail', value: 'fail', description: 'The item fails' },
		{
			name: 'Start Again',
			value: 'restart',
			description: 'Read the list again from its beginning; what was read so far is dropped',
		},
	],
});

export interface PaginationOptions {
	/** How many documents to read at most; infinite for all. */
	limit: number;
	/** How many pages to read at most. */
	pages: number;
	pageSize: number;
	itemPer: 'document' | 'page';
	onInvalidCursor: 'fail' | 'restart';
}

export const pagination = option<PaginationOptions | undefined>(['query'], {
	property: {
		displayName: 'Pagination',
		name: 'pagination',
		type: 'fixedCollection',
		default: { settings: {} },
		typeOptions: { multipleValues: false },
		placeholder: 'Add Pagination',
		description:
			"Read a list page by page, with a query that takes 'paginationOpts', which the node fills in",
		options: [
			{
				displayName: 'Settings',
				name: 'settings',
				values: [extent, limit, itemPer, pageSize, pages, onInvalidCursor].map(
					({ property }) => property,
				),
			},
		],
	},
	unset: undefined,
	read: (subject, value) => {
		// A collection without settings has all its defaults.
		const stored = isPlainObject(value) ? value : { settings: value };
		const settings = 'settings' in stored ? stored.settings : {};
		const values = toFieldValues(subject, settings, 'Fill in its settings, or remove the option.');
		const wanted = readField(subject, values, extent);
		return {
			limit: wanted === 'limit' ? readField(subject, values, limit) : Infinity,
			pages: wanted === 'pages' ? readField(subject, values, pages) : Infinity,
			pageSize: readField(subject, values, pageSize),
			itemPer: readField(subject, values, itemPer),
			onInvalidCursor: readField(subject, values, onInvalidCursor),
		};
	},
});
