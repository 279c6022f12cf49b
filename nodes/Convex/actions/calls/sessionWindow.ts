import { inputFailure, type ConvexFailure } from '../../convex/failure';
import type { FunctionCall } from '../../convex/functions/functionCall';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { refusedByClient } from '../../convex/functions/liveArguments';
import { inMebibytes, MEBIBYTE } from '../../convex/values/encodedSize';
import type { CallHandle } from '../../transport/live/inFlightCalls';
import type { Session } from '../../transport/live/session';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import type { PreparedCall } from './prepareCall';

/** The deployment queues 1,000 of a connection, and then closes it. */
export const MAX_IN_FLIGHT = 500;

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

/** A call's message over a live connection. */
export interface SessionMessage {
	bytes: number;
	/** Why a live connection does not carry it; HTTP may. */
	refusal: ConvexFailure | undefined;
}

export function messageOf({
	functionPath,
	args,
	componentPath = '',
}: FunctionCall): SessionMessage {
	const message = JSON.stringify([formatFunctionPath(functionPath), componentPath, args]);
	const bytes = Buffer.byteLength(message) + ENVELOPE_BYTES;
	return {
		bytes,
		refusal: bytes > MAX_MESSAGE_BYTES ? tooLarge(bytes) : refusedInSession(message),
	};
}

/** Why a session does not carry arguments, or a part of them; undefined where it does. */
export function refusedInSession(json: string): ConvexFailure | undefined {
	return refusedByClient(json, ", or remove the option 'Delivery'");
}

/** The calls of a run that are in flight over sessions, one after the other, and how many more may be. */
export class SessionWindow {
	/** Of items that have not ended. */
	private readonly items = new ConcurrencyLimiter(MAX_IN_FLIGHT);

	/** Of calls that the deployment holds, also those that were not waited for any longer. */
	private readonly held = new ConcurrencyLimiter(MAX_IN_FLIGHT);

	private bytesHeld = 0;

	/**
	 * @param stopped ends all waiting
	 * @param limit how many items may be in flight at present
	 */
	constructor(
		private readonly stopped: AbortSignal,
		private readonly limit: () => number,
	) {}

	/** How many items have not ended that were sent. */
	get inFlight(): number {
		return this.items.inFlight;
	}

	/** Whether all items have ended that were sent. */
	get isIdle(): boolean {
		return this.items.isIdle;
	}

	/** Waits until one more may be in flight, or the run has stopped. */
	async whenAvailable(): Promise<void> {
		await this.waitUntil(() => this.items.inFlight < this.limit() && this.held.free > 0);
	}

	/** Waits until so many bytes more may be in flight, or the run has stopped. */
	async whenFits(bytes: number): Promise<void> {
		await this.waitUntil(
			() => this.bytesHeld === 0 || this.bytesHeld + bytes <= MAX_BYTES_IN_FLIGHT,
		);
	}

	/** Waits until all items have ended that were sent, or the run has stopped. */
	async whenIdle(): Promise<void> {
		await this.waitUntil(() => this.items.isIdle);
	}

	/** The same, and until the deployment holds no call either: what follows runs behind all of them. */
	async whenReleased(): Promise<void> {
		await this.waitUntil(() => this.items.isIdle && this.held.isIdle);
	}

	/** Waits until an item has ended. */
	async nextCompletion(): Promise<void> {
		await this.items.nextCompletion();
	}

	/**
	 * Waits until all items have ended that were sent.
	 *
	 * @throws what a task threw
	 */
	async drain(): Promise<void> {
		await this.items.drain();
	}

	/** Sends a call over a session, without waiting for what becomes of it: that is handed on. */
	send(
		session: Session,
		{ call, options: { timeoutMs } }: PreparedCall,
		bytes: number,
		handleEnd: (handle: CallHandle) => Promise<void>,
	): void {
		const { functionPath, args, componentPath, valueFormat } = call;
		const handle = session.call({ functionPath, args, componentPath, valueFormat, timeoutMs });
		this.held.start(async () => await this.counting(bytes, handle.released));
		this.items.start(async () => {
			await handle.result;
			await handleEnd(handle);
		});
	}

	/** Counts an item that is sent in another way. */
	start(task: () => Promise<void>): void {
		this.items.start(task);
	}

	private async counting(bytes: number, released: Promise<void>): Promise<void> {
		this.bytesHeld += bytes;
		try {
			await released;
		} finally {
			this.bytesHeld -= bytes;
		}
	}

	/** Waits until completed calls let a condition hold, or the run has stopped. */
	private async waitUntil(condition: () => boolean): Promise<void> {
		while (!condition() && !this.stopped.aborted) {
			await Promise.race([this.items.nextCompletion(), this.held.nextCompletion()]);
		}
	}
}

function tooLarge(bytes: number): ConvexFailure {
	return inputFailure(
		`The arguments have ${inMebibytes(bytes)} as JSON`,
		"A live connection takes 16 MiB per call at most. Send less data per call, for example in several items, or remove the option 'Delivery'.",
	);
}
