import { handOver } from './environment';
import { runJest } from './jestProcess';
import { N8nApi } from './n8nApi';
import { withStack } from './stack';

/** `npm run test:e2e`: runs the tests of this folder in a whole n8n. Arguments go to jest. */
async function main(): Promise<void> {
	await withStack(async (stack) => {
		await N8nApi.setUp(stack.n8n.url);
		await runJest('jest.e2e.config.js', await handOver(stack), stack.stopToo);
	});
}

void main();
