import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { ConvexFailure } from '../../convex/failure';
import { thrownText } from '../thrownText';
import { AnswerTooLong, cutOff, isStream, unlessAborted, type AnswerStream } from './answerText';

/** How a file is called in n8n. */
export interface FileLabel {
	fileName: string;
	mimeType: string;
}

type Helpers = IExecuteFunctions['helpers'];

/** What n8n stores: a buffer, or a stream, which is not in memory as a whole. */
type FileContent = Parameters<Helpers['prepareBinaryData']>[0];

/**
 * Stores an answer as a file of n8n's while it arrives.
 *
 * @param signal ends it
 * @throws AnswerTooLong; what the network said; an AbortError; ConvexFailure where n8n stores nothing
 */
export async function storeAnswer(
	{ prepareBinaryData }: Helpers,
	answer: unknown,
	{ fileName, mimeType }: FileLabel,
	maxBytes: number,
	signal: AbortSignal,
): Promise<IBinaryData> {
	if (!isFileStream(answer)) {
		return await prepareBinaryData(Buffer.alloc(0), fileName, mimeType);
	}
	const watched = watch(answer, maxBytes);
	const stored = prepareBinaryData(answer, fileName, mimeType).catch((thrown: unknown) => {
		throw watched.error ?? notStored(thrown);
	});
	const file = await unlessAborted(stored, signal, () => answer.destroy());
	// An older n8n takes what came for all of it.
	if (watched.error !== undefined) throw watched.error;
	return file;
}

/** Notes how an answer ends that somebody else reads, and ends it where it is too long. */
function watch(answer: AnswerStream, maxBytes: number): { error: unknown } {
	const watched: { error: unknown } = { error: undefined };
	const fail = (error: unknown) => {
		watched.error ??= error;
	};
	let length = 0;
	let hasEnded = false;
	// Unlike `on`, it does not make the data flow: n8n does not listen yet.
	answer.prependListener('data', (chunk) => {
		length += chunk.length;
		if (length <= maxBytes) return;
		fail(new AnswerTooLong(maxBytes));
		answer.destroy();
	});
	answer.on('end', () => {
		hasEnded = true;
	});
	answer.on('error', fail);
	answer.on('close', () => {
		if (!hasEnded) fail(cutOff());
	});
	return watched;
}

function notStored(thrown: unknown): ConvexFailure {
	return new ConvexFailure(
		`n8n could not store the file: ${thrownText(thrown)}`,
		"Check the space and the settings of n8n's storage for binary data.",
		{ kind: 'network', retryable: false, outcome: 'unknown' },
	);
}

function isFileStream(answer: unknown): answer is AnswerStream & FileContent {
	return isStream(answer);
}
