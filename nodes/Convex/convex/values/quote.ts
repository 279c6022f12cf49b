const MAX_QUOTED_LENGTH = 100;
const QUOTED_END_LENGTH = 40;
const EXCERPT_LENGTH = 40;

/**
 * A name or a place in quotes, for a sentence. Each item of a workflow may have one of a million
 * characters: of a long one, the start and the end are shown.
 */
export function quote(text: string): string {
	return `'${shortened(text)}'`;
}

/** The same without quotes. */
export function shortened(text: string): string {
	if (text.length <= MAX_QUOTED_LENGTH) return text;
	const start = text.slice(0, MAX_QUOTED_LENGTH - QUOTED_END_LENGTH);
	return `${start}…${text.slice(-QUOTED_END_LENGTH)}`.toWellFormed();
}

/** How a value begins, in quotes. */
export function quoteStart(text: string): string {
	return text.length <= EXCERPT_LENGTH
		? `'${text}'`
		: `'${text.slice(0, EXCERPT_LENGTH).toWellFormed()}…'`;
}
