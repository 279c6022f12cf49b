/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { ServerResponse } from 'node:http';
import type { JSONValue } from 'convex/values';

interface AnswerHead {
	status: number;
	/** In lower case; several values for one that comes several times. */
	headers?: Record<string, string | string[]>;
}

/** Text is sent as it is, anything else as JSON. */
type TextAnswer = AnswerHead & { body: string | JSONValue };

/** The content type is among the headers, if there is one. */
type BytesAnswer = AnswerHead & { bytes: Buffer };

/** What comes little by little, and may fail on the way. */
type StreamedAnswer = AnswerHead & { stream: AsyncIterable<Buffer> };

export type Answer = TextAnswer | BytesAnswer | StreamedAnswer;

/** The whole body; a stream is read to its end. */
export async function bytesOf(answer: Answer): Promise<Buffer> {
	if ('bytes' in answer) return answer.bytes;
	if (!('stream' in answer)) return Buffer.from(textOf(answer));
	const chunks: Buffer[] = [];
	for await (const chunk of answer.stream) chunks.push(chunk);
	return Buffer.concat(chunks);
}

function textOf({ body }: TextAnswer): string {
	return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Sends status and headers, which announce this many bytes, or none for a stream. */
export function sendHead(
	response: ServerResponse,
	answer: Answer,
	contentLength: number | undefined,
): void {
	response.writeHead(answer.status, {
		...('body' in answer && { 'content-type': contentTypeOf(answer) }),
		...(contentLength !== undefined && { 'content-length': contentLength }),
		...answer.headers,
	});
}

function contentTypeOf({ body }: TextAnswer): string {
	return typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
}

export async function send(response: ServerResponse, answer: Answer): Promise<void> {
	if ('stream' in answer) {
		await sendStream(response, answer);
		return;
	}
	const bytes = await bytesOf(answer);
	sendHead(response, answer, bytes.length);
	const announced = Number(answer.headers?.['content-length'] ?? bytes.length);
	if (announced === bytes.length) response.end(bytes);
	else response.write(bytes, () => response.destroy());
}

/** A stream that fails leaves a body that is cut off. */
async function sendStream(response: ServerResponse, answer: StreamedAnswer): Promise<void> {
	sendHead(response, answer, undefined);
	response.flushHeaders();
	try {
		for await (const chunk of answer.stream) {
			if (response.destroyed) break;
			await written(response, chunk);
		}
		response.end();
	} catch {
		response.destroy();
	}
}

/** Waits until a part is on its way, or the client has gone away. */
async function written(response: ServerResponse, chunk: Buffer): Promise<void> {
	await new Promise<void>((resolve) => {
		response.once('close', resolve);
		response.write(chunk, () => {
			response.removeListener('close', resolve);
			resolve();
		});
	});
}
