import { executionCancelled, type ConvexFailure } from '../../convex/failure';
import {
	connectionBroken,
	unreadableMessage,
	sessionInactive,
} from '../../convex/failures/liveFailure';
import { readSessionResult } from '../../convex/responses/sessionResult';
import { actingAs } from '../caller';
import { DeploymentCheck } from '../http/deploymentCheck';
import { toFailure } from '../nodeError';
import {
	InFlightCalls,
	type CallHandle,
	type InFlightCall,
	type SessionCall,
} from './inFlightCalls';
import { diagnoseConnection, type ConnectionDiagnosis } from './connectionDiagnosis';
import { checkEgress } from './egress';
import { Outage } from './outage';
import { Readiness, type Opening } from './readiness';
import { RejectionProof } from './rejectionProof';
import type { SessionOptions } from './sessionOptions';
import {
	CONNECTING,
	nextState,
	type EndReason,
	type SessionEvent,
	type SessionState,
} from './sessionState';
import { SyncClient } from './syncClient';

/**
 * Calls over one live connection, through Convex's own sync client. It reconnects after a lost
 * connection and sends again what has no answer yet; the deployment recognises mutations by the
 * session and their number, and runs them one at a time and once. An action is sent again only when
 * it is certain that nobody read it.
 *
 * Calls always end: with their answer, or with a failure that says whether they may have run.
 */
export class Session {
	private readonly client: SyncClient;

	private readonly calls: InFlightCalls;

	private readonly deploymentCheck: DeploymentCheck;

	/** A time in which calls wait without an answer because the connection broke, or is not there yet. */
	private readonly outage: Outage;

	private readonly readiness = new Readiness();

	private readonly rejectionProof = new RejectionProof();

	private state: SessionState = CONNECTING;

	/** Settled, unless it is being found out whether the credential is refused indeed. */
	private refusalDiagnosis: Promise<void> = Promise.resolve();

	/** @throws ConvexFailure (`input`) on a host without WebSockets, and for a user to act as without a deploy key */
	constructor(private readonly options: SessionOptions) {
		const { context, caller, identity, operation, cancelSignal, thresholds } = options;
		// For HTTP, where the user to act as is part of the credential.
		const httpCaller = identity === undefined ? caller : actingAs(caller, identity);
		this.deploymentCheck = new DeploymentCheck(context, httpCaller, identity !== undefined);
		const { prolongedMs } = thresholds;
		this.calls = new InFlightCalls(operation, prolongedMs, () =>
			this.end(sessionInactive(prolongedMs)),
		);
		this.outage = new Outage(
			thresholds,
			() => void this.diagnoseOutage(),
			() => 0,
		);
		this.client = new SyncClient(caller.credential, identity, {
			beforeConnect: async () => await this.beforeConnect(),
			onOpen: () => this.onOpen(),
			onMessage: (message) => {
				this.readiness.confirm();
				this.rejectionProof.received(message);
			},
			onClose: (reason) => this.onClose(reason),
			onUnauthorized: (reason, hasReadNothing) => this.onUnauthorized(reason, hasReadNothing),
			onProtocolError: (reason) => this.dispatch({ type: 'protocolFailed', reason }),
		});
		cancelSignal?.addEventListener('abort', this.cancel);
		if (cancelSignal?.aborted === true) this.cancel();
	}

	/** Why it sends no calls any more; undefined as long as it does. */
	get endReason(): EndReason | undefined {
		return this.state.status === 'ended' ? this.state : undefined;
	}

	/** Whether calls get through, for who can do without; asked before the first of them. */
	async whenReady(limitMs: number): Promise<Opening> {
		return await this.readiness.within(limitMs);
	}

	/** Sends a call behind those before it. Never throws. */
	call(call: SessionCall): CallHandle {
		const { state, calls } = this;
		this.rejectionProof.called();
		const added = calls.add(call, state.status === 'open' ? state.connection : undefined);
		if (state.status === 'ended') {
			calls.dispatch({ type: 'allFailed', cause: state.cause });
			return added;
		}
		if (state.status !== 'open') this.outage.begin();
		void this.answer(added);
		return added;
	}

	/** Ends within a second. Calls in flight are not waited for. */
	async close(): Promise<void> {
		this.end(executionCancelled());
		await this.client.close();
	}

	/** How many connections there were, and why the last one ended, as far as it is known. */
	private get present(): { connection: number; reason: string } {
		return this.state.status === 'ended' ? CONNECTING : this.state;
	}

	private dispatch(event: SessionEvent): void {
		const before = this.state;
		const after = nextState(before, event);
		this.state = after;
		if (after.status === 'ended' && after !== before) this.onEnd(after.cause);
	}

