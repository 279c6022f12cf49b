import type { SessionOperation, ValueFormat } from '../../convex/functions/functionCall';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import { startTimer, stopTimer } from '../timers';
import {
	deadlinesOf,
	emptyLedger,
	isAwaited,
	reduceCalls,
	sentCount,
	type CallEvent,
	type CallLedger,
	type Deadline,
} from './callLedger';
import type { FunctionInvocation } from './syncClient';

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
	/** Whether it ended because the session did, and certainly did not run. */
	isUndelivered: boolean;
}

/** A call that the deployment holds, or that is to be sent to it. */
export class InFlightCall implements CallHandle {
	end: (result: FunctionResult) => void = () => {};

	release: () => void = () => {};

	isUndelivered = false;

	readonly result = new Promise<FunctionResult>((resolve) => {
		this.end = resolve;
	});

	readonly released = new Promise<void>((resolve) => {
		this.release = resolve;
	});

	constructor(
		readonly id: number,
		readonly call: SessionCall,
	) {}
}

/** The promises and timers of a session's calls; what becomes of them is in the ledger. */
export class InFlightCalls {
	private ledger: CallLedger;

	private lastId = 0;

	private readonly handles = new Map<number, InFlightCall>();

	private readonly timers = new Map<string, number>();

	/**
	 * @param inactivityTimeoutMs how long to wait for any answer while all calls whose turn it is have ended
	 * @param onInactive called when none came
	 */
	constructor(
		operation: SessionOperation,
		inactivityTimeoutMs: number,
		private readonly onInactive: () => void,
	) {
		this.ledger = emptyLedger(operation, inactivityTimeoutMs);
	}

	get isEmpty(): boolean {
		return this.ledger.calls.length === 0;
	}

	/** How many of them may have run. */
	get sentCount(): number {
		return sentCount(this.ledger);
	}

	/** Whether somebody waits for its answer. */
	isAwaited({ id }: InFlightCall): boolean {
		return isAwaited(this.ledger, id);
	}

	/** @param connection the one that it is sent over; undefined while there is none */
	add(call: SessionCall, connection: number | undefined): InFlightCall {
		this.lastId += 1;
		const added = new InFlightCall(this.lastId, call);
		this.handles.set(added.id, added);
		this.dispatch({ type: 'added', id: added.id, timeoutMs: call.timeoutMs, connection });
		return added;
	}

	dispatch(event: CallEvent): void {
		const { ledger, results, released } = reduceCalls(this.ledger, event);
		this.ledger = ledger;
		for (const { id, result } of results) this.end(id, result, event.type === 'answered');
		for (const id of released) {
			this.handles.get(id)?.release();
			this.handles.delete(id);
		}
		this.setTimers(deadlinesOf(ledger));
	}

	private end(id: number, result: FunctionResult, isAnswer: boolean): void {
		const handle = this.handles.get(id);
		if (handle === undefined) return;
		handle.isUndelivered =
			!isAnswer && result.status === 'failure' && result.failure.details.outcome === 'notExecuted';
		handle.end(result);
	}

	private setTimers(deadlines: readonly Deadline[]): void {
		const wanted = new Set(deadlines.map(({ key }) => key));
		for (const [key, timer] of this.timers) {
			if (wanted.has(key)) continue;
			stopTimer(timer);
			this.timers.delete(key);
		}
		for (const { key, delayMs, id } of deadlines) {
			if (this.timers.has(key)) continue;
			const expired = () =>
				id === undefined ? this.onInactive() : this.dispatch({ type: 'timedOut', id });
			this.timers.set(key, startTimer(expired, delayMs));
		}
	}
}
