import type { IExecuteFunctions } from 'n8n-workflow';
import { uploadAddress } from '../../convex/deployment/storageUrl';
import { Redactor } from '../../convex/deployment/redaction';
import { digestOf } from '../../convex/responses/storedFile';
import { parseUploadResponse, type UploadResult } from '../../convex/responses/uploadResponse';
import type { Caller } from '../caller';
import type { FileContent } from '../fileContent';
import { isContentStream } from './checkedContent';
import { requestStorage } from './storageRequest';

export interface FileToSend {
	content: FileContent;
	contentType: string;
	/** The secret of the upload URL. */
	token: string;
	/** For the whole upload. */
	timeoutMs: number;
}

/**
 * Uploads a file, once. Its checksum goes along, so that Convex stores it as it is or not at all. It is
 * sent piece by piece: n8n's helpers keep it whole only for requests that follow redirects. Never throws.
 */
export async function sendFile(
	context: IExecuteFunctions,
	caller: Caller,
	{ content, contentType, token, timeoutMs }: FileToSend,
): Promise<UploadResult> {
	const body = await content.open();
	// The request fails with it; before that hears of it, it would end n8n's process.
	if (isContentStream(body)) body.on('error', () => {});
	try {
		return await requestStorage(
			context,
			caller,
			{
				operation: 'mutation',
				method: 'POST',
				url: uploadAddress(caller.credential.deploymentUrl, token),
				headers: {
					'Content-Type': sentType(contentType),
					'Content-Length': content.size,
					Digest: digestOf(content.sha256),
				},
				body,
				timeoutMs,
				redactor: Redactor.ofSecret(token),
			},
			async ({ response }) => parseUploadResponse(await response()),
		);
	} finally {
		// An answer may come before the whole file is sent.
		if (isContentStream(body)) body.destroy();
	}
}

/** The bare type is a sign for n8n's helper that it has to encode the body itself. */
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A type means the same in capital letters, and Convex writes it in small ones. */
function sentType(contentType: string): string {
	return contentType === FORM_TYPE ? contentType.toUpperCase() : contentType;
}