	private async answer(inFlight: InFlightCall): Promise<void> {
		const { id, call } = inFlight;
		const { operation } = this.options;
		try {
			const result = await this.callUntilAnswered(inFlight);
			if (result === undefined) {
				this.calls.dispatch({ type: 'failed', id, cause: connectionBroken(this.present.reason) });
			} else {
				this.dispatch({ type: 'answered' });
				this.outage.end();
				// The connection may have closed right behind the answer.
				if (this.state.status !== 'open') this.outage.begin();
				const read = readSessionResult(operation, call.valueFormat, result);
				this.calls.dispatch({ type: 'answered', id, result: read });
			}
		} catch {
			// The client, or what reads its results, could not read what came: the call may have run.
			this.calls.dispatch({ type: 'failed', id, cause: unreadableMessage() });
		}
		if (this.calls.isEmpty) this.outage.end();
	}

	/**
	 * When there is a new connection, the client calls the actions lost that it took for sent. Those
	 * that anybody may have read ended when the old one closed. Of the others it is certain that nobody
	 * did: their connection was closing already, or the credential before them was refused.
	 *
	 * @returns undefined for one that was lost
	 */
	private async callUntilAnswered(inFlight: InFlightCall) {
		for (;;) {
			const { connection } = this.present;
			const result = await this.client.call(this.options.operation, inFlight.call);
			if (result !== 'lost') return result;
			const isUnread = this.present.connection > connection && this.calls.isAwaited(inFlight);
			if (!isUnread) return undefined;
		}
	}

	/** Asked before each connection. */
	private async beforeConnect(): Promise<void> {
		await this.refusalDiagnosis;
		const { context, caller } = this.options;
		try {
			await checkEgress(context, caller.credential.deploymentUrl);
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (failure.details.kind === 'input') this.end(failure);
			throw failure;
		}
	}

	private onOpen(): void {
		this.rejectionProof.connected();
		this.dispatch({ type: 'opened' });
		// What was sent before has to prove first that it can be answered.
		if (this.calls.sentCount > 0) this.outage.connected();
		else this.outage.end();
		this.calls.dispatch({ type: 'connected', connection: this.present.connection });
	}

	private onClose(reason: string): void {
		this.readiness.refuse();
		if (this.state.status === 'ended') return;
		this.noteRejection(reason);
		this.dispatch({ type: 'closed', reason });
		this.calls.dispatch({ type: 'disconnected' });
		if (this.options.operation === 'action') {
			this.calls.dispatch({ type: 'sentFailed', cause: connectionBroken(this.present.reason) });
		}
		if (this.calls.isEmpty) this.outage.end();
		else this.outage.begin();
		if (this.outage.isProlonged) void this.diagnoseOutage();
		if (this.state.status === 'connecting') void this.diagnose('firstConnectDiagnosed');
	}

	private noteRejection(code: string): void {
		const { rejectionProof, calls, present } = this;
		if (this.options.operation === 'mutation' && rejectionProof.holds(code, calls.sentCount)) {
			calls.dispatch({ type: 'notRun', connection: present.connection });
		}
	}

	private onUnauthorized(reason: string, hasReadNothing: boolean): void {
		const { connection } = this.present;
		if (hasReadNothing) this.calls.dispatch({ type: 'notRun', connection });
		this.dispatch({ type: 'refused', reason });
		this.refusalDiagnosis = this.diagnose('refusalDiagnosed');
	}

	private async diagnose(type: 'firstConnectDiagnosed' | 'refusalDiagnosed'): Promise<void> {
		this.dispatch({ type, diagnosis: await this.findCause() });
	}

	private async diagnoseOutage(): Promise<void> {
		if (this.state.status === 'open') return;
		const { outage } = this;
		const { connection } = this.present;
		const diagnosis = await outage.during(async () => await this.findCause());
		if (diagnosis === undefined) return;
		const { hasReconnected } = outage;
		const limitMs = this.options.thresholds.prolongedMs;
		this.dispatch({ type: 'outageDiagnosed', diagnosis, connection, hasReconnected, limitMs });
	}

	private async findCause(): Promise<ConnectionDiagnosis> {
		const { deploymentCheck, outage, present } = this;
		return await diagnoseConnection(deploymentCheck, outage.hasReconnected, present.reason);
	}

	private readonly cancel = () => this.end(executionCancelled());

	private end(cause: ConvexFailure): void {
		this.dispatch({ type: 'ended', cause, scope: 'deployment' });
	}

	private onEnd(cause: ConvexFailure): void {
		this.readiness.refuse();
		this.outage.end();
		this.options.cancelSignal?.removeEventListener('abort', this.cancel);
		void this.client.close();
		this.calls.dispatch({ type: 'allFailed', cause });
	}
}
