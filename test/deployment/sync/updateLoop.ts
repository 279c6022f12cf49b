/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FunctionRunner } from '../functionRunner';
import type { LiveQueries } from './liveQueries';
import type { SyncConnection } from './syncConnection';
import type { CommitClock } from './timestamp';

/**
 * Brings clients up to date. All queries of a round run in one transaction, each once, so that every
 * client sees one moment; whatever is written meanwhile makes another round.
 */
export class UpdateLoop {
	private state: 'idle' | 'scheduled' | 'running' | 'runningAndScheduled' = 'idle';
	/** The moment that results are of; undefined when they have to be made anew in any case. */
	private resultsOf?: bigint;
	/** Writes are reported from inside transactions, whose context must not leak into the next round. */
	private readonly begin = AsyncResource.bind(() => void this.run());

	constructor(
		private readonly connections: ReadonlySet<SyncConnection>,
		private readonly live: LiveQueries,
		private readonly clock: CommitClock,
		private readonly runner: () => FunctionRunner,
	) {}

	/** Soon, so that what happens at once makes one round. */
	schedule(): void {
		if (this.state === 'running') this.state = 'runningAndScheduled';
		if (this.state !== 'idle') return;
		this.state = 'scheduled';
		setImmediate(this.begin);
	}

	/** Something else than the database changed what queries give. */
	invalidate(): void {
		this.resultsOf = undefined;
		this.schedule();
	}

	private async run(): Promise<void> {
		this.state = 'running';
		try {
			if (this.connections.size > 0) await this.round();
		} catch (error) {
			console.error(error);
			this.resultsOf = undefined;
		}
		const isScheduled = this.state === ('runningAndScheduled' as typeof this.state);
		this.state = 'idle';
		if (isScheduled) this.schedule();
	}

	private async round(): Promise<void> {
		const runner = this.runner();
		let moment = 0n;
		await runner.atOneMoment(async () => {
			for (const connection of this.connections) connection.takeModifications();
			moment = this.clock.latest;
			const which = moment === this.resultsOf ? 'new' : 'all';
			this.resultsOf = moment;
			await this.live.run(runner, which);
		});
		// Mutations that this moment includes are answered first.
		await nextTurn();
		for (const connection of this.connections) connection.transition(moment);
	}
}
