/** A backslash for each level of JSON in a text in JSON. Nobody nests it deeper. */
const MAX_BACKSLASHES = 7;

/**
 * A pattern writes out the spellings of each character, and V8 takes none that is too long: so a longer
 * text has several, one behind the other.
 */
const MAX_PATTERN_CHARACTERS = 1_500;

export interface Secret {
	/** What comes before it in a key: the deployment's name, which is removed along with it. */
	prefix: string;
	text: string;
}

/** A way in which a secret may be written down. */
export interface Spelling {
	/** The same in plain text, URL-encoded and escaped: searched for first, which is quick. */
	part: string;
	/** Each matches where the one before it ended. */
	patterns: () => RegExp[];
}

/** As it is, escaped or encoded, and in base64. */
export function spellingsOf(secret: Secret): Spelling[] {
	return [plainSpelling(secret), ...base64Spellings(secret)];
}

/** Puts something else in the place of what the patterns of a spelling match. */
export function replaced(text: string, by: string, [first, ...others]: RegExp[]): string {
	if (first === undefined) return text;
	if (others.length === 0) return text.replace(first, by);
	const pieces: string[] = [];
	let done = 0;
	for (const match of text.matchAll(first)) {
		const end = endOf(text, others, match.index + match[0].length);
		if (match.index < done || end === undefined) continue;
		pieces.push(text.slice(done, match.index), by);
		done = end;
	}
	return pieces.join('') + text.slice(done);
}

/** @returns undefined where not all of the patterns match, the first of them at the start */
function endOf(text: string, patterns: RegExp[], start: number): number | undefined {
	let end = start;
	for (const pattern of patterns) {
		pattern.lastIndex = end;
		if (!pattern.test(text)) return undefined;
		end = pattern.lastIndex;
	}
	return end;
}

function plainSpelling({ prefix, text }: Secret): Spelling {
	return {
		part: longestPart(text),
		patterns: once(() => {
			// The name of no deployment is longer.
			const hasName = prefix !== '' && prefix.length <= MAX_PATTERN_CHARACTERS;
			return patternsOf(text, hasName ? `(?:${patternOf(prefix)})?` : '');
		}),
	};
}

/** Base64 writes three bytes as four characters, so there are three ways to write a part of a text. */
function base64Spellings({ text }: Secret): Spelling[] {
	return [0, 1, 2].map((shift) => {
		const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
		const encoded = bytes.toString('base64').replace(/=+$/, '');
		// What the bytes before and behind it share a character with is not known.
		const [start, end] = [shift === 0 ? 0 : shift + 1, bytes.length % 3 === 0 ? undefined : -1];
		const known = encoded.slice(start, end);
		const patterns = once(() => patternsOf(known, '', URL_SAFE_BASE64));
		return { part: longestPart(known), patterns };
	});
}

/** Letters and digits, which nothing escapes and no URL encodes. */
function longestPart(text: string): string {
	return text
		.split(/[^A-Za-z0-9]+/)
		.reduce((longest, part) => (part.length > longest.length ? part : longest));
}

const URL_SAFE_BASE64 = new Map([
	['+', '-'],
	['/', '_'],
]);

/** @param before the pattern of what may stand before it */
function patternsOf(text: string, before: string, variants?: Map<string, string>): RegExp[] {
	const count = Math.ceil(text.length / MAX_PATTERN_CHARACTERS);
	return Array.from({ length: count }, (_, index) => {
		const start = index * MAX_PATTERN_CHARACTERS;
		const pattern = patternOf(text.slice(start, start + MAX_PATTERN_CHARACTERS), variants);
		return index === 0 ? new RegExp(before + pattern, 'g') : new RegExp(pattern, 'y');
	});
}

/** The text as it is, with backslashes (`\/`, `\u003d`), URL-encoded (`%7C`, `%257C`) or in HTML (`&#x2F;`). */
function patternOf(text: string, variants = new Map<string, string>()): string {
	return [...text]
		.map((character) => {
			if (/[A-Za-z0-9]/.test(character)) return character;
			const variant = variants.get(character);
			const written = [character, ...(variant === undefined ? [] : [variant])].map(escapedPattern);
			return `(?:${written.join('|')})`;
		})
		.join('');
}

function escapedPattern(character: string): string {
	const code = character.charCodeAt(0);
	const hex = code.toString(16).padStart(2, '0');
	const digits = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
	const [escaped, inUrl] = [`(?:\\x${hex}|u00${digits})`, `(?:25){0,2}${digits}`];
	const inHtml = `(?:[xX]${digits}|${code});`;
	return `\\\\{0,${MAX_BACKSLASHES}}${escaped}|%${inUrl}|&#${inHtml}`;
}

function once<Result>(make: () => Result): () => Result {
	let made: { result: Result } | undefined;
	return () => (made ??= { result: make() }).result;
}
