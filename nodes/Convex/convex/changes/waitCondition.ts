import type { JSONValue } from 'convex/values';
import { inputFailure, type ConvexFailure } from '../failure';
import { isPage } from '../responses/pageWalk';
import type { Step } from '../values/conversion';
import { checkDigits, isEqualTo, orderOf, type Expected } from '../values/comparison';
import { fieldAt, quotedPath } from '../values/fieldPath';
import { isPlainObject } from '../values/plainObject';
import { isSameValue } from '../values/sameValue';

/** How a field is compared. */
export type Comparison =
	| { operator: 'exists' }
	| { operator: 'oneOf'; expected: readonly Expected[] }
	| { operator: ComparisonWithValue; expected: Expected };

export type ComparisonWithValue =
	'equals' | 'notEquals' | 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual';

/** What the result of a query has to be, to be waited for no longer. */
export type WaitCondition =
	/** Neither null, nor a list or a page without elements. */
	| { waitUntil: 'notEmpty' }
	/** Another than the first one that was read. */
	| { waitUntil: 'changed' }
	/** A field of it, or all of it where there are no steps, meets a comparison. */
	| { waitUntil: 'field'; steps: readonly Step[]; comparison: Comparison };

/** Judges the results of a query, one after the other as they come. */
export class WaitProgress {
	private first: { value: JSONValue } | undefined;

	constructor(readonly condition: WaitCondition) {}

	/**
	 * Whether a result meets the condition.
	 *
	 * @param value in Convex's encoded JSON
	 * @throws ConvexFailure (`input`) for a field of a list, of which no element is named, and for a number
	 * that has lost digits where the field is an int64
	 */
	isMetBy(value: JSONValue): boolean {
		const { condition } = this;
		switch (condition.waitUntil) {
			case 'notEmpty':
				return !isEmpty(value);
			case 'changed':
				this.first ??= { value };
				return hasChanged(this.first.value, value);
			case 'field':
				return isFieldMet(value, condition);
		}
	}
}

function isEmpty(value: JSONValue): boolean {
	if (value === null) return true;
	const list = isPage(value) && isPlainObject(value) ? value.page : value;
	return Array.isArray(list) && list.length === 0;
}

/** The last comparison with a result: a hundred items may wait for the same one, which may be long. */
const compared = new WeakMap<object, { value: JSONValue; hasChanged: boolean }>();

function hasChanged(first: JSONValue, value: JSONValue): boolean {
	const compare = () => !isSameValue(comparable(first), comparable(value));
	if (typeof first !== 'object' || first === null) return compare();
	const last = compared.get(first);
	if (last?.value === value) return last.hasChanged;
	const result = compare();
	compared.set(first, { value, hasChanged: result });
	return result;
}

/** Of a page, the documents count: a cursor may be another with each run of the query. */
function comparable(value: JSONValue): JSONValue {
	if (!isPage(value) || typeof value !== 'object' || value === null || Array.isArray(value)) {
		return value;
	}
	return [value.page ?? null, value.isDone ?? null];
}

function isFieldMet(
	value: JSONValue,
	{ steps, comparison }: WaitCondition & { waitUntil: 'field' },
): boolean {
	const found = fieldAt(value, steps);
	switch (found.status) {
		case 'missing':
			return false;
		case 'list':
			throw fieldOfList(steps, found.steps);
		case 'found':
			return holds(found.value, comparison);
	}
}

function holds(actual: JSONValue, comparison: Comparison): boolean {
	switch (comparison.operator) {
		case 'exists':
			return actual !== null;
		case 'oneOf':
			for (const [index, expected] of comparison.expected.entries()) {
				checkDigits("'Values'", [index], actual, expected);
			}
			return comparison.expected.some((expected) => isEqualTo(actual, expected));
		default:
			checkDigits("'Value'", [], actual, comparison.expected);
			return isInRelation(comparison.operator, actual, comparison.expected);
	}
}

function isInRelation(
	operator: ComparisonWithValue,
	actual: JSONValue,
	expected: Expected,
): boolean {
	switch (operator) {
		case 'equals':
			return isEqualTo(actual, expected);
		case 'notEquals':
			return !isEqualTo(actual, expected);
		default:
			return isInOrder(operator, orderOf(actual, expected));
	}
}

function isInOrder(
	operator: Exclude<ComparisonWithValue, 'equals' | 'notEquals'>,
	order: number | undefined,
): boolean {
	if (order === undefined) return false;
	switch (operator) {
		case 'greaterThan':
			return order > 0;
		case 'greaterThanOrEqual':
			return order >= 0;
		case 'lessThan':
			return order < 0;
		case 'lessThanOrEqual':
			return order <= 0;
	}
}

/** "Any of them" and "all of them" are equally likely to be meant. */
function fieldOfList(steps: readonly Step[], toList: readonly Step[]): ConvexFailure {
	const list = toList.length === 0 ? 'the result' : quotedPath(toList);
	return inputFailure(
		`'Field' is ${quotedPath(steps)}, but ${list} is a list`,
		'Say which element is meant, e.g. [0].status for the first one, or compare the length of the list. To wait for one of many, have a query return it.',
	);
}
