import type { JSONValue } from 'convex/values';
import { endOfText, roundedNumbers } from './jsonText';

/** A whole number that stands between texts; the parts of a fraction or an exponent are none. */
const WHOLE_NUMBER = /(?<![\d.eE+-])-?\d+(?![\d.eE])/g;

/**
 * Parses JSON that Convex wrote in its format for exports, in which an int64 is a number of up to 19
 * digits and every other number has a point or an exponent (convex-backend crates/value/src/export.rs).
 * `JSON.parse` rounds such a number, so each becomes text with its digits.
 *
 * @returns undefined for a text that is not JSON
 */
export function parseExactJson(json: string): JSONValue | undefined {
	try {
		const value: JSONValue = JSON.parse(quoteWholeNumbers(json));
		return value;
	} catch {
		return undefined;
	}
}

function quoteWholeNumbers(json: string): string {
	return rewriteJson(
		json,
		(part) => part.replace(WHOLE_NUMBER, '"$&"'),
		(text) => text,
	);
}

/** Rewrites the texts of valid JSON, and leaves everything else as it was written. */
export function rewriteTexts(json: string, rewrite: (text: string) => string): string {
	return rewriteJson(
		json,
		(part) => part,
		(literal) => {
			const text = String(JSON.parse(literal));
			const rewritten = rewrite(text);
			return rewritten === text ? literal : JSON.stringify(rewritten);
		},
	);
}

/**
 * Rewrites the numbers of valid JSON that a double would round, and leaves everything else as it was
 * written.
 */
export function rewriteRoundedNumbers(json: string, rewrite: (number: string) => string): string {
	const pieces: string[] = [];
	let done = 0;
	for (const { start, end } of roundedNumbers(json)) {
		pieces.push(json.slice(done, start), rewrite(json.slice(start, end)));
		done = end;
	}
	return done === 0 ? json : pieces.join('') + json.slice(done);
}

/**
 * What is rewritten to the same is not copied: of a long text, that would be a part for each of its texts.
 *
 * @param between rewrites what stands before, between and behind texts
 * @param text rewrites a text with its quotes
 */
function rewriteJson(
	json: string,
	between: (part: string) => string,
	text: (literal: string) => string,
): string {
	const pieces: string[] = [];
	let done = 0;
	const rewrite = (start: number, end: number, how: (part: string) => string) => {
		const part = json.slice(start, end);
		const rewritten = how(part);
		if (rewritten === part) return;
		pieces.push(json.slice(done, start), rewritten);
		done = end;
	};
	let start = 0;
	for (;;) {
		const quote = json.indexOf('"', start);
		rewrite(start, quote < 0 ? json.length : quote, between);
		if (quote < 0) return done === 0 ? json : pieces.join('') + json.slice(done);
		start = endOfText(json, quote);
		// A text without an end, which is no JSON.
		if (start <= quote) return json;
		rewrite(quote, start, text);
	}
}
