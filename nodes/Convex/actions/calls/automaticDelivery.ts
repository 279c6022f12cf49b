import type { SessionOperation } from '../../convex/functions/functionCall';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import type { CallHandle } from '../../transport/live/inFlightCalls';
import type { Session } from '../../transport/live/session';
import { SESSION_THRESHOLDS } from '../../transport/live/sessionOptions';
import { isToolCall } from '../attemptCache';
import type { CallRunner, CallSource } from './callRunner';
import type { PreparedCall } from './prepareCall';
import {
	callerKey,
	ReadySessions,
	type NoSessionCause,
	type ReadinessThresholds,
} from './readySessions';
import { SendAhead } from './sendAhead';
import { MAX_IN_FLIGHT, messageOf, SessionWindow, type SessionMessage } from './sessionWindow';

/** Fewer are done over HTTP before a connection has paid. */
const MIN_CALLS = 10;

/**
 * Convex's own client converts arguments at one go, bytes slowly: a few MiB would keep n8n from all other
 * work. For so much data, a request of its own takes hardly longer.
 */
const MAX_LIVE_BYTES = 2 ** 20;

const THRESHOLDS: ReadinessThresholds = { ...SESSION_THRESHOLDS, openingMs: 5_000 };

/** Why the items of a run go over HTTP although there are many. */
export type HttpCause = NoSessionCause | 'connectionLost' | 'manyCallers';

/** How the items go that come next. `undecided` is before the first session, and between two. */
type Way =
	| { over: 'undecided' }
	| { over: 'http'; cause: HttpCause }
	| { over: 'session'; session: Session; caller: string; sent: number };

/**
 * Whether the calls of a run may go over a session without being told to.
 *
 * @param calls as for `runAutomatic`
 */
export function isForAutomaticDelivery(
	run: CallRunner,
	operation: SessionOperation,
	calls: CallSource = run,
): boolean {
	const { options, context } = run;
	// Mutations of a session run one at a time, which is not what a higher concurrency asks for.
	const isParallel = operation === 'mutation' && options.concurrency > 1;
	return (
		options.delivery === 'auto' &&
		!isParallel &&
		calls.hasWaiting(MIN_CALLS) &&
		!isToolCall(context)
	);
}

/**
 * Runs the functions that the items ask for over a live connection, and over HTTP where that is not to be
 * had or would not do: the first item of each function, whose failure HTTP explains; those that it does
 * not carry; and all once the connection cannot be made, or ended for good. What a session leaves undone, and
 * certainly so, goes on over HTTP.
 *
 * Where the node stops at errors, each mutation waits for the one before it. Where it continues, they are
 * sent ahead. Actions are in flight as many at once as 'Concurrency' says, unless they are for many items
 * each and the node stops at errors.
 *
 * @param calls where they come from; the run itself, with one for each item, unless given
 * @returns why HTTP took over, if it did
 */
export async function runAutomatic(
	run: CallRunner,
	operation: SessionOperation,
	thresholds: ReadinessThresholds = THRESHOLDS,
	calls: CallSource = run,
): Promise<HttpCause | undefined> {
	const delivery = new AutomaticDelivery(run, operation, thresholds, calls);
	try {
		await delivery.run();
	} finally {
		await delivery.close();
	}
	return delivery.httpCause;
}

class AutomaticDelivery {
	private way: Way = { over: 'undecided' };

	private readonly sessions: ReadySessions;

	private readonly window: SessionWindow;

	private readonly sendAhead = new SendAhead(MAX_IN_FLIGHT);

	/** Functions that have answered over HTTP, and as whom they were called. */
	private readonly answered = new Set<string>();

	/** Items that were prepared and not sent, or handed back by a session; by their order. */
	private readonly pending: PreparedCall[] = [];

	constructor(
		private readonly runner: CallRunner,
		private readonly operation: SessionOperation,
		thresholds: ReadinessThresholds,
		private readonly calls: CallSource,
	) {
		this.sessions = new ReadySessions(runner, operation, thresholds);
		this.window = new SessionWindow(runner.items.stopped, () => this.limit);
	}

	get httpCause(): HttpCause | undefined {
		return this.way.over === 'http' ? this.way.cause : undefined;
	}

	async run(): Promise<void> {
		const { runner, window } = this;
		for (;;) {
			await window.whenAvailable();
			// Answers come in bursts, and each lets a further item be sent.
			await runner.yieldToEventLoop();
			if (runner.items.stopped.aborted) break;
			const prepared = await this.next();
			if (prepared !== undefined) await this.deliver(prepared);
			else if (window.isIdle) break;
			else await window.nextCompletion();
		}
		await window.drain();
	}

	async close(): Promise<void> {
		if (this.way.over === 'session') await this.way.session.close();
		await this.sessions.close();
	}

	/** How many items may be in flight. */
	private get limit(): number {
		const { items, options, isOneByOne } = this.runner;
		if (isOneByOne) return 1;
		if (this.operation === 'action') return options.concurrency;
		return items.continues ? this.sendAhead.limit : 1;
	}

