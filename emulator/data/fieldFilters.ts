import type { Expression, FilterBuilder, GenericDocument, GenericTableInfo } from 'convex/server';
import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { TableOfId } from '../validation';
import type { FilterError, TypeClause, ValueClause } from './filterExpression';
import { UNSET_PLACEHOLDER } from './unsetPlaceholder';

/** A row for each clause whose value is none of Convex's. */
export function valueErrors(
	clauses: ReadonlyArray<{ value?: JSONValue | undefined }>,
): FilterError[] {
	return clauses.flatMap(({ value }, filter) =>
		!value || isConvexValue(value)
			? []
			: [{ filter, error: `Invalid value: ${JSON.stringify(value)}.` }],
	);
}

function isConvexValue(value: JSONValue): boolean {
	try {
		jsonToConvex(value);
		return true;
	} catch {
		return false;
	}
}

type Conditions = FilterBuilder<GenericTableInfo>;

/** What all clauses that name a field demand of a document together. */
export function conditionOf(
	q: Conditions,
	clauses: readonly ValueClause[],
): Expression<boolean> | true {
	const conditions = clauses.flatMap((clause) =>
		clause.field === undefined ? [] : [clauseCondition(q, clause.field, clause)],
	);
	return conditions.length === 0 ? true : q.and(...conditions);
}

function clauseCondition(
	q: Conditions,
	name: string,
	clause: ValueClause,
): Expression<boolean> | true {
	const field = q.field(name);
	if (clause.op === 'anyOf' || clause.op === 'noneOf') {
		jsonToConvex(clause.value as JSONValue);
		// Their values are not decoded: no int64 and no bytes.
		const values = (clause.value ?? []).map(orUnset);
		if (values.length === 0) return true;
		return clause.op === 'anyOf'
			? q.or(...values.map((value) => q.eq(field, value)))
			: q.and(...values.map((value) => q.neq(field, value)));
	}
	const value = orUnset(jsonToConvex(clause.value as JSONValue));
	if (clause.op === 'eq') return q.eq(field, value);
	if (clause.op === 'neq') return q.neq(field, value);
	return q[clause.op](field, value as Value);
}

function orUnset(value: Value): Value | undefined {
	return value === UNSET_PLACEHOLDER ? undefined : value;
}

/** Whether the fields of a document have the types that all clauses demand. */
export function hasTypes(
	document: GenericDocument,
	clauses: readonly TypeClause[],
	tableOfId: TableOfId,
): boolean {
	return clauses.every(({ field, op, value }) => {
		if (field === undefined) return true;
		return isOfType(document[field], value, tableOfId) === (op === 'type');
	});
}

function isOfType(
	value: Value | undefined,
	type: TypeClause['value'],
	tableOfId: TableOfId,
): boolean {
	const isId = typeof value === 'string' && tableOfId(value) !== undefined;
	switch (type) {
		case 'null':
			return value === null;
		case 'array':
			return Array.isArray(value);
		case 'bytes':
			return value instanceof ArrayBuffer;
		case 'id':
			return isId;
		case 'unset':
			return value === undefined;
		case 'object':
			return (
				typeof value === 'object' &&
				value !== null &&
				!Array.isArray(value) &&
				!(value instanceof ArrayBuffer)
			);
		default:
			return typeof value === type;
	}
}
