import type { JSONValue } from 'convex/values';
import { rewriteRoundedNumbers } from './exactJson';

/** Nobody nests JSON more deeply, and n8n's own code reads items by recursion. */
const MAX_DEPTH = 500;

/** What a text of a server is as JSON. */
export type AnswerJson = { status: 'json'; value: JSONValue } | { status: 'notJson' | 'tooDeep' };

/**
 * Parses JSON of any kind that a server sent. A whole number that a double would round becomes text with
 * its digits, as an int64 does in the results of functions.
 */
export function parseAnswerJson(text: string): AnswerJson {
	try {
		let value: JSONValue = JSON.parse(text);
		const kept = rewriteRoundedNumbers(text, (digits) => `"${digits}"`);
		if (kept !== text) value = JSON.parse(kept);
		return isShallow(value, MAX_DEPTH) ? { status: 'json', value } : { status: 'tooDeep' };
	} catch {
		return { status: 'notJson' };
	}
}

function isShallow(value: JSONValue | undefined, depth: number): boolean {
	if (typeof value !== 'object' || value === null) return true;
	return depth > 0 && Object.values(value).every((part) => isShallow(part, depth - 1));
}
