/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installFunctionResponse } from './httpActions/functionResponse';
import { installFunctionConsole } from './logLines';
import { DeploymentServer } from './server';

const SAMPLE_APP = join(__dirname, '..', 'examples', 'convex');

/**
 * Starts the embedded deployment: `npm run deployment`, with `--app` to serve another app than the
 * sample one; PORT, DEPLOY_KEY and ACTION_TIMEOUT_SECONDS choose these. A parent process gets URLs and key as a message
 * instead of text, and stops it by disconnecting.
 */
async function main(): Promise<void> {
	const { values } = parseArgs({ options: { app: { type: 'string', default: SAMPLE_APP } } });
	const deployKey = process.env.DEPLOY_KEY ?? `local-deployment|${randomBytes(24).toString('hex')}`;
	const port = Number(process.env.PORT ?? 0);
	const server = await DeploymentServer.start({ port, deployKey, folder: values.app });
	const { ACTION_TIMEOUT_SECONDS } = process.env;
	if (ACTION_TIMEOUT_SECONDS !== undefined) {
		server.runner.actionTimeoutMs = Number(ACTION_TIMEOUT_SECONDS) * 1000;
	}
	installFunctionConsole();
	installFunctionResponse();
	surviveFunctions();
	const stop = () => void server.stop().then(() => process.exit(0));
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
	if (process.send !== undefined) {
		process.once('disconnect', stop);
		const { url, siteUrl, controlUrl } = server;
		process.send({ url, siteUrl, controlUrl, deployKey });
		return;
	}
	console.log(`Deployment URL: ${server.url}`);
	console.log(`Site URL:       ${server.siteUrl}`);
	console.log(`Deploy key:     ${deployKey}`);
	console.log(`Bearer token:   ${await server.authenticator.signToken({ name: 'Ada' })}`);
	console.log(`Test control:   ${server.controlUrl}`);
	console.log(`Serves the functions of ${values.app} from memory. Ctrl-C stops it.`);
}

/**
 * A promise that a function leaves behind may fail after its answer, and convex-test fails when a
 * scheduled function cancels itself: neither ends a deployment.
 */
function surviveFunctions(): void {
	const report = (error: unknown) => console.error('A function failed after its answer:', error);
	process.on('unhandledRejection', report);
	process.on('uncaughtException', report);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
