import { createHash } from 'node:crypto';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { inputFailure } from '../convex/failure';
import { thrownText } from './thrownText';

/** Node's stream, as n8n's helpers give and take it. */
export type ContentStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** The content of a file of a workflow, which is read twice: for its checksum, and to be sent. */
export interface FileContent {
	/** In bytes. */
	size: number;
	/** In hexadecimal digits. */
	sha256: string;
	/** Opens it once more. A stream has to be read to its end, or destroyed. */
	open: () => Promise<Buffer | ContentStream>;
}

/**
 * Reads a file of a workflow for its size and checksum. Where n8n keeps files outside of its memory, a
 * piece of it is in memory at a time.
 *
 * @param subject the file in a sentence, e.g. "'Input Binary Field'"
 * @throws ConvexFailure (`input`) for one that n8n has no more
 */
export async function readContent(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	subject: string,
	file: IBinaryData,
): Promise<FileContent> {
	const { id } = file;
	const reading = async <Result>(read: () => Promise<Result>) => await readingFile(subject, read);
	if (id === undefined) {
		const content = await reading(async () => await helpers.getBinaryDataBuffer(itemIndex, file));
		return { ...(await measure([content])), open: async () => content };
	}
	const open = async () => await reading(async () => await helpers.getBinaryStream(id));
	const stream = await open();
	return { ...(await reading(async () => await measure(stream))), open };
}

/**
 * Reads something of a file of a workflow.
 *
 * @param subject the file in a sentence
 * @throws ConvexFailure (`input`) for one that n8n has no more
 */
export async function readingFile<Result>(
	subject: string,
	read: () => Promise<Result>,
): Promise<Result> {
	try {
		return await read();
	} catch (error) {
		throw inputFailure(
			`${subject}: n8n cannot read the content of the file (${thrownText(error)})`,
			'n8n keeps the files of an execution for a limited time, and in queue mode only where all workers reach them. Run the workflow again from the node that gives the file.',
		);
	}
}

async function measure(
	pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ size: number; sha256: string }> {
	const hash = createHash('sha256');
	let size = 0;
	for await (const piece of pieces) {
		hash.update(piece);
		size += piece.length;
	}
	return { size, sha256: hash.digest('hex') };
}

/**
 * Hands content to n8n, which keeps it where its binary data mode says: on disk piece by piece, in
 * memory or in its database whole.
 *
 * @throws ConvexFailure (`input`) for content that n8n could not keep
 */
export async function storeContent(
	{ helpers }: IExecuteFunctions,
	content: ContentStream,
	fileName: string | undefined,
	mimeType: string,
): Promise<IBinaryData> {
	try {
		return await helpers.prepareBinaryData(content, fileName, mimeType);
	} catch (error) {
		throw inputFailure(
			`n8n could not keep the file: ${thrownText(error)}`,
			"Check the space that n8n has, and its binary data mode (N8N_DEFAULT_BINARY_DATA_MODE): 'filesystem' keeps large files on disk.",
		);
	}
}
