/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { crc32, inflateRawSync } from 'node:zlib';
import { PlatformFailure } from '../platformFailure';

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const DEFLATED = 8;

/**
 * The files of a zip archive, by name, as the backend reads it: by its central directory, and each
 * checked against its size and checksum (crates/storage_zip_reader). Archives of 4 GiB are not read.
 *
 * @throws PlatformFailure for anything else
 */
export function zipEntries(archive: Buffer): Map<string, Buffer> {
	const end = archive.lastIndexOf(signature(END_SIGNATURE));
	if (end < 0 || end + END_BYTES > archive.length) throw invalidZip();
	const entries = new Map<string, Buffer>();
	let offset = archive.readUInt32LE(end + 16);
	for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
		if (offset + CENTRAL_BYTES > end || archive.readUInt32LE(offset) !== CENTRAL_SIGNATURE) {
			throw invalidZip();
		}
		const nameLength = archive.readUInt16LE(offset + 28);
		const nameStart = offset + CENTRAL_BYTES;
		const name = archive.toString('utf8', nameStart, nameStart + nameLength);
		entries.set(name, contentOf(archive, offset));
		offset =
			nameStart +
			nameLength +
			archive.readUInt16LE(offset + 30) +
			archive.readUInt16LE(offset + 32);
	}
	return entries;
}

/** @param central - where its record in the central directory begins */
function contentOf(archive: Buffer, central: number): Buffer {
	const method = archive.readUInt16LE(central + 10);
	const checksum = archive.readUInt32LE(central + 16);
	const compressedBytes = archive.readUInt32LE(central + 20);
	const bytes = archive.readUInt32LE(central + 24);
	const local = archive.readUInt32LE(central + 42);
	if (archive.readUInt32LE(local) !== LOCAL_SIGNATURE) throw invalidZip();
	const start =
		local + LOCAL_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
	const stored = archive.subarray(start, start + compressedBytes);
	const content = method === DEFLATED ? inflateRawSync(stored) : stored;
	if (content.length !== bytes || crc32(content) !== checksum) throw invalidZip();
	return content;
}

function signature(number: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(number);
	return bytes;
}

function invalidZip(): PlatformFailure {
	return new PlatformFailure(400, 'InvalidZip', 'invalid zip file');
}
