/* eslint-disable @n8n/community-nodes/no-restricted-imports, import-x/no-unresolved -- runs in Node, not in n8n */
import { createServer } from 'node:net';
import { TaskRunnersConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import { TaskRequester } from 'n8n/dist/task-runners/task-managers/task-requester';
import { TaskRunnerModule } from 'n8n/dist/task-runners/task-runner-module';
import type { Installation } from '../../test/support/engine';

/**
 * Starts the process in which n8n runs the code of Code nodes, as n8n does at its own start, with its
 * default settings (n8n dist/commands/start.js, dist/workflow-execute-additional-data.js).
 */
export async function startCodeRunner(): Promise<Installation['codeRunner']> {
	Container.get(TaskRunnersConfig).port = await freePort();
	await Container.get(TaskRunnerModule).start();
	return {
		startRunnerTask: async (...task) => await Container.get(TaskRequester).startTask(...task),
	};
}

/** n8n's own may be taken: by an n8n that runs on this machine. */
async function freePort(): Promise<number> {
	return await new Promise((resolve, reject) => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => {
				if (typeof address === 'object' && address !== null) resolve(address.port);
				else reject(new Error('no port'));
			});
		});
	});
}
