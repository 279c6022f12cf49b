import type { ConvexFailure } from '../../convex/failure';
import type { SessionOperation, ValueFormat } from '../../convex/functionCall';
import type { FunctionResult } from '../../convex/functionResponse';
import { answerLost, answerTimeout, notSent } from '../../convex/liveFailure';
import type { FunctionInvocation } from './syncClient';
import { startTimer, stopTimer } from '../timers';

/** A call over a live connection. */
export interface SessionCall extends FunctionInvocation {
	valueFormat: ValueFormat;
	/** How long its answer is waited for, from when it is its turn. */
	timeoutMs: number;
}

/** A call that has not ended yet. */
export class CallUnderWay {
	/** The connection over which it was sent first; undefined as long as it was over none. */
	sentOver: number | undefined;

	timer: number | undefined;

	end: (result: FunctionResult) => void = () => {};

	readonly ended = new Promise<FunctionResult>((resolve) => {
		this.end = resolve;
	});

	constructor(readonly call: SessionCall) {}
}

/** The calls of a session that wait for their answers, in order. */
export class CallsUnderWay {
	private readonly calls = new Set<CallUnderWay>();

	constructor(private readonly operation: SessionOperation) {}

	get isEmpty(): boolean {
		return this.calls.size === 0;
	}

	/** Whether any of them may have run. */
	get hasSent(): boolean {
		return [...this.calls].some(({ sentOver }) => sentOver !== undefined);
	}

	/** @param connection the one that it is sent over; undefined while there is none */
	add(call: SessionCall, connection: number | undefined): CallUnderWay {
		const underWay = new CallUnderWay(call);
		underWay.sentOver = connection;
		this.calls.add(underWay);
		this.startTimers();
		return underWay;
	}

	/** All that wait are sent over a new connection. */
	sent(connection: number): void {
		for (const underWay of this.calls) underWay.sentOver ??= connection;
		this.startTimers();
	}

	/** What was sent over this connection for the first time was not read. */
	unread(connection: number): void {
		for (const underWay of this.calls) {
			if (underWay.sentOver !== connection) continue;
			underWay.sentOver = undefined;
			stopTimer(underWay.timer);
			underWay.timer = undefined;
		}
	}

	/** Ending one that has ended does nothing. */
	end(underWay: CallUnderWay, result: FunctionResult): void {
		if (!this.calls.delete(underWay)) return;
		stopTimer(underWay.timer);
		underWay.end(result);
		this.startTimers();
	}

	/** The answer of one that may have run does not come any more. */
	lose(underWay: CallUnderWay, cause: ConvexFailure): void {
		this.end(underWay, { status: 'failure', failure: answerLost(this.operation, cause) });
	}

	/** The same for all that were sent. */
	loseSent(cause: ConvexFailure): void {
		for (const underWay of [...this.calls]) {
			if (underWay.sentOver !== undefined) this.lose(underWay, cause);
		}
	}

	/** None of them is sent any more, and no answer comes. */
	loseAll(cause: ConvexFailure): void {
		this.loseSent(cause);
		for (const underWay of [...this.calls]) {
			this.end(underWay, { status: 'failure', failure: notSent(cause) });
		}
	}

	/** Actions run side by side. A mutation's turn comes when those before it have ended. */
	private startTimers(): void {
		for (const underWay of this.calls) {
			const { timeoutMs } = underWay.call;
			if (underWay.sentOver !== undefined) {
				underWay.timer ??= startTimer(
					() => this.lose(underWay, answerTimeout(timeoutMs)),
					timeoutMs,
				);
			}
			if (this.operation === 'mutation') return;
		}
	}
}
