import type { CallContext } from '../caller';
import { startTimer, stopTimer } from '../timers';

/**
 * Bounds a whole request. The timeout of n8n's request helper ends when the answer begins, so an
 * endless answer would hold the node without end. The helper takes its signal from the context,
 * in the place of any other: hence a context with a signal of its own, which ends with the execution's.
 * A trigger's context has none, nor has one of an older n8n.
 */
export class RequestTimeout {
	readonly context: CallContext;

	isPassed = false;

	private readonly controller = new AbortController();

	private readonly timer: number;

	private readonly cancelSignal: AbortSignal | undefined;

	constructor(context: CallContext, timeoutMs: number) {
		const { signal } = this.controller;
		this.context = Object.create(context, {
			getExecutionCancelSignal: { value: () => signal },
		});
		this.cancelSignal =
			'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
		if (this.cancelSignal?.aborted === true) this.abort();
		this.cancelSignal?.addEventListener('abort', this.abort);
		this.timer = startTimer(() => {
			this.isPassed = true;
			this.abort();
		}, timeoutMs);
	}

	/** Ends the request when it is aborted. */
	get signal(): AbortSignal {
		return this.controller.signal;
	}

	/** To be called when the request has ended. */
	end(): void {
		stopTimer(this.timer);
		this.cancelSignal?.removeEventListener('abort', this.abort);
	}

	private readonly abort = () => this.controller.abort();
}
