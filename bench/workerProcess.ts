/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from './stage';

const MAX_HEAP_MIB = 8192;

/** A program of the stage in a process of its own, which reports what it did by messages. */
export class WorkerProcess<Message> {
	private constructor(private readonly child: ChildProcess) {}

	/**
	 * @param program the file of the stage, without `.js`
	 * @param job its only argument, as JSON
	 * @param certificate a file that the process trusts
	 */
	static start<Message>(
		stage: Stage,
		program: string,
		job: unknown,
		certificate?: string,
	): WorkerProcess<Message> {
		const child = fork(join(stage.folder, `${program}.js`), [JSON.stringify(job)], {
			cwd: stage.folder,
			execArgv: ['--expose-gc', `--max-old-space-size=${MAX_HEAP_MIB}`],
			env: environment(stage, certificate),
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		});
		return new WorkerProcess(child);
	}

	/** Sends the process a request, and waits for its next message. */
	async ask(request: string, timeoutMs: number): Promise<Message> {
		const answer = this.next(timeoutMs);
		this.child.send(request);
		return await answer;
	}

	async next(timeoutMs: number): Promise<Message> {
		const { child } = this;
		return await new Promise((resolve, reject) => {
			const settle = (then: () => void) => {
				clearTimeout(timer);
				child.removeListener('message', onMessage);
				child.removeListener('exit', onExit);
				then();
			};
			const onMessage = (message: unknown) => settle(() => resolve(message as Message));
			const onExit = (code: number | null, signal: string | null) =>
				settle(() => reject(new Error(`the process ended with ${signal ?? `code ${code}`}`)));
			const timer = setTimeout(
				() => settle(() => reject(new Error(`not done after ${timeoutMs / 1000} s`))),
				timeoutMs,
			);
			child.once('message', onMessage);
			child.once('exit', onExit);
		});
	}

	stop(): void {
		this.child.kill('SIGKILL');
	}
}

/** Nothing of the user's own settings of n8n, and no proxy. */
function environment(stage: Stage, certificate: string | undefined): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: stage.folder,
		NODE_ENV: 'production',
		...(certificate !== undefined && { NODE_EXTRA_CA_CERTS: certificate }),
		N8N_USER_FOLDER: stage.folder,
	};
}
