import type { ConvexFailure } from '../../convex/failure';
import type { SessionOperation, ValueFormat } from '../../convex/functions/functionCall';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import { answerLost, answerTimeout, notSent } from '../../convex/failures/liveFailure';
import type { FunctionInvocation } from './syncClient';
import { startTimer, stopTimer } from '../timers';

/** A call over a live connection. */
export interface SessionCall extends FunctionInvocation {
	valueFormat: ValueFormat;
	/** How long its answer is waited for, from when it is its turn. */
	timeoutMs: number;
}

/** What becomes of a call. Neither promise is ever rejected. */
export interface CallHandle {
	/** How it ended for whoever called: with its answer, or with why none is waited for any more. */
	result: Promise<FunctionResult>;
	/** Resolves when the deployment does not hold it any more: it was answered, or lost. */
	released: Promise<void>;
}

/** A call that the deployment holds, or that is to be sent to it. */
export class InFlightCall implements CallHandle {
	/** The connection over which it was sent first; undefined as long as it was over none. */
	sentOver: number | undefined;

	timer: number | undefined;

	/** Whether it has ended for whoever called. */
	hasEnded = false;

	settle: () => void = () => {};

	readonly released = new Promise<void>((resolve) => {
		this.settle = resolve;
	});

	private tell: (result: FunctionResult) => void = () => {};

	readonly result = new Promise<FunctionResult>((resolve) => {
		this.tell = resolve;
	});

	constructor(readonly call: SessionCall) {}

	/** Ending one that has ended does nothing. */
	end(result: FunctionResult): void {
		this.hasEnded = true;
		this.stopTimer();
		this.tell(result);
	}

	stopTimer(): void {
		stopTimer(this.timer);
		this.timer = undefined;
	}
}

/**
 * The calls of a session that are not settled, in order.
 *
 * One whose time is up ends, and stays here until it is answered: the deployment holds it still, and
 * runs no mutation before it has run those before.
 */
export class InFlightCalls {
	private readonly calls = new Set<InFlightCall>();

	private isConnected = false;

	private inactivityTimer: number | undefined;

	/**
	 * @param inactivityTimeoutMs how long to wait for any answer while all calls whose turn it is have ended
	 * @param onInactive called when none came
	 */
	constructor(
		private readonly operation: SessionOperation,
		private readonly inactivityTimeoutMs: number,
		private readonly onInactive: () => void,
	) {}

	get isEmpty(): boolean {
		return this.calls.size === 0;
	}

	/** Whether any of them may have run. */
	get hasSent(): boolean {
		return [...this.calls].some(({ sentOver }) => sentOver !== undefined);
	}

	/** Whether somebody waits for its answer. */
	isAwaited(underWay: InFlightCall): boolean {
		return this.calls.has(underWay) && !underWay.hasEnded;
	}

	/** @param connection the one that it is sent over; undefined while there is none */
	add(call: SessionCall, connection: number | undefined): InFlightCall {
		const underWay = new InFlightCall(call);
		underWay.sentOver = connection;
		this.calls.add(underWay);
		this.startTimers();
		return underWay;
	}

	/** There is a new connection, and all that wait are sent over it: their time begins anew. */
	connected(connection: number): void {
		this.isConnected = true;
		for (const underWay of this.calls) underWay.sentOver ??= connection;
		this.startTimers();
	}

	/** The time of no call runs while there is no connection. */
	disconnected(): void {
		this.isConnected = false;
		this.stopInactivityTimer();
		for (const underWay of this.calls) underWay.stopTimer();
	}

	/** What was sent over this connection for the first time was not read. */
	markNotSent(connection: number): void {
		for (const underWay of this.calls) {
			if (underWay.sentOver === connection) underWay.sentOver = undefined;
		}
	}

	/** It was answered, or nothing is going to come. Settling one that has settled does nothing. */
	settle(underWay: InFlightCall, result: FunctionResult): void {
		if (!this.calls.delete(underWay)) return;
		underWay.end(result);
		underWay.settle();
		this.stopInactivityTimer();
		this.startTimers();
	}

	/** The answer of one that may have run does not come any more. */
	fail(underWay: InFlightCall, cause: ConvexFailure): void {
		this.settle(underWay, this.lost(cause));
	}

	/** The same for all that were sent. */
	failSent(cause: ConvexFailure): void {
		for (const underWay of [...this.calls]) {
			if (underWay.sentOver !== undefined) this.fail(underWay, cause);
		}
	}

	/** None of them is sent any more, and no answer comes. */
	failAll(cause: ConvexFailure): void {
		this.disconnected();
		this.failSent(cause);
		for (const underWay of [...this.calls]) {
			this.settle(underWay, { status: 'failure', failure: notSent(cause) });
		}
	}

	/** Actions run side by side. A mutation's turn comes when those before it are settled. */
	private startTimers(): void {
		if (!this.isConnected) return;
		let isTimed = false;
		for (const underWay of this.calls) {
			if (!underWay.hasEnded) {
				isTimed = true;
				this.startTimer(underWay);
			}
			if (this.operation === 'mutation') break;
		}
		if (isTimed || this.isEmpty) this.stopInactivityTimer();
		else this.inactivityTimer ??= startTimer(this.onInactive, this.inactivityTimeoutMs);
	}

	private startTimer(underWay: InFlightCall): void {
		if (underWay.sentOver === undefined) return;
		const { timeoutMs } = underWay.call;
		underWay.timer ??= startTimer(() => {
			underWay.end(this.lost(answerTimeout(timeoutMs)));
			this.startTimers();
		}, timeoutMs);
	}

	private stopInactivityTimer(): void {
		stopTimer(this.inactivityTimer);
		this.inactivityTimer = undefined;
	}

	private lost(cause: ConvexFailure): FunctionResult {
		return { status: 'failure', failure: answerLost(this.operation, cause) };
	}
}
