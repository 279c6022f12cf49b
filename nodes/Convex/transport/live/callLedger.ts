import type { ConvexFailure } from '../../convex/failure';
import { answerLost, answerTimeout, notSent } from '../../convex/failures/liveFailure';
import type { SessionOperation } from '../../convex/functions/functionCall';
import type { FunctionResult } from '../../convex/responses/functionResponse';

/** A call that the deployment holds, or that is to be sent to it. */
interface HeldCall {
	id: number;
	/** How long its answer is waited for, from when it is its turn. */
	timeoutMs: number;
	/** The connection over which it was sent first; undefined as long as it was over none. */
	sentOver: number | undefined;
	/** Whether it has ended for whoever called. */
	hasEnded: boolean;
}

/**
 * The calls of a session that are not released, in order.
 *
 * One whose time is up ends, and stays here until it is answered: the deployment holds it still, and
 * runs no mutation before it has run those before.
 */
export interface CallLedger {
	operation: SessionOperation;
	/** How long to wait for any answer while all calls whose turn it is have ended. */
	inactivityTimeoutMs: number;
	isConnected: boolean;
	/** How many calls were released; each makes the time without an answer begin again. */
	released: number;
	calls: readonly HeldCall[];
}

export type CallEvent =
	/** `connection` is the one that it is sent over; undefined while there is none. */
	| { type: 'added'; id: number; timeoutMs: number; connection: number | undefined }
	/** There is a new connection, and all that wait are sent over it. */
	| { type: 'connected'; connection: number }
	| { type: 'disconnected' }
	/** What was sent over this connection for the first time was not read, or did not run. */
	| { type: 'notRun'; connection: number }
	| { type: 'answered'; id: number; result: FunctionResult }
	/** No answer comes any more: of one call, of all that were sent, or of all, of which none is sent. */
	| { type: 'failed'; id: number; cause: ConvexFailure }
	| { type: 'sentFailed'; cause: ConvexFailure }
	| { type: 'allFailed'; cause: ConvexFailure }
	/** The time of a call is up. */
	| { type: 'timedOut'; id: number };

/** What follows from an event: the calls that end for whoever called, and those that are released. */
export interface CallUpdate {
	ledger: CallLedger;
	results: ReadonlyArray<{ id: number; result: FunctionResult }>;
	released: readonly number[];
}

export function emptyLedger(operation: SessionOperation, inactivityTimeoutMs: number): CallLedger {
	return { operation, inactivityTimeoutMs, isConnected: false, released: 0, calls: [] };
}

export function reduceCalls(ledger: CallLedger, event: CallEvent): CallUpdate {
	switch (event.type) {
		case 'added': {
			const { id, timeoutMs, connection: sentOver } = event;
			return unended(ledger, [...ledger.calls, { id, timeoutMs, sentOver, hasEnded: false }]);
		}
		case 'connected': {
			const sent = ledger.calls.map((call) => ({
				...call,
				sentOver: call.sentOver ?? event.connection,
			}));
			return unended({ ...ledger, isConnected: true }, sent);
		}
		case 'disconnected':
			return unended({ ...ledger, isConnected: false }, ledger.calls);
		case 'notRun': {
			const unsent = ledger.calls.map((call) =>
				call.sentOver === event.connection ? { ...call, sentOver: undefined } : call,
			);
			return unended(ledger, unsent);
		}
		case 'answered':
			return release(ledger, withId(ledger, event.id), () => event.result);
		case 'failed':
			return fail(ledger, withId(ledger, event.id), event.cause);
		case 'sentFailed':
			return fail(ledger, ledger.calls.filter(isSent), event.cause);
		case 'allFailed':
			return fail({ ...ledger, isConnected: false }, ledger.calls, event.cause);
		case 'timedOut':
			return timeOut(ledger, event.id);
	}
}

/** How many of them may have run. */
export function sentCount({ calls }: CallLedger): number {
	return calls.filter(isSent).length;
}

/** Whether somebody waits for the answer of this call. */
export function isAwaited({ calls }: CallLedger, id: number): boolean {
	return calls.some((call) => call.id === id && !call.hasEnded);
}

/** A time that runs: of a call, or without any answer. The same key stands for the same one. */
export interface Deadline {
	key: string;
	delayMs: number;
	/** The call whose time it is. */
	id: number | undefined;
}

/**
 * The times that run. None does while there is no connection. Actions run side by side; a mutation's
 * turn comes when those before it are released.
 */
export function deadlinesOf(ledger: CallLedger): Deadline[] {
	const { operation, inactivityTimeoutMs, isConnected, released, calls } = ledger;
	if (!isConnected || calls.length === 0) return [];
	const running = (operation === 'mutation' ? calls.slice(0, 1) : calls).filter(
		({ hasEnded }) => !hasEnded,
	);
	if (running.length === 0) {
		return [{ key: `inactive ${released}`, delayMs: inactivityTimeoutMs, id: undefined }];
	}
	return running
		.filter(isSent)
		.map(({ id, timeoutMs }) => ({ key: `call ${id}`, delayMs: timeoutMs, id }));
}

function isSent({ sentOver }: HeldCall): boolean {
	return sentOver !== undefined;
}

function withId({ calls }: CallLedger, id: number): HeldCall[] {
	const call = calls.find((held) => held.id === id);
	return call === undefined ? [] : [call];
}

function unended(ledger: CallLedger, calls: readonly HeldCall[]): CallUpdate {
	return { ledger: { ...ledger, calls }, results: [], released: [] };
}

function release(
	ledger: CallLedger,
	meant: readonly HeldCall[],
	resultOf: (call: HeldCall) => FunctionResult,
): CallUpdate {
	const gone = new Set(meant);
	return {
		ledger: {
			...ledger,
			released: ledger.released + gone.size,
			calls: ledger.calls.filter((call) => !gone.has(call)),
		},
		results: meant
			.filter(({ hasEnded }) => !hasEnded)
			.map((call) => ({ id: call.id, result: resultOf(call) })),
		released: meant.map(({ id }) => id),
	};
}

/** Of what was sent it is unknown whether it ran; what was not sent did not. */
function fail(ledger: CallLedger, meant: readonly HeldCall[], cause: ConvexFailure): CallUpdate {
	return release(ledger, meant, (call) => ({
		status: 'failure',
		failure: isSent(call) ? answerLost(ledger.operation, cause) : notSent(cause),
	}));
}

function timeOut(ledger: CallLedger, id: number): CallUpdate {
	const [call] = withId(ledger, id);
	if (call === undefined || call.hasEnded || !isSent(call)) return unended(ledger, ledger.calls);
	const failure = answerLost(ledger.operation, answerTimeout(call.timeoutMs));
	return {
		...unended(
			ledger,
			ledger.calls.map((held) => (held === call ? { ...call, hasEnded: true } : held)),
		),
		results: [{ id, result: { status: 'failure', failure } }],
	};
}