	private async next(): Promise<PreparedCall | undefined> {
		const { calls, pending } = this;
		const handedBack = pending.shift();
		if (handedBack !== undefined) return handedBack;
		const prepared = await calls.next();
		// In the meantime one before it may have been handed back.
		if (prepared !== undefined) this.putBack(prepared);
		return pending.shift();
	}

	/** Keeps an item for later, in the order of the input. */
	private putBack(prepared: PreparedCall): void {
		this.pending.push(prepared);
		this.pending.sort((a, b) => a.itemIndices[0] - b.itemIndices[0]);
	}

	private async deliver(prepared: PreparedCall): Promise<void> {
		const { window, operation } = this;
		const message = messageOf(prepared.call);
		const { bytes } = message;
		const session = await this.sessionFor(prepared, message);
		if (session !== undefined) await window.whenFits(bytes);
		// Over HTTP, a mutation would overtake those that the deployment still holds.
		else if (operation === 'mutation') await window.whenReleased();
		if (this.runner.items.stopped.aborted) return;
		const [first] = this.pending;
		if (first !== undefined && first.itemIndices[0] < prepared.itemIndices[0]) {
			this.putBack(prepared);
		} else if (session === undefined) {
			window.start(async () => await this.sendOverHttp(prepared));
			if (operation === 'mutation') await window.whenIdle();
		} else {
			this.sendOverSession(session, prepared, bytes);
		}
	}

	/** The session that an item goes over; undefined where it goes over HTTP. */
	private async sessionFor(
		prepared: PreparedCall,
		{ refusal, bytes }: SessionMessage,
	): Promise<Session | undefined> {
		await this.leaveSession(prepared);
		const isToOpen = this.way.over === 'undecided' && this.isWorthOpening();
		// While the first item is on its way.
		if (isToOpen) this.sessions.prepare(prepared);
		const hasAnswered = this.answered.has(functionKey(prepared));
		const isCarried = refusal === undefined && bytes <= MAX_LIVE_BYTES;
		if (this.way.over === 'http' || !hasAnswered || !isCarried) return undefined;
		if (isToOpen) this.way = await this.open(prepared);
		return this.way.over === 'session' ? this.way.session : undefined;
	}

	/** Ends the present session where it has ended itself, or is another caller's. */
	private async leaveSession(prepared: PreparedCall): Promise<void> {
		const { way, window, operation } = this;
		if (way.over !== 'session') return;
		const { session, caller, sent } = way;
		if (session.endReason === undefined) {
			if (caller === callerKey(prepared)) return;
			await (operation === 'action' ? window.whenIdle() : window.whenReleased());
		}
		const hasEnded = session.endReason !== undefined;
		await session.close();
		if (hasEnded) this.way = { over: 'http', cause: 'connectionLost' };
		else if (sent < MIN_CALLS) this.way = { over: 'http', cause: 'manyCallers' };
		else this.way = { over: 'undecided' };
	}

	/** Whether there are enough calls left, with the present one; one of the ten went over HTTP. */
	private isWorthOpening(): boolean {
		return this.calls.hasWaiting(MIN_CALLS - 2 - this.pending.length);
	}

	private async open(prepared: PreparedCall): Promise<Way> {
		const opened = await this.sessions.open(prepared);
		return typeof opened === 'string'
			? { over: 'http', cause: opened }
			: { over: 'session', session: opened, caller: callerKey(prepared), sent: 0 };
	}

	private sendOverSession(session: Session, prepared: PreparedCall, bytes: number): void {
		const sentAtMs = performance.now();
		const inFlight = this.window.inFlight + 1;
		if (this.way.over === 'session') this.way.sent += 1;
		this.window.send(session, prepared, bytes, async (handle) => {
			this.sendAhead.answered(performance.now() - sentAtMs, inFlight);
			await this.endOrPutBack(prepared, handle);
		});
	}

	private async endOrPutBack(prepared: PreparedCall, handle: CallHandle): Promise<void> {
		const result = await handle.result;
		if (handle.isUndelivered) this.putBack(prepared);
		else await this.runner.end(prepared, result);
	}

	private async sendOverHttp(prepared: PreparedCall): Promise<void> {
		const result = await this.runner.sendOnce(prepared);
		if (isOfFunction(result)) this.answered.add(functionKey(prepared));
		await this.runner.end(prepared, result);
	}
}

/** Whether a result is the function's own: what Convex refuses for it, a live connection may not explain. */
function isOfFunction(result: FunctionResult): boolean {
	return (
		result.status === 'success' || ['function', 'application'].includes(result.failure.details.kind)
	);
}

function functionKey(prepared: PreparedCall): string {
	const { functionPath, componentPath } = prepared.call;
	return JSON.stringify([callerKey(prepared), componentPath, formatFunctionPath(functionPath)]);
}
