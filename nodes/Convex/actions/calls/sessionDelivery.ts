import { inputFailure } from '../../convex/failure';
import type { FunctionCall, SessionOperation } from '../../convex/functions/functionCall';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { OutageThresholds } from '../../transport/live/outage';
import { Session, SESSION_THRESHOLDS } from '../../transport/live/session';
import { checkWebSocketSupport } from '../../transport/live/syncClient';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import type { CallRunner } from './callRunner';
import type { PreparedCall } from './prepareCall';

/** The deployment queues 1,000 of a connection, and then closes it. */
const MAX_IN_FLIGHT = 500;

const MEBIBYTE = 2 ** 20;

/** What is in flight is kept in memory, to be sent again. */
const MAX_BYTES_IN_FLIGHT = 16 * MEBIBYTE;

/**
 * A larger message would end the connection, each time it is sent: the backend's WebSocket library
 * takes frames of 16 MiB unless told otherwise (docs.rs/axum `WebSocketUpgrade::max_frame_size`), and
 * the host's WebSocket sends a message as one frame. Read, not tried on a real backend.
 */
const MAX_MESSAGE_BYTES = 16 * MEBIBYTE;

/** For what a message has besides path and arguments: its type, its number and the fields' names. */
const ENVELOPE_BYTES = 1_024;

/**
 * Runs the functions that the items ask for over one live connection. Mutations are sent in input
 * order without waiting for answers, and the deployment runs them in this order. Actions are sent as
 * many at once as 'Concurrency' says.
 *
 * @throws ConvexFailure (`input`) on a host without WebSockets
 */
export async function runSession(
	run: CallRunner,
	operation: SessionOperation,
	thresholds: OutageThresholds = SESSION_THRESHOLDS,
): Promise<void> {
	checkWebSocketSupport();
	const delivery = new SessionDelivery(run, operation, thresholds);
	try {
		for (;;) {
			await delivery.whenAvailable();
			// Answers come in bursts, and each lets a further item be sent.
			await run.yieldToEventLoop();
			const itemIndex = run.items.next();
			if (itemIndex === undefined) break;
			const prepared = await run.prepare(itemIndex);
			if (prepared !== undefined) await delivery.send(prepared);
		}
		await delivery.drain();
	} finally {
		await delivery.close();
	}
}

/** A session, where its calls go, and whom they are made as. */
interface OpenedSession {
	session: Session;
	deploymentUrl: string;
	authorization: string | undefined;
}

class SessionDelivery {
	/** Of items that have not ended. */
	private readonly items: ConcurrencyLimiter;

	/** Of calls that the deployment holds, also those that were not waited for any longer. */
	private readonly inFlight = new ConcurrencyLimiter(MAX_IN_FLIGHT);

	private bytesInFlight = 0;

	private opened: OpenedSession | undefined;

	/** Sessions that ended for a reason that any user would meet, by the deployment's address. */
	private readonly unavailable = new Map<string, Session>();

	constructor(
		private readonly run: CallRunner,
		private readonly operation: SessionOperation,
		private readonly thresholds: OutageThresholds,
	) {
		this.items = new ConcurrencyLimiter(
			operation === 'mutation' ? MAX_IN_FLIGHT : run.options.concurrency,
		);
	}

	/** Waits until one more may be in flight, or the run has stopped. */
	async whenAvailable(): Promise<void> {
		await this.waitUntil(() => this.items.free > 0 && this.inFlight.free > 0);
	}

	/** Waits until all items have ended that were sent. */
	async drain(): Promise<void> {
		await this.items.drain();
	}

	async close(): Promise<void> {
		await this.opened?.session.close();
	}

	/** Sends an item's call, unless the run has stopped; does not wait for the answer. */
	async send(prepared: PreparedCall): Promise<void> {
		const { run } = this;
		const { functionPath, args, componentPath, valueFormat } = prepared.call;
		const { timeoutMs } = prepared.options;
		const bytes = messageBytes(prepared.call);
		if (bytes > MAX_MESSAGE_BYTES) {
			await run.end(prepared, { status: 'failure', failure: tooLarge(bytes) });
			return;
		}
		await this.waitUntil(
			() => this.bytesInFlight === 0 || this.bytesInFlight + bytes <= MAX_BYTES_IN_FLIGHT,
		);
		const session = await this.sessionFor(prepared);
		if (session === undefined) return;
		const call = { functionPath, args, componentPath, valueFormat, timeoutMs };
		const { result, released } = session.call(call);
		this.inFlight.start(async () => await this.counting(bytes, released));
		this.items.start(async () => await run.end(prepared, await result));
	}

	private async counting(bytes: number, released: Promise<void>): Promise<void> {
		this.bytesInFlight += bytes;
		try {
			await released;
		} finally {
			this.bytesInFlight -= bytes;
		}
	}

	/** Waits until completed calls let a condition hold, or the run has stopped. */
	private async waitUntil(condition: () => boolean): Promise<void> {
		const { stopped } = this.run.items;
		while (!condition() && !stopped.aborted) {
			await Promise.race([this.items.nextCompletion(), this.inFlight.nextCompletion()]);
		}
	}

	/**
	 * A session has one deployment and one identity. Calls of another wait until all before have ended,
	 * mutations until they are answered, so that the order of the items is kept, and get a session of
	 * their own. One that ended for a reason that any user would meet is not tried again.
	 *
	 * @returns undefined when the run has stopped
	 */
	private async sessionFor(prepared: PreparedCall): Promise<Session | undefined> {
		const { items, inFlight, run, operation } = this;
		const { deploymentUrl, authorization } = prepared.caller.credential;
		const { opened } = this;
		const isAnother =
			opened?.deploymentUrl !== deploymentUrl || opened.authorization !== authorization;
		if (opened !== undefined && isAnother) {
			await this.waitUntil(() => items.isIdle && (operation === 'action' || inFlight.isIdle));
			if (run.items.stopped.aborted) return undefined;
			if (opened.session.endReason?.scope === 'deployment')
				this.unavailable.set(opened.deploymentUrl, opened.session);
			await opened.session.close();
		}
		if (run.items.stopped.aborted) return undefined;
		if (isAnother) {
			const session = this.unavailable.get(deploymentUrl) ?? this.open(prepared);
			this.opened = { session, deploymentUrl, authorization };
		}
		return this.opened?.session;
	}

	private open({ itemCaller, options: { identity } }: PreparedCall): Session {
		const { context } = this.run;
		const { operation, thresholds } = this;
		const cancelSignal = context.getExecutionCancelSignal?.();
		return new Session({
			context,
			caller: itemCaller,
			identity,
			operation,
			cancelSignal,
			thresholds,
		});
	}
}

function messageBytes({ functionPath, args, componentPath = '' }: FunctionCall): number {
	const message = [formatFunctionPath(functionPath), componentPath, args];
	return Buffer.byteLength(JSON.stringify(message)) + ENVELOPE_BYTES;
}

function tooLarge(bytes: number) {
	return inputFailure(
		`The arguments have ${Math.ceil((10 * bytes) / MEBIBYTE) / 10} MiB as JSON`,
		"A live connection takes 16 MiB per call at most. Send less data per call, for example in several items, or set the option 'Delivery' to 'HTTP'.",
	);
}
