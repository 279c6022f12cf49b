const MAX_QUOTED_LENGTH = 100;
const QUOTED_END_LENGTH = 40;
const EXCERPT_LENGTH = 40;

/** As many as a person reads; the literals of a union are rarely more. */
const MAX_LISTED = 50;

/**
 * A name or a place in quotes, for a sentence. Each item of a workflow may have one of a million
 * characters: of a long one, the start and the end are shown.
 */
export function quote(text: string): string {
	return `'${shortened(text)}'`;
}

/** The same without quotes. */
export function shortened(text: string): string {
	if (text.length <= MAX_QUOTED_LENGTH) return visible(text);
	const start = text.slice(0, MAX_QUOTED_LENGTH - QUOTED_END_LENGTH);
	return visible(`${start}…${text.slice(-QUOTED_END_LENGTH)}`.toWellFormed());
}

/** What nobody sees in a name: a byte order mark before it, a blank of a web page, a control character. */
const INVISIBLE = /[^\S \t\r\n\u3000]|[\u00ad\u200b\u200e\u200f\u2060]|(?![\t\r\n])\p{Cc}/gu;

function visible(text: string): string {
	return text.replace(INVISIBLE, (character) => `<${codePointOf(character)}>`);
}

/** As Unicode writes it: `U+FEFF`. */
export function codePointOf(character: string): string {
	const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
	return `U+${code.padStart(4, '0')}`;
}

/**
 * A list for a sentence. A deployment may name thousands, and each failed item of a workflow repeats
 * them: of a long list, the first are shown.
 *
 * @param separator between two of them, with its blanks
 * @param write how one of them is shown
 */
export function listed<Item>(
	items: readonly Item[],
	separator: string,
	write: (item: Item) => string,
): string {
	const shown = items.slice(0, MAX_LISTED).map(write);
	const left = items.length - shown.length;
	return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(separator);
}

/** How a value begins, in quotes. */
export function quoteStart(text: string): string {
	return `'${visible(textStart(text, EXCERPT_LENGTH))}'`;
}

/** A text, or how a longer one begins: a cut may go through a character of two units. */
export function textStart(text: string, maxLength: number): string {
	return text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`;
}
