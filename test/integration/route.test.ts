/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { RequestListener } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { findRoute, type Route } from '../../nodes/Convex/transport/http/route';
import { startHttpServer, startUntrustedServer, unusedUrl } from '../support/awkwardServers';
import { nodeAt, nodeThatRuns, runWorkflow } from '../support/engine';
import { startForwardProxy, type ForwardProxy } from '../support/forwardProxy';

const trusted = getCACertificates();

const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
	delete process.env.HTTP_PROXY;
	delete process.env.HTTPS_PROXY;
	setDefaultCACertificates(trusted);
	for (const stop of stops.splice(0)) await stop();
});

const refusing: RequestListener = (_request, response) => response.writeHead(400).end('no upgrade');

async function serverOf(scheme: 'http' | 'https', listener = refusing): Promise<string> {
	const server =
		scheme === 'http' ? await startHttpServer(listener) : await startUntrustedServer(listener);
	stops.push(server.stop);
	if ('certificate' in server && typeof server.certificate === 'string') {
		setDefaultCACertificates([...trusted, server.certificate]);
	}
	return server.url;
}

/** @param port the proxy's own, at another address than the server's; any unless given */
async function withProxy(port?: number): Promise<ForwardProxy> {
	const proxy = await startForwardProxy(port);
	stops.push(proxy.stop);
	process.env.HTTP_PROXY = proxy.url;
	process.env.HTTPS_PROXY = proxy.url;
	return proxy;
}

/** Asks in a node of n8n's engine. */
async function routeTo(url: string): Promise<Route | undefined> {
	let route: Route | undefined;
	const node = nodeThatRuns('asking', async function () {
		route = await findRoute(this, url);
		return [[]];
	});
	const installation = { nodeTypes: { asking: node }, credentialTypes: {}, credentials: {} };
	await runWorkflow(installation, {
		name: 'route',
		nodes: [nodeAt('Asking', 'asking')],
		connections: {},
	});
	return route;
}

describe.each(['http', 'https'] as const)('n8n reaches a deployment over %s', (scheme) => {
	it('directly', async () => {
		expect(await routeTo(await serverOf(scheme))).toBe('direct');
	});

	it('directly, below a path', async () => {
		expect(await routeTo(`${await serverOf(scheme)}/convex`)).toBe('direct');
	});

	it('through its proxy', async () => {
		const url = await serverOf(scheme);
		const proxy = await withProxy();
		expect(await routeTo(url)).toBe('proxied');
		expect(proxy.requests).toHaveLength(1);
	});

	it("through its proxy, which listens on the deployment's own port", async () => {
		const url = await serverOf(scheme);
		const proxy = await withProxy(Number(new URL(url).port));
		expect(await routeTo(url)).toBe('proxied');
		expect(proxy.requests).toHaveLength(1);
	});
});

describe('how n8n reaches a deployment is unknown', () => {
	it('where it is not there', async () => {
		expect(await routeTo(await unusedUrl())).toBe('unknown');
	});

	it('where something answers as no deployment does', async () => {
		const url = await serverOf('http', (_request, response) => response.end('<html>'));
		expect(await routeTo(url)).toBe('unknown');
	});
});

it('is found out with no credential', async () => {
	const server = await startHttpServer(refusing);
	stops.push(server.stop);
	await routeTo(server.url);
	expect(server.authorizations).toEqual([undefined]);
});
