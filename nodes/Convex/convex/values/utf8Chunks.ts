/** The longest character has four bytes. */
const MAX_CHARACTER_BYTES = 4;

/**
 * Decodes a text while its bytes come: decoded as a whole, a long one would take as long in one piece, and
 * need the memory twice.
 */
export class Utf8Chunks {
	private readonly parts: string[] = [];

	/** The beginning of a character whose end is still to come. */
	private left: Buffer = Buffer.alloc(0);

	push(chunk: Uint8Array): void {
		const { buffer, byteOffset, byteLength } = chunk;
		const come = Buffer.from(buffer, byteOffset, byteLength);
		const bytes = this.left.length === 0 ? come : Buffer.concat([this.left, come]);
		const end = endOfCharacters(bytes);
		this.parts.push(bytes.toString('utf8', 0, end));
		this.left = bytes.subarray(end);
	}

	/** What came, as the whole would be decoded. */
	get text(): string {
		return this.parts.join('') + this.left.toString();
	}
}

/** @returns where a character begins that is cut off, or the end */
function endOfCharacters(bytes: Uint8Array): number {
	const earliest = Math.max(0, bytes.length - MAX_CHARACTER_BYTES + 1);
	for (let index = bytes.length - 1; index >= earliest; index--) {
		const length = lengthBegunBy(bytes[index] ?? 0);
		if (length === 0) continue;
		return index + length > bytes.length ? index : bytes.length;
	}
	return bytes.length;
}

/** The bytes of a character that begins with this one; 0 for one that goes on with it. */
function lengthBegunBy(byte: number): number {
	if (byte < 0x80) return 1;
	if (byte < 0xc0) return 0;
	if (byte < 0xe0) return 2;
	return byte < 0xf0 ? 3 : MAX_CHARACTER_BYTES;
}
