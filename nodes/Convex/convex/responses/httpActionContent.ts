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
		return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), isExact: true };
	} catch {
		return { text: new TextDecoder(encoding).decode(bytes), isExact: false };
	}
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
