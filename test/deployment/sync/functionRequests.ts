/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults';
import type { FunctionRunner, Outcome } from '../functionRunner';
import { PlatformFailure } from '../platformFailure';
import type { FunctionCall } from './clientMessage';
import { asPlatformFailure } from './ending';
import { checkComponentAccess } from './liveQueries';
import { functionResponse } from './serverMessage';
import type { CompletedMutation, SessionRequests } from './sessionRequests';
import { checkExpiry, type SyncIdentity } from './syncIdentity';
import type { SyncSocket } from './syncSocket';
import { encodeTimestamp, type CommitClock } from './timestamp';

/** Per connection: crates/sync/src/worker.rs `OPERATION_QUEUE_BUFFER_SIZE`. */
const MAX_QUEUED_REQUESTS = 1000;

export interface FunctionRequestsOptions {
	runner: () => FunctionRunner;
	sessionRequests: SessionRequests;
	clock: CommitClock;
	takeFault: (what: string) => Fault | undefined;
	isClosed: () => boolean;
	kill: () => void;
	fail: (failure: PlatformFailure) => void;
	/** The client has to be brought to this time. */
	onAnswered: (timestamp: bigint) => void;
}

/** The mutations of a connection, which run one after another, and its actions, which run side by side. */
export class FunctionRequests {
	/** Without one, nothing is remembered. */
	sessionId?: string;
	private mutations: Promise<void> = Promise.resolve();
	private queuedMutations = 0;
	private runningActions = 0;

	constructor(
		private readonly socket: SyncSocket,
		private readonly options: FunctionRequestsOptions,
	) {}

	/** @throws PlatformFailure when there are too many already */
	start(call: FunctionCall, identity: SyncIdentity): void {
		checkExpiry(identity);
		if (call.type === 'Mutation') this.startMutation(call, identity);
		else this.startAction(call, identity);
	}

	private startMutation(call: FunctionCall, identity: SyncIdentity): void {
		if (this.queuedMutations >= MAX_QUEUED_REQUESTS) {
			throw new PlatformFailure(
				429,
				'TooManyConcurrentMutations',
				`Too many concurrent mutations. Only up to ${MAX_QUEUED_REQUESTS} pending mutations allowed on a single websocket.`,
			);
		}
		this.queuedMutations++;
		this.mutations = this.mutations.then(async () => {
			await this.answer(call, async () => await this.mutate(call, identity));
			this.queuedMutations--;
		});
	}

	private startAction(call: FunctionCall, identity: SyncIdentity): void {
		if (this.runningActions > MAX_QUEUED_REQUESTS) {
			throw new PlatformFailure(
				429,
				'TooManyInflightActionsForSingleClient',
				`Inflight actions overloaded for a single client, max concurrency: ${MAX_QUEUED_REQUESTS}`,
			);
		}
		this.runningActions++;
		void this.answer(call, async () => await this.run(call, 'action', identity)).then(
			() => this.runningActions--,
		);
	}

	private async answer(call: FunctionCall, run: () => Promise<CompletedMutation>): Promise<void> {
		try {
			await this.answerUnlessFault(call, run);
		} catch (error) {
			this.options.fail(asPlatformFailure(error));
		}
	}

	private async answerUnlessFault(
		call: FunctionCall,
		run: () => Promise<CompletedMutation>,
	): Promise<void> {
		const { isClosed, kill, takeFault, onAnswered } = this.options;
		if (isClosed()) return;
		const fault = takeFault(`${call.type}/${call.udfPath}`);
		if (fault?.kind === 'dropBefore') return kill();
		if (fault?.kind === 'answer') throw faultFailure(fault);
		const { outcome, timestamp } = await run();
		if (fault?.kind === 'dropAfter' || fault?.kind === 'truncate') return kill();
		if (fault?.kind === 'delay') await sleep(fault.ms);
		if (isClosed()) return;
		const response = functionResponse(call.requestId, outcome);
		if (call.type === 'Action') {
			this.socket.send({ type: 'ActionResponse', ...response });
		} else {
			const ts = response.success ? encodeTimestamp(timestamp) : null;
			this.socket.send({ type: 'MutationResponse', ...response, ts });
		}
		onAnswered(timestamp);
	}

	private async mutate(call: FunctionCall, identity: SyncIdentity): Promise<CompletedMutation> {
		const run = async () => await this.run(call, 'mutation', identity);
		return this.sessionId === undefined
			? await run()
			: await this.options.sessionRequests.once(this.sessionId, call.requestId, run);
	}

	private async run(
		{ udfPath: path, args, componentPath: component }: FunctionCall,
		requested: 'mutation' | 'action',
		identity: SyncIdentity,
	): Promise<{ outcome: Outcome; timestamp: bigint }> {
		const { runner, clock } = this.options;
		const { caller } = identity;
		const componentPath = component ?? '';
		checkComponentAccess(componentPath, identity);
		const outcome = await runner().run({ requested, componentPath, path, args, caller });
		return { outcome, timestamp: clock.latest };
	}
}

/** Over a socket a status becomes a close code. */
function faultFailure({ status, body }: Fault & { kind: 'answer' }): PlatformFailure {
	const { code, message } = Object.assign({ code: 'InternalServerError', message: '' }, body);
	return new PlatformFailure(status, code, message);
}
