import { executionCancelled, type ConvexFailure } from '../../convex/failure';
import type { SessionOperation } from '../../convex/functions/functionCall';
import type { UserIdentity } from '../../convex/deployment/identity';
import {
	connectionBroken,
	connectionKeepsBreaking,
	connectionRefused,
	longInterruption,
	longSilence,
} from '../../convex/failures/liveFailure';
import { readSessionResult } from '../../convex/responses/sessionResult';
import { actingAs, type CallContext, type Deployment } from '../deployment';
import { toFailure } from '../nodeError';
import {
	InFlightCalls,
	type CallHandle,
	type InFlightCall,
	type SessionCall,
} from './inFlightCalls';
import { diagnoseConnection, type ConnectionDiagnosis } from './connectionDiagnosis';
import { checkEgress } from './egress';
import { Interruption } from './interruption';
import { SyncClient } from './syncClient';

/** What goes wrong this often in a row, while the deployment answers over HTTP, goes on to do so. */
const MAX_CONSECUTIVE_FAILURES = 3;

/** What the client gives for an action that it takes for sent (convex-js src/browser/sync/request_manager.ts). */
const ACTION_LOST = 'Connection lost while action was in flight';

/** As long as calls over HTTP are sent again without any answer: a restart or a redeployment takes less. */
export const INTERRUPTION_LIMIT_MS = 60_000;

export interface SessionOptions {
	context: CallContext;
	deployment: Deployment;
	/** The user to act as, if any; needs a deploy key. */
	identity: UserIdentity | undefined;
	/** What is called: all calls of a session are of one type. */
	operation: SessionOperation;
	/** Ends the session at once. */
	cancelSignal: AbortSignal | undefined;
	/** How long calls wait for a connection, and sent ones for a sign that they go on. */
	interruptionLimitMs: number;
}

/**
 * Calls over one live connection, through Convex's own sync client. It connects anew after a lost
 * connection and sends again what has no answer yet; the deployment recognises mutations by the
 * session and their number, and runs them one at a time and once. An action is sent again only when
 * it is certain that nobody read it.
 *
 * Calls always end: with their answer, or with a failure that says whether they may have run.
 */
export class Session {
	private readonly client: SyncClient;

	private readonly calls: InFlightCalls;

	/** For HTTP, where the user to act as is part of the credential. */
	private readonly caller: Deployment;

	private readonly interruption: Interruption;

	/** Why no call is sent any more, and whether that holds for any user. */
	private ending: { cause: ConvexFailure; isForAll: boolean } | undefined;

	/** How many connections there were. */
	private connections = 0;

	/** How often in a row something went wrong, since the last answer. */
	private failureCounts = noFailures();

	/** Why the last connection ended, as far as it is known. */
	private reason = '';

	/** Settled, unless it is being found out whether the credential is refused indeed. */
	private refusalCheck: Promise<void> = Promise.resolve();

	/** @throws ConvexFailure (`input`) on a host without WebSockets, and for a user to act as without a deploy key */
	constructor(private readonly options: SessionOptions) {
		const { deployment, identity, operation, cancelSignal, interruptionLimitMs } = options;
		this.caller = identity === undefined ? deployment : actingAs(deployment, identity);
		this.calls = new InFlightCalls(operation, interruptionLimitMs, () =>
			this.end(longSilence(interruptionLimitMs)),
		);
		this.interruption = new Interruption(interruptionLimitMs, () => void this.giveUp());
		this.client = new SyncClient(deployment.credential, identity, {
			beforeConnect: async () => await this.beforeConnect(),
			opened: () => this.opened(),
			closed: (reason) => this.closed(reason),
			authenticationRefused: (message, hasReadNothing) => this.refused(message, hasReadNothing),
			protocolFailed: (message) => this.protocolFailed(message),
		});
		cancelSignal?.addEventListener('abort', this.cancel);
		if (cancelSignal?.aborted === true) this.cancel();
	}

	/** Whether it sends no calls any more, for a reason that another user's session would have too. */
	get hasEndedForAll(): boolean {
		return this.ending?.isForAll === true;
	}

	/** Sends a call behind those before it. Never throws. */
	call(call: SessionCall): CallHandle {
		const { client, calls } = this;
		const underWay = calls.add(call, client.isOpen ? this.connections : undefined);
		if (this.ending !== undefined) {
			calls.failAll(this.ending.cause);
			return underWay;
		}
		if (!client.isOpen) this.interruption.begin(this.connections);
		void this.answer(underWay);
		return underWay;
	}

	/** Ends within a second. Calls under way are not waited for. */
	async close(): Promise<void> {
		this.end(executionCancelled());
		await this.client.close();
	}

	private async answer(underWay: InFlightCall): Promise<void> {
		const { operation } = this.options;
		try {
			const result = await this.callUntilAnswered(underWay);
			if (result === undefined) {
				this.calls.fail(underWay, connectionBroken(this.reason));
			} else {
				this.failureCounts = noFailures();
				this.interruption.end();
				const { valueFormat } = underWay.call;
				this.calls.settle(underWay, readSessionResult(operation, valueFormat, result));
			}
		} catch (thrown) {
			this.calls.settle(underWay, { status: 'failure', failure: toFailure(thrown) });
		}
		if (this.calls.isEmpty) this.interruption.end();
	}

