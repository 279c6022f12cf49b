import { inputFailure, type ConvexFailure } from '../failure';
import { crc32 } from './checksum';

/** What is known of a file before it is written into an archive. */
export interface FileSummary {
	bytes: number;
	/** Its CRC-32. */
	checksum: number;
}

export const EMPTY_FILE: FileSummary = { bytes: 0, checksum: 0 };

/** A file that a part was added to. */
export function withPart({ bytes, checksum }: FileSummary, part: Uint8Array): FileSummary {
	return { bytes: bytes + part.length, checksum: crc32(part, checksum) };
}

/** An archive of twice as much needs another format (PKWARE's APPNOTE.TXT §4.3.9.2). */
const MAX_DOCUMENTS_BYTES = 2 ** 31;

/** ZIP 1.0, without compression; names are UTF-8. */
const VERSION = 10;
const FLAGS = 0x0800;
const STORED = 0;
/** The first of January 1980, at midnight: when does not matter. */
const DATE = 0x21;

interface ArchivedFile {
	name: Buffer;
	summary: FileSummary;
	/** Where it begins in the archive. */
	offset: number;
}

/**
 * The table of an import as the archive that Convex's exports have: its documents, one in a line, and
 * a note that says how their values are written. It is given in parts, so that it never is in memory
 * as a whole: what stands before the documents, and what stands behind them.
 *
 * @param documents what will be between both parts
 * @throws ConvexFailure (`input`) for documents of more than 2 GiB
 */
export function archiveAround(
	table: string,
	documents: FileSummary,
): { before: Buffer; after: Buffer } {
	if (documents.bytes > MAX_DOCUMENTS_BYTES) throw tooLarge();
	const note = Buffer.from('"uniform"\n');
	const noteFile = fileOf(`${table}/generated_schema.jsonl`, withPart(EMPTY_FILE, note), 0);
	const noteHeader = localHeader(noteFile);
	const offset = noteHeader.length + note.length;
	const documentsFile = fileOf(`${table}/documents.jsonl`, documents, offset);
	const before = Buffer.concat([noteHeader, note, localHeader(documentsFile)]);
	const directoryOffset = before.length + documents.bytes;
	return { before, after: directory([noteFile, documentsFile], directoryOffset) };
}

function fileOf(name: string, summary: FileSummary, offset: number): ArchivedFile {
	return { name: Buffer.from(name), summary, offset };
}

function localHeader(file: ArchivedFile): Buffer {
	return Buffer.concat([u32(0x04034b50), commonFields(file), file.name]);
}

/** The fields that stand in the header of a file and in the archive's directory alike. */
function commonFields({ name, summary: { bytes, checksum } }: ArchivedFile): Buffer {
	const extraLength = 0;
	return Buffer.concat([
		...[VERSION, FLAGS, STORED, 0, DATE].map(u16),
		...[checksum, bytes, bytes].map(u32),
		...[name.length, extraLength].map(u16),
	]);
}

function directory(files: readonly ArchivedFile[], offset: number): Buffer {
	const entries = Buffer.concat(
		files.map((file) =>
			Buffer.concat([
				u32(0x02014b50),
				u16(VERSION),
				commonFields(file),
				// No comment, on the first disk, with no attributes.
				...[0, 0, 0].map(u16),
				u32(0),
				u32(file.offset),
				file.name,
			]),
		),
	);
	return Buffer.concat([
		entries,
		u32(0x06054b50),
		...[0, 0, files.length, files.length].map(u16),
		...[entries.length, offset].map(u32),
		u16(0),
	]);
}

function u16(number: number): Buffer {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16LE(number);
	return bytes;
}

function u32(number: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(number);
	return bytes;
}

function tooLarge(): ConvexFailure {
	return inputFailure(
		'The rows have more than 2 GiB, which is too much for one import',
		'Import them in several runs.',
		'valueTooLarge',
	);
}
