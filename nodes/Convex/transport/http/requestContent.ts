import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { RequestContent } from './requestSite';

/** The content of a file of n8n's: streamed from where n8n stores it, or out of its memory. */
export async function requestContent(
	{ getBinaryMetadata, getBinaryStream }: IExecuteFunctions['helpers'],
	{ id, data }: IBinaryData,
): Promise<RequestContent> {
	if (id === undefined) {
		const bytes = Buffer.from(data, 'base64');
		return { length: bytes.length, open: async () => bytes };
	}
	const { fileSize } = await getBinaryMetadata(id);
	return { length: fileSize, open: async () => await getBinaryStream(id) };
}
