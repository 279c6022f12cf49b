/** What a `Range` header asks for: the bounds as it gives them, the end included. */
export interface ByteRange {
	start: bigint;
	/** Undefined: to the end. */
	end: bigint | undefined;
}

export type RangeRequest =
	/** No header, or one in other units than bytes: the whole file. */
	| { kind: 'whole' }
	| { kind: 'range'; range: ByteRange }
	/** None that can be read, or several. */
	| { kind: 'unsatisfiable' };

/** What the backend takes for the length of a file when it reads the header. */
const MAX_LENGTH = 2n ** 64n - 1n;

/**
 * Reads a `Range` header as the backend and its library do (crates/local_backend/src/storage.rs,
 * docs.rs/headers `Range`): it knows no length then, so that the last bytes of a file, `bytes=-5`,
 * are sought near 2^64, where no file has any.
 */
export function parseRange(header: string | undefined): RangeRequest {
	if (header?.startsWith('bytes=') !== true) return { kind: 'whole' };
	const ranges = header.slice('bytes='.length).split(',').map(parseSpecification);
	const readable = ranges.filter((range) => range !== undefined);
	const [range] = readable;
	return range !== undefined && readable.length === 1
		? { kind: 'range', range }
		: { kind: 'unsatisfiable' };
}

function parseSpecification(specification: string): ByteRange | undefined {
	const [, from, to] = /^(\d*)-(\d*)$/.exec(specification.trim()) ?? [];
	const [start, end] = [parseBound(from), parseBound(to)];
	if (start === 'invalid' || end === 'invalid') return undefined;
	if (start === undefined && end !== undefined) return { start: MAX_LENGTH - end, end: undefined };
	return { start: start ?? 0n, end };
}

function parseBound(digits: string | undefined): bigint | undefined | 'invalid' {
	if (digits === undefined) return 'invalid';
	if (digits === '') return undefined;
	const bound = BigInt(digits);
	return bound > MAX_LENGTH ? 'invalid' : bound;
}

/** The bytes in a range; none where it lies beyond them. */
export function bytesIn(content: Buffer, { start, end }: ByteRange): Buffer {
	const length = BigInt(content.length);
	const from = start < length ? start : length;
	const to = end === undefined || end >= length ? length : end + 1n;
	return content.subarray(Number(from), Number(to > from ? to : from));
}

/** The header `Content-Range`, which repeats what was asked for. */
export function contentRange({ start, end }: ByteRange, length: number): string {
	return `bytes ${start}-${end ?? BigInt(length) - 1n}/${length}`;
}