	/**
	 * When there is a new connection, the client calls the actions lost that it took for sent. Those
	 * that anybody may have read ended when the old one closed. Of the others it is certain that nobody
	 * did: their connection was closing already, or the credential before them was refused.
	 *
	 * @returns undefined for one that was lost
	 */
	private async callUntilAnswered(underWay: InFlightCall) {
		for (;;) {
			const { connections } = this;
			const result = await this.client.call(this.options.operation, underWay.call);
			if (result.success || result.errorMessage !== ACTION_LOST) return result;
			const isUnread = this.connections > connections && this.calls.isAwaited(underWay);
			if (!isUnread) return undefined;
		}
	}

	/** Asked before each connection. */
	private async beforeConnect(): Promise<void> {
		await this.refusalCheck;
		const { context, deployment } = this.options;
		try {
			await checkEgress(context, deployment.credential.deploymentUrl);
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (failure.details.kind === 'input') this.end(failure);
			throw failure;
		}
	}

	private opened(): void {
		this.connections += 1;
		this.reason = '';
		// What was sent before has to prove first that it can be answered.
		if (!this.calls.hasSent) this.interruption.end();
		this.calls.connected(this.connections);
	}

	private closed(reason: string): void {
		// An old one may close late, when there is a new one.
		if (this.ending !== undefined || this.client.isOpen) return;
		if (reason !== '') this.reason = reason;
		this.calls.disconnected();
		if (this.options.operation === 'action') this.calls.failSent(connectionBroken(this.reason));
		if (this.calls.isEmpty) this.interruption.end();
		else this.interruption.begin(this.connections);
		if (this.interruption.isLong) void this.giveUp();
		if (this.connections === 0) void this.diagnoseFirstConnect();
	}

	private refused(message: string, hasReadNothing: boolean): void {
		this.reason = message;
		if (hasReadNothing) this.calls.markNotSent(this.connections);
		this.failureCounts.refused += 1;
		this.refusalCheck = this.checkRefusal(message);
	}

	private protocolFailed(message: string): void {
		this.reason = message;
		this.failureCounts.protocol += 1;
		if (this.failureCounts.protocol >= MAX_CONSECUTIVE_FAILURES)
			this.end(connectionKeepsBreaking(message), 'user');
	}

	/** A long interruption ends the session, but not while there is a connection: that may be slow. */
	private async giveUp(): Promise<void> {
		const { interruption, client, connections } = this;
		const { current } = interruption;
		const { failure } = await this.findCause();
		// One that is back, or was meanwhile, is judged when it breaks.
		const isOver = interruption.current !== current;
		if (isOver || client.isOpen || this.connections !== connections) return;
		const { interruptionLimitMs } = this.options;
		const wasBack = interruption.hasReconnected(connections);
		this.end(connections > 0 ? longInterruption(interruptionLimitMs, wasBack, failure) : failure);
	}

	/** There was no connection yet. What does not pass by itself is not waited for. */
	private async diagnoseFirstConnect(): Promise<void> {
		const { status, failure } = await this.findCause();
		if (this.connections > 0) return;
		if (status === 'answers') this.failureCounts.unopened += 1;
		const isLasting = failure.details.retryable !== true;
		if (status === 'refuses') this.end(failure, 'user');
		else if (isLasting || this.failureCounts.unopened >= MAX_CONSECUTIVE_FAILURES)
			this.end(failure);
	}

	/** A live connection may be refused for a passing reason; what HTTP says too is final. */
	private async checkRefusal(message: string): Promise<void> {
		const { status, failure } = await this.findCause();
		if (status === 'refuses') this.end(failure, 'user');
		else if (this.failureCounts.refused >= MAX_CONSECUTIVE_FAILURES)
			this.end(connectionRefused(message), 'user');
	}

	private async findCause(): Promise<ConnectionDiagnosis> {
		const { options, caller, reason, interruption, connections } = this;
		return await diagnoseConnection({
			context: options.context,
			caller,
			actsAsUser: options.identity !== undefined,
			hasReconnected: interruption.hasReconnected(connections),
			reason,
		});
	}

	private readonly cancel = () => this.end(executionCancelled());

	/** @param whose whether all sessions share the reason, or it may be this user's own */
	private end(cause: ConvexFailure, whose: 'everybody' | 'user' = 'everybody'): void {
		if (this.ending !== undefined) return;
		this.ending = { cause, isForAll: whose === 'everybody' };
		this.interruption.end();
		this.options.cancelSignal?.removeEventListener('abort', this.cancel);
		void this.client.close();
		this.calls.failAll(cause);
	}
}

function noFailures() {
	return { unopened: 0, refused: 0, protocol: 0 };
}
