/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from 'n8n-workflow';
import { unusedPort } from '../../emulator/unusedPort';
import { listen } from './listening';

const DRIP_INTERVAL_MS = 100;

export interface TestServer {
	url: string;
	/** Authorization headers of all requests so far. */
	authorizations: Array<string | undefined>;
	stop: () => Promise<void>;
}

/** A plain HTTP server that is no Convex deployment. */
export async function startHttpServer(listener: RequestListener): Promise<TestServer> {
	const authorizations: Array<string | undefined> = [];
	const server = createServer((request, response) => {
		authorizations.push(request.headers.authorization);
		listener(request, response);
	});
	const { host, stop } = await listen(server);
	return { url: `http://${host}`, stop, authorizations };
}

/** An HTTPS server whose certificate nobody signed but itself. */
export async function startUntrustedServer(
	listener: RequestListener = () => {},
): Promise<TestServer & { certificate: string }> {
	const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
	const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
	const files = ['-days', '1', '-nodes', '-keyout', key, '-out', cert];
	execFileSync('openssl', [...request, ...subject, ...files], { stdio: 'ignore' });
	const certificate = readFileSync(cert, 'utf8');
	const server = createHttpsServer({ key: readFileSync(key), cert: certificate }, listener);
	rmSync(folder, { recursive: true });
	const { host, stop } = await listen(server);
	return { url: `https://${host}`, stop, authorizations: [], certificate };
}

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

/** The address of a port on which nothing listens. */
export async function unusedUrl(): Promise<string> {
	return `http://127.0.0.1:${await unusedPort()}`;
}
