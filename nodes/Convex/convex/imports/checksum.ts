/** The polynomial of CRC-32, reversed (ISO 3309; PKWARE's APPNOTE.TXT §4.4.7). */
const POLYNOMIAL = 0xedb88320;

const BITS_PER_BYTE = 8;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let checksum = byte;
	for (let bit = 0; bit < BITS_PER_BYTE; bit++) {
		checksum = checksum & 1 ? (checksum >>> 1) ^ POLYNOMIAL : checksum >>> 1;
	}
	return checksum;
});

/**
 * The CRC-32 of bytes that come part by part.
 *
 * @param before that of the parts before this one; 0 for the first
 */
export function crc32(bytes: Uint8Array, before = 0): number {
	let checksum = ~before;
	for (const byte of bytes) {
		checksum = (TABLE[(checksum ^ byte) & 0xff] ?? 0) ^ (checksum >>> BITS_PER_BYTE);
	}
	return ~checksum >>> 0;
}
