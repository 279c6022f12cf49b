import type { INodeProperties } from 'n8n-workflow';
import type { DocumentFilter } from '../../convex/documents/documentFilter';
import type { TableFields } from '../../convex/documents/tableFields';
import { inputFailure } from '../../convex/failure';
import { describeType } from '../../convex/values/plainObject';
import { isMeantToBeGiven } from '../expressions';
import { enumField, readParameter } from '../field';
import { locatorOf } from '../functionLocator';
import { listLimit } from '../listLimit';
import type { ParameterReader } from '../parameterReader';
import { filtersDescription } from './documentFilters';
import { readFilters } from './readFilters';

const forList = { operation: ['getMany'] };

const limit = listLimit(forList);

const order = enumField({
	displayName: 'Order',
	name: 'order',
	default: 'desc',
	description: 'Which documents come first',
	choices: [
		{
			name: 'Ascending',
			value: 'asc',
			description: 'The oldest first, or the lowest by the fields of the index',
		},
		{
			name: 'Descending',
			value: 'desc',
			description: 'The newest first, or the highest by the fields of the index',
		},
	],
	displayOptions: { show: forList },
});

const index: INodeProperties = {
	displayName: 'Index',
	name: 'index',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description:
		'The index that gives the order, and finds documents by filters on its fields without reading all; by creation time unless chosen',
	displayOptions: { show: forList },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'By creation time',
			typeOptions: { searchListMethod: 'searchIndexes', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. by_status',
			hint: "The name of the table's index, as in convex/schema.ts",
		},
	],
};

export const documentListDescription: INodeProperties[] = [
	...limit.properties,
	filtersDescription({ show: forList }),
	index,
	order.property,
];

/** Which documents of a table to read. */
export interface DocumentList {
	/** How many at most; infinite for all. */
	limit: number;
	filters: DocumentFilter[];
	order: 'asc' | 'desc';
	/** Undefined for the one by creation time, which every table has. */
	indexName: string | undefined;
}

/** What decides which documents these are, as it is stored: the same for all items, or not. */
export const LIST_PARAMETERS = ['returnAll', 'limit', 'filters', 'index', 'order'] as const;

/**
 * @param askFields what the table has; asked for only where there are filters
 * @throws ConvexFailure (`input`) naming the parameter
 */
export async function readDocumentList(
	context: ParameterReader,
	askFields: () => Promise<TableFields>,
	itemIndex: number,
): Promise<DocumentList> {
	return {
		limit: limit.read(context, itemIndex),
		filters: await readFilters(context, askFields, itemIndex),
		order: readParameter(context, order, itemIndex),
		indexName: readIndexName(context, itemIndex),
	};
}

function readIndexName(context: ParameterReader, itemIndex: number): string | undefined {
	const { value } = locatorOf(context.getNodeParameter('index', itemIndex, ''));
	if (typeof value === 'string') {
		const name = value.trim();
		if (name !== '') return name;
		// Typed as empty, the order of creation is meant.
		if (!isMeantToBeGiven(context.stored('index'))) return undefined;
		throw inputFailure(
			"'Index' is empty: its expression gives nothing",
			"Correct the expression. To read by creation time, leave 'Index' empty.",
		);
	}
	throw inputFailure(
		`'Index' is ${describeType(value)}, not the name of an index`,
		'Choose an index from the list, or write its name as in convex/schema.ts, e.g. by_status.',
	);
}
