/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import type { FunctionRunner } from '../functionRunner';
import type { LiveQueries } from './liveQueries';
import type { SyncConnection } from './syncConnection';

/**
 * Brings clients up to date. All queries of a round run as of one timestamp, each once; whatever is
 * written meanwhile makes another round.
 */
export class UpdateLoop {
	private isRunning = false;
	private isScheduled = false;
	/** Results may have changed. */
	private isStale = false;
	/** Outside the function that reports its commit, whose log lines would swallow what is printed. */
	private readonly begin = AsyncResource.bind(() => void this.run());

	constructor(
		private readonly connections: ReadonlySet<SyncConnection>,
		private readonly live: LiveQueries,
		private readonly runner: () => FunctionRunner,
	) {}

	/** Soon, so that what happens at once makes one round, and mutations are answered before it. */
	schedule(): void {
		if (this.isScheduled) return;
		this.isScheduled = true;
		if (!this.isRunning) setImmediate(this.begin);
	}

	/** What queries give may have changed. */
	invalidate(): void {
		this.isStale = true;
		this.schedule();
	}

	private async run(): Promise<void> {
		this.isScheduled = false;
		this.isRunning = true;
		try {
			if (this.connections.size > 0) await this.round();
		} catch (error) {
			console.error(error);
			this.isStale = true;
		}
		this.isRunning = false;
		if (this.isScheduled) setImmediate(this.begin);
	}

	private async round(): Promise<void> {
		const runner = this.runner();
		for (const connection of this.connections) connection.takeModifications();
		const at = runner.history.latest;
		const which = this.isStale ? 'all' : 'new';
		this.isStale = false;
		await this.live.run(runner, at, which);
		for (const connection of this.connections) connection.transition(at);
	}
}
