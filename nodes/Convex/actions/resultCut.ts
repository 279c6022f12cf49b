import type { JSONValue } from 'convex/values';

/** Of a text that is cut, at least so much stays: shorter ones are IDs, names and sentences. */
const MIN_TEXT_LENGTH = 200;

/** So many lists are cut at most; what has more is no list of rows. */
const MAX_CUTS = 100;

/** What is left of a value that was too long, and what it lacks, as parts of a sentence. */
export interface ResultCut {
	value: JSONValue;
	leftOut: string[];
}

/**
 * Cuts a value to a length, as JSON text: first lists, by whole elements from their end, the longest
 * list first and each to no less than one element; then long texts. What does not fit even so, as it
 * has very many fields, is given as the beginning of its JSON text.
 *
 * @param json the whole value
 * @param maxLength in characters
 * @returns undefined for a value that fits
 */
export function cutToLength(json: string, maxLength: number): ResultCut | undefined {
	if (json.length <= maxLength) return undefined;
	const value: JSONValue = JSON.parse(json);
	const lists = cutLists(value, maxLength);
	const { shortened, count } = cutTexts(value, maxLength);
	const texts = count === 0 ? [] : [`${count === 1 ? 'a long text is' : `${count} texts are`} cut`];
	if (lengthOf(shortened) <= maxLength) return { value: shortened, leftOut: [...lists, ...texts] };
	return {
		value: { beginning: beginningOf(json, maxLength) },
		leftOut: ['only the beginning of its JSON text is given'],
	};
}

/** The beginning of a text that is as long, written as JSON: each quote in it takes two characters. */
function beginningOf(text: string, maxLength: number): string {
	let beginning = text.slice(0, maxLength);
	for (;;) {
		const excess = lengthOf({ beginning }) - maxLength;
		if (excess <= 0) return endedWell(beginning);
		beginning = beginning.slice(0, -Math.ceil(excess / 2));
	}
}

/** A list in a value, with its way from the root, such as `value.page`; empty for the root itself. */
interface FoundList {
	path: string;
	list: JSONValue[];
	/** Of its JSON, in characters. */
	length: number;
}

/** Cuts the lists in place. */
function cutLists(root: JSONValue, maxLength: number): string[] {
	const sentences: string[] = [];
	let excess = lengthOf(root) - maxLength;
	let lists = listsIn(root, '');
	for (let cuts = 0; cuts < MAX_CUTS && excess > 0; cuts++) {
		const found = longest(lists);
		if (found === undefined) break;
		const { path, list } = found;
		const before = list.length;
		excess -= dropLast(list, excess);
		const place = path === '' ? '' : ` of '${path}'`;
		sentences.push(`the last ${before - list.length} of ${before} entries${place} are left out`);
		// Unless that was enough, one element is left of it, which may have lists.
		const inside = path === '' ? '' : `${path}[0]`;
		lists = lists.filter((other) => other !== found).concat(listsIn(list[0], inside));
	}
	return sentences;
}

/** The outermost lists that have more than one element. */
function listsIn(value: JSONValue | undefined, path: string): FoundList[] {
	if (typeof value !== 'object' || value === null) return [];
	if (Array.isArray(value)) {
		return value.length > 1
			? [{ path, list: value, length: lengthOf(value) }]
			: value.flatMap((element) => listsIn(element, path));
	}
	return Object.entries(value).flatMap(([name, field]) =>
		listsIn(field, path === '' ? name : `${path}.${name}`),
	);
}

function longest(lists: FoundList[]): FoundList | undefined {
	return lists.reduce<FoundList | undefined>(
		(one, other) => (one === undefined || other.length > one.length ? other : one),
		undefined,
	);
}

/**
 * Takes elements from the end until so many characters are gone, or one element is left.
 *
 * @returns how many are gone
 */
function dropLast(list: JSONValue[], excess: number): number {
	let gone = 0;
	while (gone < excess && list.length > 1) gone += lengthOf(list.pop()) + ','.length;
	return gone;
}

/** Cuts the longest texts, all to the same length, which is as large as it may be. */
function cutTexts(value: JSONValue, maxLength: number): { shortened: JSONValue; count: number } {
	const lengths = textLengthsIn(value);
	const longestText = lengths.reduce((one, other) => Math.max(one, other), 0);
	// What is as long as the whole may be never fits, so that nothing longer is written to try it.
	let [fits, tooLong] = [MIN_TEXT_LENGTH, Math.min(longestText, maxLength)];
	if (lengthOf(value) <= maxLength || tooLong <= fits) return { shortened: value, count: 0 };
	while (tooLong - fits > 1) {
		const middle = Math.floor((fits + tooLong) / 2);
		if (lengthOf(withShortTexts(value, middle)) <= maxLength) fits = middle;
		else tooLong = middle;
	}
	const count = lengths.filter((length) => length > fits).length;
	return { shortened: withShortTexts(value, fits), count };
}

function textLengthsIn(value: JSONValue | undefined): number[] {
	if (typeof value === 'string') return [value.length];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(textLengthsIn);
}

function withShortTexts(value: JSONValue, length: number): JSONValue {
	if (typeof value === 'string') {
		return value.length <= length ? value : `${endedWell(value.slice(0, length - 1))}…`;
	}
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((element) => withShortTexts(element, length));
	return Object.fromEntries(
		Object.entries(value).map(([name, field = null]) => [name, withShortTexts(field, length)]),
	);
}

/** A cut may go through a character of two units. */
function endedWell(text: string): string {
	return text.replace(/[\uD800-\uDBFF]$/, '');
}

function lengthOf(value: JSONValue | undefined): number {
	return JSON.stringify(value)?.length ?? 0;
}
