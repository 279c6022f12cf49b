import type { IPollFunctions } from 'n8n-workflow';
import { startTimer, stopTimer } from '../../transport/timers';

/** As n8n itself has it, where it says nothing. */
const DEFAULT_BUDGET_MS = 300_000;

/** Says how long n8n lets a poll take, from version 2.34 on. */
type PollHost = Pick<IPollFunctions, 'getPollBudgetMs'>;

/** While n8n starts. Version 2.41 gives up for good on an activation that takes 84 s. */
const START_BUDGET_MS = 60_000;

/** How long pages are asked for: a poll that activates a workflow lets its user wait. */
const MAX_READING_MS = 30_000;

const MAX_REQUEST_MS = 120_000;

/** Of n8n's budget; the rest is for what comes before and after the requests. */
const USABLE_SHARE = 0.9;
const READING_SHARE = 0.5;

/** A poll needs some requests, however little n8n allows. */
const MIN_REQUEST_MS = 10_000;

/** The time of one poll. n8n gives up one that takes longer than its budget. */
export class PollTime {
	private readonly startedAtMs = performance.now();

	private readonly controller = new AbortController();

	private readonly timer: number;

	private readonly budgetMs: number;

	private readonly readingMs: number;

	/** @param isAtStart whether n8n starts, and activates the workflow with this poll */
	constructor(host: PollHost, isAtStart: boolean) {
		const allowedMs = budgetOf(host);
		const budgetMs = isAtStart ? Math.min(allowedMs, START_BUDGET_MS) : allowedMs;
		this.budgetMs = budgetMs * USABLE_SHARE;
		this.readingMs = Math.min(MAX_READING_MS, budgetMs * READING_SHARE);
		this.timer = startTimer(() => this.controller.abort(), this.leftMs);
	}

	/** Aborted when no request is to be sent again. */
	get usedUp(): AbortSignal {
		return this.controller.signal;
	}

	/** Whether no further page is to be asked for. */
	get isOver(): boolean {
		return this.elapsedMs >= this.readingMs;
	}

	/** How long a request may take that begins now: whole milliseconds, as failures tell it. */
	get requestMs(): number {
		return Math.min(MAX_REQUEST_MS, Math.ceil(this.leftMs));
	}

	end(): void {
		stopTimer(this.timer);
	}

	private get leftMs(): number {
		return Math.max(MIN_REQUEST_MS, this.budgetMs - this.elapsedMs);
	}

	private get elapsedMs(): number {
		return performance.now() - this.startedAtMs;
	}
}

function budgetOf(host: PollHost): number {
	if (typeof host.getPollBudgetMs !== 'function') return DEFAULT_BUDGET_MS;
	const budgetMs = host.getPollBudgetMs();
	return Number.isFinite(budgetMs) && budgetMs > 0 ? budgetMs : DEFAULT_BUDGET_MS;
}
