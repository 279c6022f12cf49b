import type { ConvexFailure } from '../../convex/failure';
import type { SessionOperation } from '../../convex/functionCall';
import type { FunctionResult } from '../../convex/functionResponse';
import type { UserIdentity } from '../../convex/identity';
import {
	connectionBroken,
	connectionKeepsBreaking,
	connectionRefused,
	executionCancelled,
	longInterruption,
} from '../../convex/liveFailure';
import { readSessionResult } from '../../convex/sessionResult';
import { actingAs, type CallContext, type Deployment } from '../deployment';
import { toFailure } from '../nodeError';
import { CallsUnderWay, type CallUnderWay, type SessionCall } from './callsUnderWay';
import { connectionCause, type ConnectionCause } from './connectionCause';
import { checkEgress } from './egress';
import { SyncClient } from './syncClient';
import { startTimer, stopTimer } from '../timers';

/** What goes wrong this often in a row, while the deployment answers over HTTP, goes on to do so. */
const MAX_TROUBLES = 3;

/** What the client gives for an action that was under way (convex-js src/browser/sync/request_manager.ts). */
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
 * session and their number, and runs them one at a time and once.
 *
 * Calls always end: with their answer, or with a failure that says whether they may have run.
 */
export class Session {
	private readonly client: SyncClient;

	private readonly calls: CallsUnderWay;

	/** For HTTP, where the user to act as is part of the credential. */
	private readonly caller: Deployment;

	/** Why no call is sent any more. */
	private ending: ConvexFailure | undefined;

	/** How many connections there were. */
	private connections = 0;

	/** How often in a row something went wrong, since the last answer. */
	private troubles = noTroubles();

	/** Why the last connection ended, as far as it is known. */
	private reason = '';

	private interruption: number | undefined;

	/** Settled, unless it is being found out whether the credential is refused indeed. */
	private refusalCheck: Promise<void> = Promise.resolve();

	/** @throws ConvexFailure (`input`) on a host without WebSockets, and for a user to act as without a deploy key */
	constructor(private readonly options: SessionOptions) {
		const { deployment, identity, operation, cancelSignal } = options;
		this.caller = identity === undefined ? deployment : actingAs(deployment, identity);
		this.calls = new CallsUnderWay(operation);
		this.client = new SyncClient(deployment.credential, identity, {
			permit: async () => await this.permit(),
			opened: () => this.opened(),
			closed: (reason) => this.closed(reason),
			authenticationRefused: (message, hasReadNothing) => this.refused(message, hasReadNothing),
			protocolFailed: (message) => this.protocolFailed(message),
		});
		cancelSignal?.addEventListener('abort', this.cancel);
		if (cancelSignal?.aborted === true) this.cancel();
	}

	/** Whether it does not send calls any more: they fail, all for the same reason. */
	get hasEnded(): boolean {
		return this.ending !== undefined;
	}

	/** Sends a call behind those before it. Never throws. */
	async call(call: SessionCall): Promise<FunctionResult> {
		const { client, calls } = this;
		const underWay = calls.add(call, client.isOpen ? this.connections : undefined);
		if (this.ending !== undefined) {
			calls.loseAll(this.ending);
			return await underWay.ended;
		}
		if (!client.isOpen) this.interrupted();
		void this.answer(underWay);
		const result = await underWay.ended;
		if (calls.isEmpty) this.uninterrupted();
		return result;
	}

	/** Ends within a second. Calls under way are not waited for. */
	async close(): Promise<void> {
		this.end(executionCancelled());
		await this.client.close();
	}

	private async answer(underWay: CallUnderWay): Promise<void> {
		const { operation } = this.options;
		const { call } = underWay;
		try {
			const result = await this.client.call(operation, call);
			if (!result.success && result.errorMessage === ACTION_LOST) {
				this.calls.lose(underWay, connectionBroken(this.reason));
				return;
			}
			this.troubles = noTroubles();
			this.uninterrupted();
			this.calls.end(underWay, readSessionResult(operation, call.valueFormat, result));
		} catch (thrown) {
			this.calls.end(underWay, { status: 'failure', failure: toFailure(thrown) });
		}
	}

	/** Asked before each connection. */
	private async permit(): Promise<void> {
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
		if (!this.calls.hasSent) this.uninterrupted();
		this.calls.sent(this.connections);
	}

	private closed(reason: string): void {
		if (this.hasEnded) return;
		if (reason !== '') this.reason = reason;
		if (this.options.operation === 'action') this.calls.loseSent(connectionBroken(this.reason));
		if (!this.calls.isEmpty) this.interrupted();
		if (this.connections === 0) void this.checkUnopened();
	}

	private refused(message: string, hasReadNothing: boolean): void {
		this.reason = message;
		if (hasReadNothing) this.calls.unread(this.connections);
		this.troubles.refused += 1;
		this.refusalCheck = this.checkRefusal(message);
	}

	private protocolFailed(message: string): void {
		this.reason = message;
		this.troubles.protocol += 1;
		if (this.troubles.protocol >= MAX_TROUBLES) this.end(connectionKeepsBreaking(message));
	}

	private interrupted(): void {
		this.interruption ??= startTimer(() => void this.giveUp(), this.options.interruptionLimitMs);
	}

	private uninterrupted(): void {
		stopTimer(this.interruption);
		this.interruption = undefined;
	}

	private async giveUp(): Promise<void> {
		const { interruption, options } = this;
		const { failure } = await this.findCause();
		if (this.interruption !== interruption) return;
		const hasConnected = this.connections > 0;
		this.end(hasConnected ? longInterruption(options.interruptionLimitMs, failure) : failure);
	}

	/** There was no connection yet. What does not pass by itself is not waited for. */
	private async checkUnopened(): Promise<void> {
		const { status, failure } = await this.findCause();
		if (this.connections > 0) return;
		if (status === 'answers') this.troubles.unopened += 1;
		const isLasting = failure.details.retryable !== true;
		if (isLasting || this.troubles.unopened >= MAX_TROUBLES) this.end(failure);
	}

	/** A live connection may be refused for a passing reason; what HTTP says too is final. */
	private async checkRefusal(message: string): Promise<void> {
		const { status, failure } = await this.findCause();
		if (status === 'refuses') this.end(failure);
		else if (this.troubles.refused >= MAX_TROUBLES) this.end(connectionRefused(message));
	}

	private async findCause(): Promise<ConnectionCause> {
		const { options, caller, reason } = this;
		return await connectionCause({
			context: options.context,
			caller,
			actsAsUser: options.identity !== undefined,
			hasConnected: this.connections > 0,
			reason,
		});
	}

	private readonly cancel = () => this.end(executionCancelled());

	private end(cause: ConvexFailure): void {
		if (this.ending !== undefined) return;
		this.ending = cause;
		this.uninterrupted();
		this.options.cancelSignal?.removeEventListener('abort', this.cancel);
		void this.client.close();
		this.calls.loseAll(cause);
	}
}

function noTroubles() {
	return { unopened: 0, refused: 0, protocol: 0 };
}
