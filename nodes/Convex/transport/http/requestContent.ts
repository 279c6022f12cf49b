import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { readingFile, type ContentStream } from '../fileContent';
import type { RequestContent } from './requestSite';

/** That of a file, which can be read without being sent. A stream has to be read to its end, or destroyed. */
interface FileRequestContent extends RequestContent {
	open: () => Promise<Buffer | ContentStream>;
}

/**
 * The content of a file of n8n's: streamed from where n8n stores it, or out of its memory.
 *
 * @param subject the file in a sentence
 * @throws ConvexFailure (`input`) for one that n8n has no more
 */
export async function requestContent(
	{ getBinaryMetadata, getBinaryStream }: IExecuteFunctions['helpers'],
	{ id, data }: IBinaryData,
	subject: string,
): Promise<FileRequestContent> {
	if (id === undefined) {
		const bytes = Buffer.from(data, 'base64');
		return { length: bytes.length, open: async () => bytes };
	}
	const { fileSize } = await readingFile(subject, async () => await getBinaryMetadata(id));
	const open = async () => await readingFile(subject, async () => await getBinaryStream(id));
	return { length: fileSize, open };
}
