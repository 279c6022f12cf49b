import { Utf8Chunks } from '../../convex/values/utf8Chunks';
import { EventLoopTurns } from '../eventLoopTurns';

/**
 * The longest answer that Convex gives: a function returns up to 16 MiB, of which JSON makes six times
 * as many characters at the most (`\u0001`), and log lines come along
 * (docs.convex.dev/production/state/limits).
 */
export const MAX_ANSWER_BYTES = 128 * 2 ** 20;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Has n8n's request helpers give an answer as it comes, unread: their own errors lose the deployment's
 * text, and a redirect would take along what is only for the address that was asked.
 */
export const AS_IT_COMES = {
	encoding: 'stream',
	disableFollowRedirect: true,
	ignoreHttpStatusErrors: true,
	returnFullResponse: true,
} as const;

/** What n8n's request helpers give for an answer that is not read yet. */
export interface AnswerStream {
	prependListener(event: 'data', handle: (chunk: Uint8Array) => void): unknown;
	on(event: 'data', handle: (chunk: Uint8Array) => void): unknown;
	on(event: 'error', handle: (error: unknown) => void): unknown;
	on(event: 'end' | 'close', handle: () => void): unknown;
	destroy(): unknown;
}

export class AnswerTooLong extends Error {
	constructor(maxBytes = MAX_ANSWER_BYTES) {
		super(`The answer is longer than ${maxBytes / 2 ** 20} MiB`);
	}
}

/**
 * Reads an answer to its end. n8n's helpers read one of any length into memory, and their timeout ends
 * when it begins; so they give it unread.
 *
 * @param answer a text is taken as it is, anything but a text or a stream as an empty answer
 * @param signal ends the reading
 * @throws AnswerTooLong; what the network said; an AbortError
 */
export async function readAnswer(answer: unknown, signal: AbortSignal): Promise<string> {
	if (typeof answer === 'string') return answer;
	if (!isStream(answer)) return '';
	const chunks = new Utf8Chunks();
	const read = readStream(answer, chunks, MAX_ANSWER_BYTES);
	await unlessAborted(read, signal, () => answer.destroy());
	const turns = new EventLoopTurns();
	const { text } = chunks;
	await turns.yield();
	return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/**
 * The same, undecoded.
 *
 * @throws AnswerTooLong; what the network said; an AbortError
 */
export async function readAnswerBytes(
	answer: unknown,
	signal: AbortSignal,
	maxBytes: number,
): Promise<Buffer> {
	if (typeof answer === 'string') return Buffer.from(answer);
	if (!isStream(answer)) return Buffer.alloc(0);
	const chunks: Uint8Array[] = [];
	const read = readStream(answer, chunks, maxBytes);
	await unlessAborted(read, signal, () => answer.destroy());
	return Buffer.concat(chunks);
}

/**
 * Waits for a request, but no longer than until it is aborted: whether the helper heeds the signal
 * depends on n8n's version. A later answer is destroyed: unread, it would hold its socket open.
 */
export async function answerUnlessAborted<Response>(
	sent: Promise<Response>,
	signal: AbortSignal,
): Promise<Response> {
	return await unlessAborted(sent, signal, () => void sent.then(destroyBody, () => {}));
}

function destroyBody(response: unknown): void {
	if (typeof response !== 'object' || response === null || !('body' in response)) return;
	const { body } = response;
	if (!isStream(body)) return;
	body.on('error', () => {});
	body.destroy();
}

/**
 * Waits for work, but no longer than until it is aborted.
 *
 * @param abandon ends the work then
 * @throws an AbortError; what the work throws
 */
export async function unlessAborted<Result>(
	work: Promise<Result>,
	signal: AbortSignal,
	abandon: () => void,
): Promise<Result> {
	return await new Promise((resolve, reject) => {
		const abort = () => {
			abandon();
			reject(aborted());
		};
		if (signal.aborted) abort();
		signal.addEventListener('abort', abort, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
	});
}

/** As axios names a request that was aborted. */
function aborted(): Error {
	return Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' });
}

async function readStream(
	stream: AnswerStream,
	chunks: { push(chunk: Uint8Array): unknown },
	maxBytes: number,
): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		let length = 0;
		let hasEnded = false;
		stream.on('data', (chunk) => {
			length += chunk.length;
			if (length > maxBytes) {
				reject(new AnswerTooLong(maxBytes));
				stream.destroy();
			} else {
				chunks.push(chunk);
			}
		});
		stream.on('end', () => {
			hasEnded = true;
			resolve();
		});
		stream.on('error', reject);
		stream.on('close', () => {
			if (!hasEnded) reject(cutOff());
		});
	});
}

/** An answer that ended before it was whole. */
export function cutOff(): Error {
	return Object.assign(new Error('the answer was cut off'), { code: 'ECONNRESET' });
}

export function isStream(answer: unknown): answer is AnswerStream {
	return (
		typeof answer === 'object' &&
		answer !== null &&
		['on', 'destroy'].every((method) => typeof Reflect.get(answer, method) === 'function')
	);
}
