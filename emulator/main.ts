/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- runs in Node, not in n8n */
import { randomBytes } from 'node:crypto';
import { installFunctionConsole } from './logLines';
import { DeploymentServer } from './server';

/**
 * Starts the embedded deployment: `npm run deployment`, with PORT to choose one. A parent process
 * gets URLs and key as a message instead of text, and stops it by disconnecting.
 */
async function main(): Promise<void> {
	const deployKey = `local-deployment|${randomBytes(24).toString('hex')}`;
	const server = await DeploymentServer.start({ port: Number(process.env.PORT ?? 0), deployKey });
	installFunctionConsole();
	const stop = () => void server.stop().then(() => process.exit(0));
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
	if (process.send !== undefined) {
		process.once('disconnect', stop);
		process.send({ url: server.url, controlUrl: server.controlUrl, deployKey });
		return;
	}
	console.log(`Deployment URL: ${server.url}`);
	console.log(`Deploy key:     ${deployKey}`);
	console.log(`Bearer token:   ${await server.authenticator.signToken({ name: 'Ada' })}`);
	console.log(`Test control:   ${server.controlUrl}`);
	console.log('Serves the functions of examples/convex from memory. Ctrl-C stops it.');
}

void main();
