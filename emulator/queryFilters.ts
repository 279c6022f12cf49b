import { compareValues, jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { ConvexTestDatabase, Document, SerializedQuery } from './convexTestDatabases';

/**
 * Has a database of convex-test compare in filters as the backend does, where any two values have an
 * order and a field that is not set comes before all (crates/common/src/query.rs `Expression::eval`).
 * Left to itself, it compares as JavaScript does. Filters that calculate stay its own.
 */
export function installFilters(database: ConvexTestDatabase): void {
	const resolve = database._resolveQuerySource.bind(database);
	database._resolveQuerySource = (query) => {
		const source = resolve(query);
		const filters = filtersOf(query);
		return filters.every(isComparison)
			? {
					...source,
					filterFn: (document) => filters.every((one) => evaluate(one, document) === true),
				}
			: source;
	};
}

const COMPARISONS: Record<string, (order: number) => boolean> = {
	$eq: (order) => order === 0,
	$neq: (order) => order !== 0,
	$lt: (order) => order < 0,
	$lte: (order) => order <= 0,
	$gt: (order) => order > 0,
	$gte: (order) => order >= 0,
};

function filtersOf({ operators }: SerializedQuery): JSONValue[] {
	if (!Array.isArray(operators)) return [];
	return operators.flatMap((operator) => {
		const filter = fieldOf(operator, 'filter');
		return filter === undefined ? [] : [filter];
	});
}

function isComparison(expression: JSONValue): boolean {
	const [name, operands] = operationOf(expression);
	if (name === '$field' || name === '$literal' || typeof expression !== 'object') return true;
	const known = name in COMPARISONS || ['$and', '$or', '$not'].includes(name);
	return known && operands.every(isComparison);
}

function evaluate(expression: JSONValue, document: Document): Value | undefined {
	if (typeof expression !== 'object' || expression === null) return expression;
	const [name, operands] = operationOf(expression);
	const [first = null, second = null] = operands;
	if (name === '$literal') return isUnset(first) ? undefined : jsonToConvex(first);
	if (name === '$field') return valueAt(document, String(first));
	if (name === '$and') return operands.every((operand) => evaluate(operand, document) === true);
	if (name === '$or') return operands.some((operand) => evaluate(operand, document) === true);
	if (name === '$not') return evaluate(first, document) !== true;
	return COMPARISONS[name]?.(compareValues(evaluate(first, document), evaluate(second, document)));
}

/** An operation's name, and what stands behind it as a list: `{ $eq: [left, right] }`. */
function operationOf(expression: JSONValue): [name: string, operands: JSONValue[]] {
	if (typeof expression !== 'object' || expression === null) return ['', []];
	const [[name, operand] = ['', null]] = Object.entries(expression);
	return [name, Array.isArray(operand) && name !== '$literal' ? operand : [operand ?? null]];
}

function isUnset(literal: JSONValue): boolean {
	return fieldOf(literal, '$undefined') !== undefined;
}

function fieldOf(value: JSONValue, name: string): JSONValue | undefined {
	const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
	return isObject ? value[name] : undefined;
}

/** What stands at a path such as `address.city`; undefined where nothing does. */
export function valueAt(document: Document, fieldPath: string): Value | undefined {
	let value: Value | undefined = document;
	for (const name of fieldPath.split('.')) {
		value =
			typeof value === 'object' && value !== null && !Array.isArray(value)
				? (value as Document)[name]
				: undefined;
	}
	return value;
}
