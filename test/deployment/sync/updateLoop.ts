/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FunctionRunner } from '../functionRunner';
import type { LiveQueries } from './liveQueries';
import type { SyncConnection } from './syncConnection';

/**
 * Brings clients up to date. All queries of a round run as of one timestamp, each once; whatever is
 * written meanwhile makes another round.
 */
export class UpdateLoop {
	private state: 'idle' | 'scheduled' | 'running' | 'runningAndScheduled' = 'idle';
	/** Results may have changed. */
	private isStale = false;
	/** Commits are reported from inside transactions, whose context must not leak into the next round. */
	private readonly begin = AsyncResource.bind(() => void this.run());

	constructor(
		private readonly connections: ReadonlySet<SyncConnection>,
		private readonly live: LiveQueries,
		private readonly runner: () => FunctionRunner,
	) {}

	/** Soon, so that what happens at once makes one round. */
	schedule(): void {
		if (this.state === 'running') this.state = 'runningAndScheduled';
		if (this.state !== 'idle') return;
		this.state = 'scheduled';
		setImmediate(this.begin);
	}

	/** What queries give may have changed. */
	invalidate(): void {
		this.isStale = true;
		this.schedule();
	}

	private async run(): Promise<void> {
		this.state = 'running';
		try {
			if (this.connections.size > 0) await this.round();
		} catch (error) {
			console.error(error);
			this.isStale = true;
		}
		const isScheduled = this.state === ('runningAndScheduled' as typeof this.state);
		this.state = 'idle';
		if (isScheduled) this.schedule();
	}

	private async round(): Promise<void> {
		const runner = this.runner();
		for (const connection of this.connections) connection.takeModifications();
		const at = runner.history.latest;
		const which = this.isStale ? 'all' : 'new';
		this.isStale = false;
		await this.live.run(runner, at, which);
		// Mutations that have happened by then are answered first.
		await nextTurn();
		for (const connection of this.connections) connection.transition(at);
	}
}
