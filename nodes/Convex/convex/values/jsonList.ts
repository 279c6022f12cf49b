import { endOfText } from './jsonText';

/**
 * Divides JSON whose outermost object has a long list of objects, to be parsed in pieces: `JSON.parse` lets
 * nothing else happen until it is done. The whole is JSON if, and only if, all pieces and the rest are; then
 * they have the same content.
 *
 * The list is found, and divided, only where there are no blanks, as programs write it. A list that is not
 * found stays in the rest.
 *
 * @param field the name of the list
 * @param pieceLength in characters: a piece ends behind the object that makes it as long
 * @returns behind the pieces, which are lists: the rest, with an empty list
 */
export function* divideList(
	json: string,
	field: string,
	pieceLength: number,
): Generator<string, string> {
	const listStart = startOfList(json, field);
	let start = listStart;
	let depth = 0;
	for (const index of structureOf(json, listStart)) {
		const character = json[index];
		if (character === ',') {
			const isBetween = depth === 0 && json[index - 1] === '}' && json[index + 1] === '{';
			if (!isBetween || index - start < pieceLength) continue;
			yield `[${json.slice(start, index)}]`;
			start = index + 1;
		} else {
			depth += isOpening(character) ? 1 : -1;
			if (depth >= 0) continue;
			yield `[${json.slice(start, index)}]`;
			return json.slice(0, listStart) + json.slice(index);
		}
	}
	return json;
}

/** @returns the place behind the bracket of the list; the end where there is no such list */
function startOfList(json: string, field: string): number {
	// What stands before the quotes tells that they are not escaped ones in a longer name.
	const beginnings = ['{', ','].map((before) => `${before}"${field}":`);
	let depth = 0;
	for (const index of structureOf(json, 0)) {
		const character = json[index];
		if (character === ',') continue;
		const isList = character === '[' && depth === 1;
		if (isList && beginnings.some((each) => json.endsWith(each, index))) return index + 1;
		depth += isOpening(character) ? 1 : -1;
	}
	return json.length;
}

function isOpening(character: string | undefined): boolean {
	return character === '{' || character === '[';
}

const STRUCTURE = new Set([...'{}[],'].map((character) => character.charCodeAt(0)));

/** Where brackets and commas stand that are in no text. */
function* structureOf(json: string, start: number): Generator<number> {
	for (let at = start; ;) {
		const quote = json.indexOf('"', at);
		const end = quote < 0 ? json.length : quote;
		for (let index = at; index < end; index++) {
			if (STRUCTURE.has(json.charCodeAt(index))) yield index;
		}
		if (quote < 0) return;
		at = endOfText(json, quote);
		// A text without an end, which is no JSON.
		if (at <= quote) return;
	}
}
