/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSONValue } from 'convex/values';
import { send } from './answer';

/** A command of a test: takes the JSON of the body, gives the JSON of the answer. */
export type Command = (input: never) => unknown;

/**
 * What only tests need, on a port of its own: it works while the deployment is down or behind faults,
 * and counts as no request. `POST /<command>`.
 */
export class ControlServer {
	private readonly http: Server;

	private constructor(private readonly commands: Record<string, Command>) {
		this.http = createServer((request, response) => void this.serve(request, response));
		// A connection that the server closes just as the client uses it again would fail the test.
		this.http.keepAliveTimeout = 0;
	}

	static async start(commands: Record<string, Command>): Promise<ControlServer> {
		const server = new ControlServer(commands);
		await new Promise<void>((resolve) => server.http.listen(0, '127.0.0.1', resolve));
		return server;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.http.closeAllConnections();
		await new Promise((resolve) => this.http.close(resolve));
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const command = this.commands[(request.url ?? '').slice(1)];
		if (command === undefined) {
			await send(response, { status: 404, body: `no command ${request.url}` });
			return;
		}
		try {
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const text = Buffer.concat(chunks).toString('utf8');
			const result = await command((text === '' ? undefined : JSON.parse(text)) as never);
			await send(response, { status: 200, body: (result ?? null) as JSONValue });
		} catch (error) {
			await send(response, { status: 500, body: String(error) });
		}
	}
}
