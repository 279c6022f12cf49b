/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { fork, type ChildProcess } from 'node:child_process';
import type { Job, Measured, Outcome, WorkerMessage } from './measurement';
import type { RunningServer } from './server/client';
import type { Stage } from './stage';

const START_TIMEOUT_MS = 60_000;
const RUN_TIMEOUT_MS = 180_000;
/** A run longer than this is not repeated: its time varies little. */
const MAX_REPEATED_MS = 5000;
const MAX_HEAP_MIB = 8192;
const MAX_REASON_LENGTH = 100;

/** Measures a contender in a process of its own, some times; the run with the median time counts. */
export async function measure(
	stage: Stage,
	server: RunningServer,
	certificate: string,
	job: Job,
	repeats: number,
): Promise<Outcome> {
	const child = fork(stage.worker, [JSON.stringify(job)], {
		cwd: stage.folder,
		execArgv: ['--expose-gc', `--max-old-space-size=${MAX_HEAP_MIB}`],
		env: environment(stage, certificate),
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	try {
		const started = await nextMessage(child, START_TIMEOUT_MS);
		if (started.type === 'failed') return failed(started.reason);
		const runs: Measured[] = [];
		while (runs.length < repeats) {
			await server.resetCounts();
			const message = nextMessage(child, RUN_TIMEOUT_MS);
			child.send('run');
			const outcome = await message;
			if (outcome.type !== 'done') return failed(outcome.type === 'failed' ? outcome.reason : '');
			const counts = await server.counts();
			const { wallTimeMs, peakMemoryBytes } = outcome;
			runs.push({ type: 'measured', wallTimeMs, peakMemoryBytes, ...counts });
			if (wallTimeMs > MAX_REPEATED_MS) break;
		}
		return median(runs);
	} catch (error) {
		return failed(error instanceof Error ? error.message : String(error));
	} finally {
		child.kill('SIGKILL');
	}
}

/** The middle run by time. Its memory is the first run's: later ones reuse what that one left. */
function median(runs: Measured[]): Outcome {
	const sorted = runs.toSorted((one, other) => one.wallTimeMs - other.wallTimeMs);
	const middle = sorted[Math.floor(sorted.length / 2)];
	const [first] = runs;
	if (middle === undefined || first === undefined) return failed('no run');
	return { ...middle, peakMemoryBytes: first.peakMemoryBytes };
}

function failed(reason: string): Outcome {
	const [firstLine = ''] = reason.split('\n');
	return { type: 'failed', reason: firstLine.slice(0, MAX_REASON_LENGTH) };
}

/** Nothing of the user's own settings of n8n, and no proxy. */
function environment(stage: Stage, certificate: string): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: stage.folder,
		NODE_ENV: 'production',
		NODE_EXTRA_CA_CERTS: certificate,
		N8N_USER_FOLDER: stage.folder,
	};
}

async function nextMessage(child: ChildProcess, timeoutMs: number): Promise<WorkerMessage> {
	return await new Promise((resolve, reject) => {
		const settle = (then: () => void) => {
			clearTimeout(timer);
			child.removeListener('message', onMessage);
			child.removeListener('exit', onExit);
			then();
		};
		const onMessage = (message: unknown) => settle(() => resolve(message as WorkerMessage));
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
