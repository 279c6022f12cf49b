import { failureOf, RETRY_BUDGET_MS, type ConvexFailure, type FailureKind } from '../failure';
import {
	gaveUpWaiting,
	isCallerRefused,
	mayBeOfConvex,
	mayPass,
	refusesCaller,
} from './callOutcome';

/** The wait before the first retry is at most this long; it doubles with each further one. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** Somebody waits for a run by hand, and is told sooner that the deployment was never reached. */
const MAX_RETRIES_BY_HAND = 1;

/**
 * When a run sends calls again: only what failed in a way that is safe to repeat
 * (`details.retryable`, see callOutcome.ts), and not without end.
 *
 * The time is bounded for the run, not for the call: of 10,000 items that meet a deployment that is
 * gone, the first ones wait for it and the others are not sent at all.
 */
export class RetryPolicy {
	/** Since when no call was answered by a deployment that works. */
	private failingSinceMs: number | undefined;

	/** Whether the deployment has answered in this run. */
	private wasReached = false;

	/** Of the last failure since then. */
	private failureKind: FailureKind = 'network';

	constructor(
		private readonly maxRetries: number,
		private readonly isByHand = false,
		private readonly now: () => number = () => performance.now(),
		private readonly random: () => number = Math.random,
	) {}

	succeeded(): void {
		this.wasReached = true;
		this.failingSinceMs = undefined;
	}

	/** @param mayRepeat whether the caller lets the call be sent again */
	failed(failure: ConvexFailure, mayRepeat = true): void {
		if (isInconclusive(failure, mayRepeat)) return;
		if (!isOutage(failure)) return this.succeeded();
		this.failingSinceMs ??= this.now();
		this.failureKind = failure.details.kind;
	}

	/**
	 * How long to wait before a failed call is sent again: a random part of a time that doubles, so
	 * that calls which failed together do not come back together ("full jitter"). A server that says
	 * when it wants to be asked again is left alone until then, if that is within the run's time.
	 *
	 * @param retries how often this call was sent again already
	 * @returns undefined when it must not be, or need not be, sent again
	 */
	delayMs(failure: ConvexFailure, retries: number): number | undefined {
		const { details } = failure;
		const isAwaited = this.isByHand && !this.wasReached && isUnreachable(failure);
		const endsSoon = isAwaited && retries >= MAX_RETRIES_BY_HAND;
		if (details.retryable !== true || retries >= this.maxRetries || endsSoon) return undefined;
		const backOffMs = this.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** retries);
		const delayMs = (details.retryAfterMs ?? 0) + backOffMs;
		return this.failingForMs() + delayMs < RETRY_BUDGET_MS ? delayMs : undefined;
	}

	/** The failure of a call that is not sent any more; undefined while there is hope. */
	budgetExhausted(): ConvexFailure | undefined {
		if (this.failingForMs() < RETRY_BUDGET_MS) return undefined;
		return failureOf(
			'unavailable',
			'The call was not sent: no call before it succeeded for a minute',
			{ kind: this.failureKind, retryable: true, outcome: 'notExecuted' },
		);
	}

	private failingForMs(): number {
		return this.failingSinceMs === undefined ? 0 : this.now() - this.failingSinceMs;
	}
}

const MS_PER_SECOND = 1_000;

/** Nobody asks to wait longer than a year. */
const MAX_RETRY_AFTER_MS = 366 * 86_400 * MS_PER_SECOND;

/**
 * Reads the header `Retry-After` (RFC 9110 §10.2.3): seconds, or a date, which begins with its weekday.
 * Some servers give a fraction of a second; what is neither is ignored, and so is more than a year.
 *
 * @param header as it came, whatever that is
 */
export function parseRetryAfter(header: unknown, nowMs: number): { retryAfterMs?: number } {
	if (typeof header !== 'string') return {};
	const text = header.trim();
	const retryAfterMs = /^[A-Z][a-z]+,? /.test(text)
		? Math.max(0, Date.parse(text) - nowMs)
		: /^\d+(?:\.\d+)?$/.test(text)
			? Math.ceil(Number(text)) * MS_PER_SECOND
			: Number.NaN;
	return retryAfterMs <= MAX_RETRY_AFTER_MS ? { retryAfterMs } : {};
}

/** Whether the deployment could not be reached, or could not do its work; an app's own failure is none. */
function isOutage({ details: { kind, httpStatus } }: ConvexFailure): boolean {
	if (kind === 'network') return true;
	return kind === 'deployment' && httpStatus !== undefined && mayPass(httpStatus);
}

/**
 * Whether a query that is asked again and again may be answered later, by a deployment that was reached
 * before: also where its name is not known for a while, and where somebody else answers in its place, as
 * a proxy does with a 404 or a web page while the deployment restarts behind it. What Convex says itself,
 * with a code of its own or as the answer of the query, stays.
 */
export function mayPassOnceReached({ reason, details }: ConvexFailure): boolean {
	const { kind, httpStatus, code, retryable } = details;
	if (retryable === true) return true;
	if (kind === 'network') return reason !== 'answerTooLong';
	if (kind !== 'deployment' || httpStatus === undefined) return false;
	return refusesCaller(httpStatus) ? !isCallerRefused(code) : !mayBeOfConvex(code);
}

/** Whether no connection was made, so that nothing was sent. */
function isUnreachable({ details: { kind, outcome } }: ConvexFailure): boolean {
	return kind === 'network' && outcome === 'notExecuted';
}

/**
 * What shows neither an outage nor that the deployment works: an answer that arrives too slowly; a call that
 * takes longer than somebody waits, and a 5xx of an HTTP action, which may be the app's own answer to this
 * item. Of these two, what is sent again counts: such waits have to end.
 */
function isInconclusive({ reason, details }: ConvexFailure, mayRepeat: boolean): boolean {
	const { retryable, httpStatus } = details;
	const isTooLate = reason === 'timedOut';
	if (isTooLate && httpStatus !== undefined) return true;
	if (retryable === true && mayRepeat) return false;
	const wasWaitedFor = httpStatus !== undefined && gaveUpWaiting(httpStatus);
	return isTooLate || wasWaitedFor || reason === 'actionOutage';
}
