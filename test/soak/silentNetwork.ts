import { sleep } from 'n8n-workflow';
import type { TcpProxy } from '../support/tcpProxy';
import type { Random } from './random';
import { SoakFailure, type Verdict } from './verdict';
import type { WatchedWorkflow } from './watchedWorkflow';

/** Convex's client gives a connection up that carried nothing for 60 s; then it has to be back soon. */
const DEADLINE_MS = 100_000;
const TYPICAL_MS = 65_000;
const POLL_MS = 100;

/**
 * Between one workflow and the deployment, the network carries nothing any more from time to time, and
 * tells neither side: the client itself has to find out.
 */
export class SilentNetwork {
	silences = 0;

	private running: Promise<void> = Promise.resolve();

	constructor(
		private readonly proxy: TcpProxy,
		private readonly workflow: WatchedWorkflow,
		private readonly random: Random,
		private readonly verdict: Verdict,
	) {}

	/** @param endsAt when the soak ends, as `performance.now()` says it */
	start(endsAt: number): void {
		this.running = this.run(endsAt).catch((error: unknown) => this.verdict.fail(error));
	}

	/** Resolves when the last silence is over. */
	async end(): Promise<void> {
		await this.running;
	}

	private async run(endsAt: number): Promise<void> {
		// The first one fits into a run of a minute, too.
		while (performance.now() + TYPICAL_MS < endsAt + 10_000 && !this.verdict.ended.aborted) {
			await this.fallSilent();
			await sleep(this.random.whole(5_000, 60_000));
		}
	}

	private async fallSilent(): Promise<void> {
		const { workflow } = this;
		// A change that has just arrived came over an open connection.
		do await this.nextChange();
		while (!workflow.canRestart);
		workflow.isDeaf = true;
		const cut = this.proxy.silence();
		await this.nextChange();
		cut();
		workflow.isDeaf = false;
		this.silences += 1;
	}

	private async nextChange(): Promise<void> {
		const { verifier, name } = this.workflow;
		const { revision } = verifier;
		const deadline = performance.now() + DEADLINE_MS;
		while (verifier.revision === revision && !this.verdict.ended.aborted) {
			if (performance.now() > deadline) {
				throw new SoakFailure(
					'lost',
					`workflow '${name}' was told of nothing for ${DEADLINE_MS / 1_000} s, since revision ${revision}`,
				);
			}
			await sleep(POLL_MS);
		}
	}
}
