import type { JSONValue } from 'convex/values';

/** How a field is compared, in the words of Convex's `filters` (system-udfs/convex/_system/frontend/lib/filters.ts). */
export type FilterOperator =
	'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'anyOf' | 'noneOf' | 'type' | 'notype';

/** What a document's field has to be. All filters of a list hold together; Convex has no other way. */
export interface DocumentFilter {
	field: string;
	operator: FilterOperator;
	/** In the encoded format; a list for `anyOf` and `noneOf`, the name of a type for `type` and `notype`. */
	value: JSONValue;
}

/** Whether a filter is one that Convex applies only when it has read a page. */
export function comparesType({ operator }: DocumentFilter): boolean {
	return operator === 'type' || operator === 'notype';
}

/** An index of a table: its order, and what can be read without reading the rest. */
export interface TableIndex {
	name: string;
	fields: readonly string[];
}

/** The index of every table, and the order of documents unless another is chosen. */
export const CREATION_TIME_INDEX: TableIndex = {
	name: 'by_creation_time',
	fields: ['_creationTime'],
};

export const ID_INDEX: TableIndex = { name: 'by_id', fields: ['_id'] };

/** What stands for a field that is not set (system-udfs/convex/_system/frontend/lib/values.ts). */
export const UNSET =
	'__CONVEX_PLACEHOLDER_undefined_I23atX0jcndVbFgXoQZffsih7eAqktCyFjgUuAeNBtfr3ySOljPSPSEOPFgprkdBO3zXNiGEJxmJ5ZFPc5C5qKesG80QRPvlJe8vgSxAt9feLTwxTg4PHfVwUaTEJU67FDwldWmTxp1guMPwxQ2jOuhEryTBf3mQ';

export interface DocumentQuery {
	filters: readonly DocumentFilter[];
	order: 'asc' | 'desc';
	index: TableIndex;
}

/** A query as Convex takes it. */
export interface EncodedQuery {
	/** The text for `filters`: base64 of JSON, in which keys may begin with `$`. */
	text: string;
	/** Those that were not left to the index, in the order in which Convex counts them. */
	filters: readonly DocumentFilter[];
}

type IndexClause =
	| { type: 'indexEq'; enabled: true; value: JSONValue }
	| {
			type: 'indexRange';
			enabled: true;
			lowerOp?: 'gt' | 'gte';
			lowerValue?: JSONValue;
			upperOp?: 'lt' | 'lte';
			upperValue?: JSONValue;
	  };

/**
 * Leaves to the index what it can find: values of its first fields, and a range of the next one. The
 * other filters are left to Convex, which looks at each document for them.
 */
export function encodeQuery({ filters, order, index: chosen }: DocumentQuery): EncodedQuery {
	const index = needsIdIndex(filters) ? ID_INDEX : chosen;
	const { clauses, rest } = divide(filters, index.fields);
	const expression = {
		clauses: rest.map(({ field, operator, value }) => ({
			field,
			op: operator,
			value,
			enabled: true,
		})),
		order,
		index: { name: index.name, clauses },
	};
	return {
		text: Buffer.from(JSON.stringify(expression), 'utf8').toString('base64'),
		filters: rest,
	};
}

/**
 * One document, for which Convex does not look at the types of its fields unless an index finds it
 * (`isAFilterForSingleDocument` of system-udfs/convex/_system/frontend/paginatedTableDocuments.ts).
 */
function needsIdIndex(filters: readonly DocumentFilter[]): boolean {
	const isOne = filters.some(({ field, operator }) => field === '_id' && operator === 'eq');
	return isOne && filters.some(comparesType);
}

function divide(
	filters: readonly DocumentFilter[],
	fields: readonly string[],
): { clauses: IndexClause[]; rest: DocumentFilter[] } {
	const rest = [...filters];
	const take = (field: string, operators: readonly FilterOperator[]) => {
		const found = rest.findIndex(
			(filter) => filter.field === field && operators.includes(filter.operator),
		);
		return found < 0 ? undefined : rest.splice(found, 1)[0];
	};
	const clauses: IndexClause[] = [];
	for (const field of fields) {
		const equal = take(field, ['eq']);
		if (equal !== undefined) {
			clauses.push({ type: 'indexEq', enabled: true, value: equal.value });
			continue;
		}
		const range = rangeOf(take(field, ['gt', 'gte']), take(field, ['lt', 'lte']));
		if (range !== undefined) clauses.push(range);
		break;
	}
	return { clauses, rest };
}

function rangeOf(
	lower: DocumentFilter | undefined,
	upper: DocumentFilter | undefined,
): IndexClause | undefined {
	if (lower === undefined && upper === undefined) return undefined;
	return {
		type: 'indexRange',
		enabled: true,
		...(lower !== undefined && {
			lowerOp: lower.operator === 'gt' ? 'gt' : 'gte',
			lowerValue: lower.value,
		}),
		...(upper !== undefined && {
			upperOp: upper.operator === 'lt' ? 'lt' : 'lte',
			upperValue: upper.value,
		}),
	};
}
