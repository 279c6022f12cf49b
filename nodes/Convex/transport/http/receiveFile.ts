import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { fileAddress, type StoredFileAddress } from '../../convex/deployment/storageUrl';
import { failureOf } from '../../convex/failure';
import { FOREIGN_ANSWER } from '../../convex/failures/callOutcome';
import { platformFailure } from '../../convex/failures/platformFailure';
import { STATUS_OK } from '../../convex/responses/functionResponse';
import { mediaType } from '../../convex/responses/httpActionContent';
import { sha256OfDigest } from '../../convex/responses/storedFile';
import type { Caller } from '../caller';
import { storeContent } from '../fileContent';
import { unlessAborted } from './answerText';
import { CheckedContent, isContentStream, type ExpectedContent } from './checkedContent';
import { requestStorage, type Failed, type StorageAnswer } from './storageRequest';

export interface FileToReceive {
	address: StoredFileAddress;
	/** What it has to be, where that is known beforehand; else as the answer's head says. */
	expected: ExpectedContent | undefined;
	/** What n8n calls it; undefined for no name. */
	fileName: string | undefined;
	/** For the whole download. */
	timeoutMs: number;
}

export interface ReceivedFile {
	status: 'success';
	binary: IBinaryData;
	/** As Convex gives it; undefined for a file that was stored without one. */
	contentType: string | undefined;
	/** In bytes. */
	size: number;
	/** In hexadecimal digits. */
	sha256: string;
}

/** What n8n is told of a file without a content type, or with one that is none. */
const ANY_TYPE = 'application/octet-stream';

const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

/**
 * Downloads a file into n8n, once and piece by piece, and checks it on its way. A range has no checksum
 * of its own, so the whole file is asked for. Never throws.
 */
export async function receiveFile(
	context: IExecuteFunctions,
	caller: Caller,
	file: FileToReceive,
): Promise<ReceivedFile | Failed> {
	const url = fileAddress(caller.credential.deploymentUrl, file.address);
	const request = { operation: 'query', method: 'GET', url, headers: {} } as const;
	return await requestStorage(
		context,
		caller,
		{ ...request, timeoutMs: file.timeoutMs },
		async (answer) => await keep(context, file, answer),
	);
}

async function keep(
	context: IExecuteFunctions,
	{ expected, fileName }: FileToReceive,
	answer: StorageAnswer,
): Promise<ReceivedFile | Failed> {
	const { httpStatus, headers, content, signal } = answer;
	if (httpStatus !== STATUS_OK) {
		return { status: 'failure', failure: platformFailure('query', await answer.response()) };
	}
	const announced = expected ?? announcedContent(headers);
	if (announced === undefined || !isContentStream(content)) return withoutChecksum(answer);
	const contentType = textOf(headers['content-type']);
	const checked = new CheckedContent(content, announced);
	try {
		const stored = storeContent(context, checked.stream, fileName, toMimeType(contentType));
		const binary = await unlessAborted(stored, signal, () => content.destroy());
		const { size } = checked;
		return { status: 'success', binary, contentType, size, sha256: announced.sha256 };
	} catch (error) {
		throw signal.aborted ? error : (checked.failure ?? error);
	} finally {
		content.destroy();
	}
}

/** Convex sends the checksum along with every whole file: what has none is somebody else's. */
function withoutChecksum({ httpStatus, content }: StorageAnswer): Failed {
	if (isContentStream(content)) content.destroy();
	const failure = failureOf(
		'notConvex',
		'The server answered without the checksum that comes with every file of Convex',
		{ kind: 'deployment', httpStatus, ...FOREIGN_ANSWER },
	);
	return { status: 'failure', failure };
}

function announcedContent(headers: StorageAnswer['headers']): ExpectedContent | undefined {
	const sha256 = sha256OfDigest(headers.digest);
	const length = textOf(headers['content-length']);
	const size = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
	return sha256 === undefined ? undefined : { size, sha256 };
}

/** Without its parameters, such as the charset. */
function toMimeType(contentType: string | undefined): string {
	const type = mediaType(contentType);
	return CONTENT_TYPE.test(type) ? type : ANY_TYPE;
}

function textOf(header: unknown): string | undefined {
	return typeof header === 'string' ? header : undefined;
}
