/**
 * Whether a text is standard base64, with its padding. Decoders skip what is not.
 *
 * A regular expression with groups takes a place on the stack for each group, and a file has millions:
 * so it only searches for the end of the digits.
 */
export function isBase64(text: string): boolean {
	if (text.length % 4 !== 0) return false;
	const end = text.search(/[^A-Za-z0-9+/]/);
	return end < 0 || /^={1,2}$/.test(text.slice(end));
}

/** The same for a text that may have blanks and line breaks in it. */
export function isBase64WithBlanks(text: string): boolean {
	if (isBase64(text)) return true;
	let digits = 0;
	let padding = 0;
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		const kind = KINDS[code] ?? kindOf(code);
		if (kind === DIGIT && padding === 0) digits += 1;
		else if (kind === PADDING) padding += 1;
		else if (kind !== BLANK) return false;
	}
	return padding <= 2 && (digits + padding) % 4 === 0;
}

const OTHER = 0;
const DIGIT = 1;
const PADDING = 2;
const BLANK = 3;

/** What each character of ASCII is, by its code. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => kindOf(code));

function kindOf(code: number): number {
	const character = String.fromCharCode(code);
	if (/[A-Za-z0-9+/]/.test(character)) return DIGIT;
	if (character === '=') return PADDING;
	return /\s/.test(character) ? BLANK : OTHER;
}

/**
 * The bytes of base64 that may have blanks and line breaks in it.
 *
 * @returns undefined for any other text
 */
export function fromBase64WithBlanks(text: string): Buffer | undefined {
	if (!isBase64WithBlanks(text)) return undefined;
	// The decoder takes the lower byte of a character: U+202F, a blank, would be the digit `/`.
	return Buffer.from(text.replace(/[^\0-\x7f]+/g, ''), 'base64');
}

/**
 * Base64 as other systems write it, in the standard spelling: with the digits `-` and `_` of URLs, with
 * blanks in it, or else without its padding. Words with blanks between them are not taken for it.
 *
 * @returns undefined for a text from which a decoder would leave something out
 */
export function standardBase64(text: string): string | undefined {
	if (isBase64(text)) return text;
	const digits = text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
	if (isBase64(digits)) return digits;
	const padded = digits.padEnd(Math.ceil(digits.length / 4) * 4, '=');
	const isBare = digits.length === text.length && !digits.includes('=');
	return isBare && isBase64(padded) ? padded : undefined;
}

/** Base64 of bytes, wherever they are kept. */
export function toBase64(bytes: ArrayBuffer | ArrayBufferView): string {
	const { buffer, byteOffset, byteLength } =
		bytes instanceof ArrayBuffer
			? { buffer: bytes, byteOffset: 0, byteLength: bytes.byteLength }
			: bytes;
	return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
