import type { Job, Measured, Outcome, WorkerMessage } from './measurement';
import type { RunningServer } from './server/client';
import type { Stage } from './stage';
import { WorkerProcess } from './workerProcess';

const START_TIMEOUT_MS = 60_000;
const RUN_TIMEOUT_MS = 180_000;
/** A run longer than this is not repeated: its time varies little. */
const MAX_REPEATED_MS = 5000;
const MAX_REASON_LENGTH = 100;

/** Measures a contender in a process of its own, some times; the run with the median time counts. */
export async function measure(
	stage: Stage,
	server: RunningServer,
	certificate: string,
	job: Job,
	repeats: number,
): Promise<Outcome> {
	const worker = WorkerProcess.start<WorkerMessage>(stage, 'main', job, certificate);
	try {
		const started = await worker.next(START_TIMEOUT_MS);
		if (started.type === 'failed') return failed(started.reason);
		const runs: Measured[] = [];
		while (runs.length < repeats) {
			await server.resetCounts();
			const outcome = await worker.ask('run', RUN_TIMEOUT_MS);
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
		worker.stop();
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
