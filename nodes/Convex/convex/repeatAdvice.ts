/**
 * Texts of Convex, and of gateways before it, give it for calls that may be repeated. That a mutation
 * failed "on every subsequent retry" is what happened.
 */
const REPEAT_ADVICE = new RegExp(
	[
		/\b(?:try|run|send|call|submit|attempt|make|issue|perform|execute)\b.{0,80}\b(?:again|once more)\b/,
		/\btry\b.{0,40}\b(?:later|shortly|soon|in|after)\b/,
		/(?<!(?:subsequent|after) )\bre-?try(?:ing)?\b/,
		/\b(?:repeat|re-?(?:send|submit|attempt|issue|run))(?:ing)?\b/,
		/\bplease (?:refresh|come back)\b/,
		/\bgive\b.{0,20}\banother (?:try|go|shot|attempt)\b/,
		/\b(?:should|can|may) be repeated\b|\bretries are (?:recommended|advised)\b/,
	]
		.map(({ source }) => source)
		.join('|'),
	'is',
);

/** How a clause begins that says nothing without the advice behind it. */
const LEADS_TO_ADVICE = /^(?:please|sorry|if|when|once|to|and|or)\b/i;

/** Of the last text: hundreds of calls that were in flight may fail with the same one. */
let last = { text: '', rest: '' };

/** A text without what it says of making the call again; empty where it says nothing else. */
export function withoutRepeatAdvice(text: string): string {
	if (text !== last.text) last = { text, rest: restOf(text) };
	return last.rest;
}

function restOf(text: string): string {
	if (!REPEAT_ADVICE.test(text)) return text;
	const sentences = text.split(/(?<=[.!?])\s+/).map(withoutRepeatClause);
	return sentences.filter((sentence) => sentence !== '').join(' ');
}

/** What a sentence says before the clause with the advice: "It is not loaded yet, try again later". */
function withoutRepeatClause(sentence: string): string {
	if (!REPEAT_ADVICE.test(sentence)) return sentence;
	const clauses = sentence.split(/(?<=[,;:–—])\s+/);
	const advised = clauses.findIndex((clause) => REPEAT_ADVICE.test(clause));
	const rest = clauses
		.slice(0, Math.max(0, advised))
		.join(' ')
		.replace(/[,;:–—]$/, '');
	return LEADS_TO_ADVICE.test(rest) ? '' : rest;
}
