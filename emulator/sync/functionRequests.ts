/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FunctionRunner } from '../functionRunner';
import { PlatformFailure } from '../platformFailure';
import { encodeTimestamp } from '../timestamp';
import type { FunctionCall } from './clientMessage';
import { asPlatformFailure } from './ending';
import { checkComponentAccess } from './liveQueries';
import { functionResponse } from './serverMessage';
import type { CompletedCall, SessionRequests } from './sessionRequests';
import type { SyncAuthenticator, SyncIdentity } from './syncIdentity';
import type { ApplyFault, SyncSocket } from './syncSocket';

/** Per connection: crates/sync/src/worker.rs `OPERATION_QUEUE_BUFFER_SIZE`. */
const MAX_QUEUED_REQUESTS = 1000;

export interface FunctionRequestsOptions {
	runner: () => FunctionRunner;
	authenticator: SyncAuthenticator;
	sessionRequests: SessionRequests;
	applyFault: ApplyFault;
	isClosed: () => boolean;
	kill: () => void;
	reset: () => void;
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
		this.options.authenticator.checkExpiry(identity);
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
			// Other requests are served in between, as in the backend.
			await nextTurn();
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

	private async answer(call: FunctionCall, run: () => Promise<CompletedCall>): Promise<void> {
		const { isClosed, kill, reset, applyFault, fail } = this.options;
		if (isClosed()) return;
		try {
			await applyFault(`${call.type}/${call.udfPath}`, JSON.stringify(call.args), {
				kill,
				reset,
				freeze: () => this.socket.freeze(),
				run: async () => {
					const completed = await run();
					return () => this.respond(call, completed);
				},
			});
		} catch (error) {
			fail(asPlatformFailure(error));
		}
	}

	private respond({ type, requestId }: FunctionCall, completed: CompletedCall): void {
		if (this.options.isClosed()) return;
		const { outcome, timestamp } = completed;
		const response = functionResponse(requestId, outcome);
		if (type === 'Action') {
			this.socket.send({ type: 'ActionResponse', ...response });
		} else {
			const ts = response.success ? encodeTimestamp(timestamp) : null;
			this.socket.send({ type: 'MutationResponse', ...response, ts });
		}
		this.options.onAnswered(timestamp);
	}

	private async mutate(call: FunctionCall, identity: SyncIdentity): Promise<CompletedCall> {
		const run = async () => await this.run(call, 'mutation', identity);
		return this.sessionId === undefined
			? await run()
			: await this.options.sessionRequests.once(this.sessionId, call.requestId, run);
	}

	private async run(
		{ udfPath: path, args, componentPath: component }: FunctionCall,
		requested: 'mutation' | 'action',
		identity: SyncIdentity,
	): Promise<CompletedCall> {
		const { caller } = identity;
		const componentPath = component ?? '';
		checkComponentAccess(componentPath, identity);
		const runner = this.options.runner();
		const outcome = await runner.run({ requested, componentPath, path, args, caller });
		return { outcome, timestamp: runner.history.latest };
	}
}
