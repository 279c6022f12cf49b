import { sleep } from 'n8n-workflow';
import { startHttpServer, type TestServer } from './awkwardServers';

const DRIP_INTERVAL_MS = 100;

/** Begins every answer and never ends it: a blank, and after a while another one, without end. */
export async function startDrippingServer(): Promise<TestServer> {
	return await startHttpServer((_request, response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		const drip = async () => {
			while (!response.destroyed) {
				response.write(' ');
				await sleep(DRIP_INTERVAL_MS);
			}
		};
		void drip();
	});
}

/** Begins every answer and never ends it, as fast as it is read. */
export async function startFloodingServer(): Promise<TestServer & { sentBytes: () => number }> {
	const chunk = Buffer.alloc(2 ** 20, ' ');
	let sentBytes = 0;
	const server = await startHttpServer((_request, response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		const flood = () => {
			while (!response.destroyed) {
				sentBytes += chunk.length;
				if (!response.write(chunk)) return;
			}
		};
		response.on('drain', flood);
		flood();
	});
	return { ...server, sentBytes: () => sentBytes };
}
