/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { Answer } from '../answer';
import { PartQueue } from './partQueue';

/** HTTP_ACTION_BODY_LIMIT of crates/udf/src/http_action.rs. */
const MAX_BODY_BYTES = 20 * 2 ** 20;

/** They are about the connection, which is not the action's. */
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding']);

const PlatformResponse = Response;

/** Responses whose body was whole when they were made. */
const whole = new WeakSet<Response>();

/**
 * The `Response` of functions: as Node's, but it is remembered whether the length of the body is known,
 * which the backend then announces (npm-packages/udf-runtime/src/23_response.ts).
 */
class FunctionResponse extends PlatformResponse {
	constructor(body?: ConstructorParameters<typeof Response>[0], init?: ResponseInit) {
		super(body, init);
		if (body !== undefined && body !== null && !(body instanceof ReadableStream)) whole.add(this);
	}

	static override json(data: unknown, init?: ResponseInit): Response {
		const response = new FunctionResponse(JSON.stringify(data), init);
		response.headers.set('content-type', 'application/json');
		return response;
	}

	/** Also one that `fetch` gave. */
	static override [Symbol.hasInstance](value: unknown): boolean {
		return Function.prototype[Symbol.hasInstance].call(PlatformResponse, value);
	}
}

/** Gives functions the `Response` of the backend. */
export function installFunctionResponse(): void {
	globalThis.Response = FunctionResponse;
}

/**
 * What the client of an HTTP action is answered. It has to be called as the action, as whose part a
 * stream is read.
 */
export async function answerOf(response: Response): Promise<Answer> {
	const { status, body } = response;
	const headers = headersOf(response);
	if (!whole.has(response)) return { status, headers, stream: limited(body) };
	const bytes = Buffer.from(await response.arrayBuffer());
	if (bytes.length <= MAX_BODY_BYTES) return { status, headers, bytes };
	// Announced, and not sent: what the backend does to a part that exceeds the limit.
	const announced = { 'content-length': String(bytes.length), ...headers };
	return { status, headers: announced, bytes: Buffer.alloc(0) };
}

function headersOf({ headers }: Response): Record<string, string | string[]> {
	const kept = [...headers].filter(([name]) => !CONNECTION_HEADERS.has(name));
	const cookies = headers.getSetCookie();
	return {
		...Object.fromEntries(kept),
		...(cookies.length > 0 && { 'set-cookie': cookies }),
	};
}

/** Reads a body on to its end, but for the parts that exceed the limit. */
function limited(body: Response['body']): AsyncIterable<Buffer> {
	const parts = new PartQueue();
	const read = async () => {
		let bytes = 0;
		for await (const part of body ?? []) {
			if (bytes + part.length > MAX_BODY_BYTES) continue;
			bytes += part.length;
			parts.push(Buffer.from(part));
		}
		parts.end();
	};
	read().catch((error: unknown) => parts.fail(error));
	return parts;
}
