import type { INodeProperties } from 'n8n-workflow';
import { describeType, isPlainObject } from '../../convex/values/encodeArguments';
import { inputFailure } from '../../convex/failure';
import { enumOption, optionOr, integerOption } from './optionValues';

/** The linter wants to see it in the description as a number. */
const DEFAULT_LIMIT = 50;
const DEFAULT_PAGES = 1;
/** Documents per call. Convex reads 16 MiB and 32,000 documents per call at most. */
const DEFAULT_PAGE_SIZE = 100;

export const paginationOption: INodeProperties = {
	displayName: 'Pagination',
	name: 'pagination',
	type: 'fixedCollection',
	default: { settings: {} },
	typeOptions: { multipleValues: false },
	placeholder: 'Add Pagination',
	description:
		"Read a list page by page, with a query that takes 'paginationOpts', which the node fills in",
	displayOptions: { show: { '/operation': ['query'] } },
	options: [
		{
			displayName: 'Settings',
			name: 'settings',
			values: [
				{
					displayName: 'Amount',
					name: 'return',
					type: 'options',
					default: 'all',
					description: 'How much of the list to read',
					options: [
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
				},
				{
					displayName: 'Limit',
					name: 'limit',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 50,
					description: 'Max number of results to return',
					displayOptions: { show: { return: ['limit'] } },
				},
				{
					displayName: 'One Item Per',
					name: 'itemPer',
					type: 'options',
					default: 'document',
					description: 'What becomes an output item',
					options: [
						{ name: 'Document', value: 'document', description: 'Each document of the list' },
						{
							name: 'Page',
							value: 'page',
							description: "What the function returned, with 'page', 'isDone' and 'continueCursor'",
						},
					],
				},
				{
					displayName: 'Page Size',
					name: 'pageSize',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: DEFAULT_PAGE_SIZE,
					description: 'How many documents to ask for in one call',
				},
				{
					displayName: 'Pages',
					name: 'pages',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: DEFAULT_PAGES,
					description: 'How many pages to read at most',
					displayOptions: { show: { return: ['pages'] } },
				},
				{
					displayName: 'When a Cursor Becomes Invalid',
					name: 'onInvalidCursor',
					type: 'options',
					default: 'fail',
					description:
						'What to do when data that decides where the list begins or ends changed meanwhile, so that Convex cannot go on from the last page',
					options: [
						{ name: 'Fail', value: 'fail', description: 'The item fails' },
						{
							name: 'Start Again',
							value: 'restart',
							description: 'Read the list anew from its beginning; what was read so far is dropped',
						},
					],
				},
			],
		},
	],
};

export interface PaginationOptions {
	/** How many documents to read at most; infinite for all. */
	limit: number;
	/** How many pages to read at most. */
	pages: number;
	pageSize: number;
	itemPer: 'document' | 'page';
	onInvalidCursor: 'fail' | 'restart';
}

/** @throws ConvexFailure (`input`) naming the setting */
export function readPagination(
	options: Readonly<Record<string, unknown>>,
): PaginationOptions | undefined {
	if (!('pagination' in options)) return undefined;
	const settings = settingsOf(options.pagination);
	const setting = (name: string, unset: unknown) => optionOr(settings, name, unset);
	const count = (option: string, value: unknown) =>
		integerOption(`Pagination → ${option}`, value, { least: 1, most: Number.MAX_SAFE_INTEGER });
	const extent = enumOption('Pagination → Amount', setting('return', 'all'), [
		'all',
		'limit',
		'pages',
	]);
	return {
		limit: extent === 'limit' ? count('Limit', setting('limit', DEFAULT_LIMIT)) : Infinity,
		pages: extent === 'pages' ? count('Pages', setting('pages', DEFAULT_PAGES)) : Infinity,
		pageSize: count('Page Size', setting('pageSize', DEFAULT_PAGE_SIZE)),
		itemPer: enumOption('Pagination → One Item Per', setting('itemPer', 'document'), [
			'document',
			'page',
		]),
		onInvalidCursor: enumOption(
			'Pagination → When a Cursor Becomes Invalid',
			setting('onInvalidCursor', 'fail'),
			['fail', 'restart'],
		),
	};
}

/** A collection without settings has all its defaults. */
function settingsOf(pagination: unknown): Readonly<Record<string, unknown>> {
	const settings = isPlainObject(pagination) ? optionOr(pagination, 'settings', {}) : pagination;
	if (isPlainObject(settings)) return settings;
	throw inputFailure(
		`The option 'Pagination' is ${describeType(settings)}, not an object with settings`,
		'Fill in its settings, or remove the option.',
	);
}
