/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
/** What is used of `ws`; to be replaced by the package `@types/ws`. */
declare module 'ws' {
	import type { IncomingMessage } from 'node:http';
	import type { Duplex } from 'node:stream';

	export class WebSocket {
		close(code?: number, reason?: string): void;
		terminate(): void;
		ping(): void;
		pause(): void;
		resume(): void;
		send(text: string, sent: (error?: Error) => void): void;
		on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
		on(event: 'pong', listener: () => void): this;
		on(event: 'close', listener: (code: number) => void): this;
		on(event: 'error', listener: (error: Error) => void): this;
	}

	export class WebSocketServer {
		readonly clients: Set<WebSocket>;
		constructor(options: { noServer: true; maxPayload: number });
		handleUpgrade(
			request: IncomingMessage,
			socket: Duplex,
			head: Buffer,
			opened: (socket: WebSocket) => void,
		): void;
	}
}
