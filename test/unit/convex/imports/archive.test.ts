/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { crc32 as crc32OfNode } from 'node:zlib';
import { zipEntries } from '../../../../emulator/import/zipEntries';
import {
	archiveAround,
	EMPTY_FILE,
	withPart,
} from '../../../../nodes/Convex/convex/imports/archive';
import { crc32 } from '../../../../nodes/Convex/convex/imports/checksum';
import { failureOf } from '../../refusal';

const lines = ['{"a":1.0}\n', '{"a":"ä"}\n'].map((line) => Buffer.from(line));

function archiveOf(parts: Buffer[]) {
	const { before, after } = archiveAround('tasks', parts.reduce(withPart, EMPTY_FILE));
	return Buffer.concat([before, ...parts, after]);
}

it('a checksum is the same in parts as at once, and as that of Node.js', () => {
	const bytes = Buffer.from('The quick brown fox jumps over the lazy dog');
	expect(crc32(bytes)).toBe(0x414fa339);
	expect(crc32(bytes.subarray(7), crc32(bytes.subarray(0, 7)))).toBe(0x414fa339);
	const all = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));
	expect(crc32(all)).toBe(crc32OfNode(all));
});

it('an archive has the documents of the table, and says how they are written', () => {
	const entries = zipEntries(archiveOf(lines));
	expect([...entries].map(([name, content]) => [name, content.toString()])).toEqual([
		['tasks/generated_schema.jsonl', '"uniform"\n'],
		['tasks/documents.jsonl', '{"a":1.0}\n{"a":"ä"}\n'],
	]);
});

it('an archive of no documents has an empty file', () => {
	expect(zipEntries(archiveOf([])).get('tasks/documents.jsonl')?.length).toBe(0);
});

it('more than an archive of this kind can have is refused', () => {
	const failure = failureOf(() => archiveAround('tasks', { bytes: 2 ** 31 + 1, checksum: 0 }));
	expect(failure.message).toBe('The rows have more than 2 GiB, which is too much for one import');
});
