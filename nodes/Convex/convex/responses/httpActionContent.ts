/** What an answer is by its content type; `unknown` where it has none. */
export type ContentKind = 'json' | 'text' | 'file' | 'unknown';

const JSON_TYPE = /^(?:application\/json|text\/json|[^/]+\/[^/]+\+json)$/;

const TEXT_TYPE =
	/^(?:text\/.*|[^/]+\/[^/]+\+xml|application\/(?:xml|javascript|yaml|x-yaml|graphql|x-ndjson|ndjson|jsonl|x-www-form-urlencoded))$/;

/** @param contentType the header's value, with its parameters */
export function contentKind(contentType: string | undefined): ContentKind {
	const type = mediaType(contentType);
	if (type === '') return 'unknown';
	if (JSON_TYPE.test(type)) return 'json';
	return TEXT_TYPE.test(type) ? 'text' : 'file';
}

/** `text/html` of `Text/HTML; charset=utf-8`; empty where there is none. */
export function mediaType(contentType: string | undefined): string {
	return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export interface DecodedText {
	text: string;
	/** Whether it is all of the answer: other bytes than those of the charset have become `\ufffd`. */
	isExact: boolean;
}

/** The text of an answer, by the charset that its content type names, or UTF-8. */
export function decodeText(bytes: Uint8Array, contentType: string | undefined): DecodedText {
	const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1];
	const { encoding } = decoderOf(charset);
	try {
		const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
		return { text: encoding === 'windows-1252' ? asWindows1252(text) : text, isExact: true };
	} catch {
		return { text: new TextDecoder(encoding).decode(bytes), isExact: false };
	}
}

/** What the bytes 0x80 to 0x9f stand for (https://encoding.spec.whatwg.org/index-windows-1252.txt). */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Node.js before 22.23 and 24.21 decodes windows-1252, and latin1 with it, as if they were control characters. */
export function asWindows1252(text: string): string {
	return text.replace(/[\u0080-\u009f]/g, (control) =>
		WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80),
	);
}

function decoderOf(charset = 'utf-8'): InstanceType<typeof TextDecoder> {
	try {
		return new TextDecoder(charset);
	} catch {
		return new TextDecoder();
	}
}

/**
 * The name of a file in an answer: as its header `Content-Disposition` says (RFC 6266), else as its
 * path ends. It is no path itself.
 */
export function answerFileName(contentDisposition: string | undefined, url: string): string {
	const header = contentDisposition ?? '';
	const encoded = /;\s*filename\*\s*=\s*utf-8'[^']*'([^\s;]+)/i.exec(header)?.[1];
	const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(header);
	const named = decoded(encoded) ?? plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2];
	const name = named ?? decoded(new URL(url).pathname.split('/').at(-1)) ?? '';
	const safe = name
		.replace(/^.*[\\/]/s, '')
		.replace(/\p{Cc}/gu, '')
		.trim();
	return /^\.*$/.test(safe) ? 'response' : safe.slice(0, MAX_NAME_LENGTH).toWellFormed();
}

/** File systems take no longer ones. */
const MAX_NAME_LENGTH = 200;

function decoded(text: string | undefined): string | undefined {
	try {
		return text === undefined ? undefined : decodeURIComponent(text);
	} catch {
		return text;
	}
}
