import { runJest } from '../e2e/jestProcess';
import { N8nApi } from '../e2e/n8nApi';
import { handOverQueue } from './environment';
import { withQueueStack } from './queueStack';

/**
 * `npm run test:queue`: runs the tests of this folder in a whole n8n in queue mode, a main process and
 * two workers. It needs Redis and PostgreSQL. Arguments go to jest.
 */
async function main(): Promise<void> {
	await withQueueStack(async (stack) => {
		await N8nApi.setUp(stack.n8n.url);
		await runJest('jest.queue.config.js', await handOverQueue(stack), stack.stopToo);
	});
}

void main();
