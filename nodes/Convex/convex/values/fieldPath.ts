import type { JSONValue } from 'convex/values';
import { placeIn, type Step } from './conversion';
import { MAX_NESTING } from './encodeArguments';
import { ownField } from './sameValue';

/** What stands at the end of a path. */
export type FoundField =
	| { status: 'found'; value: JSONValue }
	/** There is no such field, or nothing that could have one. */
	| { status: 'missing' }
	/** The path names a field of a list, which has elements; `steps` lead to the list. */
	| { status: 'list'; steps: readonly Step[] };

const MISSING: FoundField = { status: 'missing' };

/** The one thing of a list that has a name. */
const LENGTH = 'length';

/** A name behind a point (or at the start), an index, or a name in brackets and quotes. */
const STEP = /(\.?)([^.[\]]+)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * Reads a path to a field: names behind points, indexes of lists in brackets, and names with a point
 * or a bracket in quotes, e.g. `steps[0].state` or `totals["a.b"]`. An empty path leads to the value
 * itself.
 *
 * @returns undefined for a text that is no path, or one that leads deeper than values of Convex are
 */
export function parseFieldPath(text: string): Step[] | undefined {
	const steps: Step[] = [];
	const pattern = new RegExp(STEP);
	while (pattern.lastIndex < text.length) {
		const step = nextStep(pattern, text, steps.length === 0);
		if (step === undefined || steps.length === MAX_NESTING) return undefined;
		steps.push(step);
	}
	return steps;
}

function nextStep(pattern: RegExp, text: string, isFirst: boolean): Step | undefined {
	const [, point, name, index, quoted] = pattern.exec(text) ?? [];
	if (index !== undefined) return Number(index);
	if (quoted !== undefined) return nameIn(quoted);
	const isApart = (point === '') === isFirst;
	return isApart && name !== undefined ? checkedName(name) : undefined;
}

function nameIn(quoted: string): string | undefined {
	try {
		const name: unknown = JSON.parse(quoted);
		return typeof name === 'string' ? checkedName(name) : undefined;
	} catch {
		return undefined;
	}
}

/** No field in Convex begins with `$`: what does so is a part of how a value is encoded. */
function checkedName(name: string): string | undefined {
	return name.trim() === name && name !== '' && !name.startsWith('$') ? name : undefined;
}

/**
 * The field of a value that a path leads to: own fields of objects, elements of lists and their `length`.
 *
 * @param value in Convex's encoded JSON
 */
export function fieldAt(value: JSONValue, steps: readonly Step[]): FoundField {
	let found = value;
	for (const [depth, step] of steps.entries()) {
		if (typeof found !== 'object' || found === null) return MISSING;
		if (Array.isArray(found) && !isOfList(step)) {
			return { status: 'list', steps: steps.slice(0, depth) };
		}
		const part = Array.isArray(found) ? partOfList(found, step) : ownField(found, String(step));
		if (part === undefined) return MISSING;
		found = part;
	}
	return { status: 'found', value: found };
}

function isOfList(step: Step): boolean {
	return step === LENGTH || /^\d{1,9}$/.test(String(step));
}

function partOfList(list: JSONValue[], step: Step): JSONValue | undefined {
	return step === LENGTH ? list.length : list[Number(step)];
}

/** Writes a path as it stands in sentences, in quotes: `'steps[0].state'`. */
export function quotedPath(steps: readonly Step[]): string {
	return placeIn('', steps).replace(/^: /, '');
}
