import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import type { CredentialValues } from '../../test/support/engine';
import type { Certificate } from '../server/certificate';
import type { Stage } from '../stage';
import { WorkerProcess } from '../workerProcess';
import type { RunMessage } from './messages';
import { SlowNetwork } from './slowNetwork';
import { median } from './statistics';

/** There and back. */
export const LATENCY_MS = 20;

const START_TIMEOUT_MS = 60_000;
const RUN_TIMEOUT_MS = 300_000;
const RUNS = 3;

/** A deployment of its own behind TLS and latency, and how a program works with it. */
export interface SlowDeployment {
	deployment: EmbeddedDeployment;
	/**
	 * @param program of the stage, which makes a run whenever it is sent the number of one
	 * @param job what it is started for
	 * @param afterRun is told the number of each run
	 * @returns the median of the runs' wall times, in milliseconds
	 * @throws Error for a run that failed
	 */
	measure: (
		program: string,
		job: (credential: CredentialValues) => unknown,
		afterRun?: (run: number) => Promise<void>,
	) => Promise<number>;
}

/** @returns what `use` makes of the deployment, which is there for that long */
export async function withSlowDeployment<Result>(
	stage: Stage,
	certificate: Certificate,
	use: (slow: SlowDeployment) => Promise<Result>,
): Promise<Result> {
	const deployment = await startDeployment();
	try {
		const network = await SlowNetwork.inFrontOf(deployment.url, certificate, LATENCY_MS / 2);
		const { deployKey: token } = deployment;
		const credential = { deploymentUrl: network.url, authentication: 'deployKey', token };
		try {
			return await use({
				deployment,
				measure: async (program, job, afterRun) => {
					const worker = WorkerProcess.start<RunMessage>(
						stage,
						program,
						job(credential),
						certificate.certificate,
					);
					try {
						return await medianOfRuns(worker, afterRun);
					} finally {
						worker.stop();
					}
				},
			});
		} finally {
			network.stop();
		}
	} finally {
		await deployment.stop();
	}
}

async function medianOfRuns(
	worker: WorkerProcess<RunMessage>,
	afterRun?: (run: number) => Promise<void>,
): Promise<number> {
	const ready = await worker.next(START_TIMEOUT_MS);
	if (ready.type === 'failed') throw new Error(ready.reason);
	const wallTimesMs: number[] = [];
	for (let run = 1; run <= RUNS; run++) {
		const outcome = await worker.ask(String(run), RUN_TIMEOUT_MS);
		if (outcome.type !== 'done') {
			throw new Error(outcome.type === 'failed' ? outcome.reason : outcome.type);
		}
		wallTimesMs.push(outcome.wallTimeMs);
		await afterRun?.(run);
	}
	return median(wallTimesMs);
}
