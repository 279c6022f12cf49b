import { sleep } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import type { SessionOperation } from '../../convex/functionCall';
import { INTERRUPTION_LIMIT_MS, Session } from '../../transport/live/session';
import { Slots } from '../slots';
import type { FunctionRun } from './functionRun';
import type { FunctionOptions } from './options';
import type { PreparedCall } from './preparedCall';

/** The deployment queues 1,000 of a connection, and then closes it. */
const MAX_MUTATIONS_IN_FLIGHT = 500;

const MEBIBYTE = 2 ** 20;

/** What is in flight is kept in memory, to be sent again. */
const MAX_BYTES_IN_FLIGHT = 16 * MEBIBYTE;

/** Answers come in bursts, and each lets a further item be sent: n8n has to get a word in. */
const MAX_BUSY_MS = 20;

/** A message of 64 MiB would end the connection, each time. */
const MAX_CALL_BYTES = 60 * MEBIBYTE;

/**
 * Runs the functions that the items ask for over one live connection. Mutations are sent in input
 * order without waiting for answers, and the deployment runs them in this order. Actions are sent as
 * many at once as 'Concurrency' says.
 */
export async function runSession(
	run: FunctionRun,
	operation: SessionOperation,
	interruptionLimitMs = INTERRUPTION_LIMIT_MS,
): Promise<void> {
	const delivery = new SessionDelivery(run, operation, interruptionLimitMs);
	let busySinceMs = performance.now();
	try {
		for (;;) {
			await delivery.vacant();
			if (performance.now() - busySinceMs > MAX_BUSY_MS) {
				await sleep(0);
				busySinceMs = performance.now();
			}
			const itemIndex = run.items.next();
			if (itemIndex === undefined) break;
			const prepared = await run.prepare(itemIndex);
			if (prepared !== undefined) await delivery.send(prepared);
		}
		await delivery.idle();
	} finally {
		await delivery.close();
	}
}

class SessionDelivery {
	private readonly slots: Slots;

	private bytesInFlight = 0;

	private session: Session | undefined;

	/** Whom the session's calls are made as. */
	private authorization: string | undefined;

	constructor(
		private readonly run: FunctionRun,
		private readonly operation: SessionOperation,
		private readonly interruptionLimitMs: number,
	) {
		const isMutation = operation === 'mutation';
		this.slots = new Slots(isMutation ? MAX_MUTATIONS_IN_FLIGHT : run.options.concurrency);
	}

	/** Waits until one more may be in flight. */
	async vacant(): Promise<void> {
		await this.slots.vacant();
	}

	/** Waits until none is in flight. */
	async idle(): Promise<void> {
		await this.slots.idle();
	}

	async close(): Promise<void> {
		await this.session?.close();
	}

	/** Sends an item's call, unless the run has stopped; does not wait for the answer. */
	async send(prepared: PreparedCall): Promise<void> {
		const { run, slots } = this;
		const { call, options } = prepared;
		const bytes = Buffer.byteLength(JSON.stringify(call.args));
		if (bytes > MAX_CALL_BYTES) {
			await run.end(prepared, { status: 'failure', failure: tooLarge(bytes) });
			return;
		}
		while (this.bytesInFlight > 0 && this.bytesInFlight + bytes > MAX_BYTES_IN_FLIGHT) {
			await slots.change();
		}
		const session = await this.sessionFor(prepared);
		if (session === undefined) return;
		slots.start(async () => {
			this.bytesInFlight += bytes;
			const { functionPath, args, componentPath, valueFormat } = call;
			const { timeoutMs } = options;
			const result = await session.call({
				functionPath,
				args,
				componentPath,
				valueFormat,
				timeoutMs,
			});
			this.bytesInFlight -= bytes;
			await run.end(prepared, result);
		});
	}

	/**
	 * A session has one identity. Calls of another wait until all before have ended, so that the order
	 * of the items is kept, and get a session of their own. One that could not go on is not replaced.
	 *
	 * @returns undefined when the run has stopped
	 */
	private async sessionFor({ caller, options }: PreparedCall): Promise<Session | undefined> {
		const { slots, run } = this;
		const { authorization } = caller.credential;
		if (this.session !== undefined && authorization !== this.authorization) {
			while (!slots.isIdle) await slots.change();
			if (!this.session.hasEnded) {
				await this.session.close();
				this.session = undefined;
			}
		}
		if (run.items.stopped.aborted) return undefined;
		this.authorization = authorization;
		return (this.session ??= this.open(options));
	}

	private open({ identity }: FunctionOptions): Session {
		const { context, deployment } = this.run;
		const { operation, interruptionLimitMs } = this;
		const cancelSignal = context.getExecutionCancelSignal();
		return new Session({
			context,
			deployment,
			identity,
			operation,
			cancelSignal,
			interruptionLimitMs,
		});
	}
}

function tooLarge(bytes: number) {
	return inputFailure(
		`The arguments have ${Math.ceil(bytes / MEBIBYTE)} MiB`,
		'Convex takes 16 MiB of arguments at most. Send less data per call, for example in several items.',
	);
}
