/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync } from 'node:fs';
import {
	createServer as createHttpServer,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setDefaultHighWaterMark } from 'node:stream';
import { LIST_ARGUMENT, LIST_FUNCTION_PATH } from '../contenders/calls';
import type { ServerCounts } from '../measurement';

/** So many connections may wait to be accepted: the flood of a contender must not be dropped. */
const BACKLOG = 65_535;

/**
 * Above it Node pauses a connection's parser. With TLS it then refuses what comes next (HPE_PAUSED)
 * and resets the connection: seen when large bodies follow one another.
 */
const HIGH_WATER_MARK_BYTES = 64 * 1024 * 1024;

const DOCUMENT = JSON.stringify({
	_id: 'j572f3e8r0z9w1x4k6n8q2s5v7y0b3d6',
	author: 'Ada',
	text: 'Hello',
	index: 1,
});

const SUCCESS = successWith(DOCUMENT);

/** A client asks for it before it opens a live connection, without a body. */
const TIMESTAMP_PATH = '/api/query_ts';
const TIMESTAMP = JSON.stringify({ ts: 'AAAAAAAAAAA=' });

/** What of a request decides its answer. */
interface CallRequest {
	path?: string;
	args?: Record<string, unknown>;
	/** Of a batch. */
	queries?: unknown[];
}

interface FixedAnswer {
	body: string;
	calls: number;
	items: number;
}

interface Settings {
	latencyMs: number;
	/** A deployment runs the queries of a batch one after another: each adds so much. */
	msPerCall: number;
	/** Files of the private key and the certificate; plain HTTP without. */
	tls?: { key: string; certificate: string };
}

/**
 * A server that gives every function call the same answer after a fixed time, and a call with a list
 * that answer for each of its elements, and counts.
 * The counts are read (GET) and set to zero (DELETE) on a port of its own.
 */
class FixedAnswerServer {
	private counts = noCounts();
	private inFlight = 0;

	constructor(private readonly settings: Settings) {}

	async start(): Promise<{ url: string; controlUrl: string }> {
		const { tls } = this.settings;
		const handle = (request: IncomingMessage, response: ServerResponse) =>
			this.answer(request, response);
		const server =
			tls === undefined
				? createHttpServer(handle)
				: createHttpsServer(
						{ key: readFileSync(tls.key), cert: readFileSync(tls.certificate) },
						handle,
					);
		server.keepAliveTimeout = 0;
		server.on('connection', () => (this.counts.connections += 1));
		const control = createHttpServer((request, response) => {
			if (request.method === 'DELETE') this.counts = noCounts();
			response.setHeader('Content-Type', 'application/json');
			response.end(JSON.stringify(this.counts));
		});
		const scheme = tls === undefined ? 'http' : 'https';
		return {
			url: `${scheme}://127.0.0.1:${await listening(server)}`,
			controlUrl: `http://127.0.0.1:${await listening(control)}`,
		};
	}

	private answer(request: IncomingMessage, response: ServerResponse): void {
		if (request.method !== 'POST') {
			// A client that asks for a live connection.
			response.writeHead(404).end();
			return;
		}
		this.counts.requests += 1;
		this.inFlight += 1;
		this.counts.maxInFlight = Math.max(this.counts.maxInFlight, this.inFlight);
		let isOpen = true;
		const settle = () => {
			if (isOpen) this.inFlight -= 1;
			isOpen = false;
		};
		response.once('close', settle);
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { body, calls, items } = this.answerTo(request.url, Buffer.concat(chunks).toString());
			this.counts.items += items;
			const send = () => {
				settle();
				response.writeHead(200, {
					'Content-Type': 'application/json',
					'Content-Length': Buffer.byteLength(body),
				});
				response.end(body);
			};
			const delayMs = this.settings.latencyMs + calls * this.settings.msPerCall;
			if (delayMs === 0) send();
			else setTimeout(send, delayMs);
		});
	}

	private answerTo(url: string | undefined, text: string): FixedAnswer {
		if (url === TIMESTAMP_PATH) return { body: TIMESTAMP, calls: 0, items: 0 };
		const request: CallRequest = JSON.parse(text);
		if (url === '/api/query_batch') {
			const { length: calls } = request.queries ?? [];
			this.counts.batchSizes.push(calls);
			const body = `{"results":[${new Array<string>(calls).fill(SUCCESS).join(',')}]}`;
			return { body, calls, items: calls };
		}
		const rows = request.args?.[LIST_ARGUMENT];
		if (request.path !== LIST_FUNCTION_PATH || !Array.isArray(rows)) {
			return { body: SUCCESS, calls: 1, items: 1 };
		}
		const values = new Array<string>(rows.length).fill(DOCUMENT).join(',');
		return { body: successWith(`[${values}]`), calls: 1, items: rows.length };
	}
}

/** @param value as JSON */
function successWith(value: string): string {
	return `{"status":"success","value":${value},"logLines":[]}`;
}

function noCounts(): ServerCounts {
	return { requests: 0, connections: 0, maxInFlight: 0, items: 0, batchSizes: [] };
}

async function listening(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', BACKLOG, resolve));
	const { port } = server.address() as AddressInfo;
	return port;
}

/** The parent gives the settings as an argument, gets the addresses as a message, and stops this by disconnecting. */
async function main(): Promise<void> {
	const settings: Settings = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	setDefaultHighWaterMark(false, HIGH_WATER_MARK_BYTES);
	process.send?.(await new FixedAnswerServer(settings).start());
}

void main();
