import { sleep } from 'n8n-workflow';

/** How long a run may keep the event loop from answers and from n8n. */
const MAX_BLOCKING_MS = 20;

/** Lets answers arrive and n8n work while many items, or a long answer, are read. */
export class EventLoopTurns {
	private yieldsAtMs = performance.now() + MAX_BLOCKING_MS;

	/** Whether answers and n8n have waited long enough. Asked after each item, of which there may be many. */
	get isBlocking(): boolean {
		return performance.now() >= this.yieldsAtMs;
	}

	/** Called after each item. Of many that wait at once, only as many go on as there is time for. */
	async yield(): Promise<void> {
		while (this.isBlocking) {
			const { yieldsAtMs } = this;
			await sleep(0);
			if (this.yieldsAtMs === yieldsAtMs) this.yieldsAtMs = performance.now() + MAX_BLOCKING_MS;
		}
	}

	/** Does work that pauses where it may be interrupted. */
	async workOn<Result>(work: Generator<undefined, Result>): Promise<Result> {
		for (;;) {
			const step = work.next();
			if (step.done === true) return step.value;
			if (this.isBlocking) await this.yield();
		}
	}
}
