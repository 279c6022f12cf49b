import { AnswerTooLong, MAX_ANSWER_BYTES } from '../http/answerText';
import { thrownText } from '../thrownText';
import { startTimer, stopTimer } from '../timers';
import { isChunk, isFirstChunk, mayBeChunk, parseEnding } from './serverMessage';

/** What happens to the sockets of one sync client. */
export interface SocketObserver {
	/** Asked before each connection; what it throws keeps the socket from being opened. */
	beforeConnect: () => Promise<void>;
	/** The client has sent what it had to send. */
	onOpen: () => void;
	/** A message has arrived, and the client has read it; none that ends the connection. */
	onMessage?: (message: string) => void;
	/**
	 * The deployment does not accept the credential, or no longer; the client does not learn of it.
	 *
	 * @param hasReadNothing whether it read nothing of what was sent behind the credential
	 */
	onUnauthorized: (message: string, hasReadNothing: boolean) => void;
	/** The deployment cannot work with what the client sent; the client reconnects. */
	onProtocolError: (message: string) => void;
	/**
	 * Nothing arrives any more, or nothing ever did.
	 *
	 * @param reason what the deployment or the network said, often nothing
	 */
	onClose: (reason: string) => void;
}

type Handler<Received> = ((received: Received) => void) | null;

/** How a host reports a connection that could not be established. */
const CLOSE_ABNORMAL = 1006;

/** A deployment that does not answer the closing of its connection is not waited for. */
export const CLOSE_TIMEOUT_MS = 800;

const NOBODY: SocketObserver = {
	beforeConnect: async () => {},
	onOpen: () => {},
	onUnauthorized: () => {},
	onProtocolError: () => {},
	onClose: () => {},
};

/**
 * The WebSocket that the official client gets: the host's own, opened with permission only, and
 * with a guard on either side.
 *
 * - What a handler throws, the client's or one here, would end n8n's process, because Node reports it as
 *   an uncaught exception. Here it ends the connection; the client then makes a new one.
 * - On a `FatalError` the client stops for good, and on an `AuthError` it continues without a
 *   credential, so that the query would be run for nobody. Neither reaches it.
 * - Of a result that comes in parts, the client keeps each until the last one is there.
 */
class GuardedWebSocket {
	onopen: Handler<unknown> = null;

	onerror: Handler<unknown> = null;

	onmessage: Handler<{ data: string }> = null;

	onclose: Handler<{ code: number; reason: string }> = null;

	private socket: WebSocket | undefined;

	private closeTimer: number | undefined;

	private hasReceived = false;

	/** Of the parts of one result that came one behind the other, in characters. */
	private chunkedLength = 0;

	private hasSentCredential = false;

	private state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';

	constructor(
		address: string,
		private observer: SocketObserver,
		private readonly checkHeld: () => void,
		private readonly onEnd: (socket: GuardedWebSocket) => void,
	) {
		observer
			.beforeConnect()
			.then(() => this.connect(address))
			.catch((error: unknown) => this.endUnopened(thrownText(error)));
	}

	/** What the client sends over a connection that is closing, because it does not know, goes nowhere. */
	send(message: string): void {
		if (!this.isOpen) return;
		this.hasSentCredential ||= message.includes('"type":"Authenticate"');
		this.socket?.send(message);
	}

	get isOpen(): boolean {
		return this.state === 'open';
	}

	close(): void {
		if (this.state === 'closing' || this.state === 'closed') return;
		this.state = 'closing';
		if (this.socket === undefined) {
			this.endUnopened('');
			return;
		}
		this.socket.close();
		this.closeTimer = startTimer(() => this.abandon(), CLOSE_TIMEOUT_MS);
		this.observer.onClose('');
	}

	/** The client has another one: this one is closed, and nothing more is told of it. */
	supersede(): void {
		this.observer = NOBODY;
		this.close();
	}

	/**
	 * The host's WebSocket waits without end for the other side to close, and has no way to end it. It is
	 * left to itself, and holds nothing of the client and its results any more.
	 */
	private abandon(): void {
		const { socket } = this;
		if (socket !== undefined) {
			socket.onopen = socket.onerror = socket.onmessage = socket.onclose = null;
		}
		this.end({ code: CLOSE_ABNORMAL, reason: '' });
	}

	private connect(address: string): void {
		if (this.state !== 'connecting') return;
		const socket = new WebSocket(address);
		this.socket = socket;
		socket.onopen = (event) => this.guard(() => this.open(event));
		socket.onerror = (event) => this.guard(() => this.onerror?.(event));
		socket.onmessage = ({ data }: { data: unknown }) => {
			if (typeof data === 'string' && this.isOpen) this.guard(() => this.receive(data));
		};
		socket.onclose = (event) => this.end(event);
	}

	private open(event: unknown): void {
		if (this.state !== 'connecting') return;
		this.state = 'open';
		this.onopen?.(event);
		// The client may have given it up.
		if (this.isOpen) this.observer.onOpen();
	}

	/** @throws what the client throws, and for what it must not get */
	private receive(data: string): void {
		const ending = parseEnding(data);
		if (ending === undefined) {
			this.hasReceived = true;
			this.boundChunks(data);
			this.onmessage?.({ data });
			this.checkHeld();
			// A client that the message made close has not read it.
			if (this.isOpen) this.observer.onMessage?.(data);
			return;
		}
		const { type, error, answersCredential } = ending;
		// The credential is read before what follows it, and nothing after one that is refused.
		const hasReadNothing = answersCredential && this.hasSentCredential && !this.hasReceived;
		if (type === 'AuthError') this.observer.onUnauthorized(error, hasReadNothing);
		else this.observer.onProtocolError(error);
		this.close();
	}

	/** @throws AnswerTooLong */
	private boundChunks(data: string): void {
		const before = mayBeChunk(data) && !isFirstChunk(data) ? this.chunkedLength : 0;
		this.chunkedLength = before + data.length;
		if (this.chunkedLength <= MAX_ANSWER_BYTES) return;
		if (isChunk(data)) throw new AnswerTooLong();
		this.chunkedLength = 0;
	}

	private end(event: { code: number; reason: string }): void {
		if (this.state === 'closed') return;
		const isNews = this.state !== 'closing' || this.socket === undefined;
		this.state = 'closed';
		stopTimer(this.closeTimer);
		this.onEnd(this);
		if (isNews) this.observer.onClose(event.reason);
		this.guard(() => this.onclose?.(event));
	}

	private endUnopened(reason: string): void {
		this.end({ code: CLOSE_ABNORMAL, reason });
	}

	private guard(handle: () => void): void {
		try {
			handle();
		} catch (error) {
			this.observer.onProtocolError(thrownText(error));
			this.close();
		}
	}
}

/**
 * The sockets of one sync client: one at a time. The client gives up a socket that does not open
 * within a minute and makes another, but closes the first only if it opens after all (convex-js
 * src/browser/sync/web_socket_manager.ts `close`); what it did until then would be taken for the other's.
 */
export class GuardedWebSockets {
	private readonly sockets = new Set<GuardedWebSocket>();

	/** @param checkHeld called after each message; what it throws ends the connection */
	constructor(
		private readonly observer: SocketObserver,
		private readonly checkHeld: () => void = () => {},
	) {}

	/** The constructor for the official client, which uses no more of a WebSocket than is there. */
	get webSocketConstructor(): typeof WebSocket {
		const { observer, checkHeld, sockets } = this;
		class ObservedSocket extends GuardedWebSocket {
			constructor(address: string) {
				for (const socket of [...sockets]) socket.supersede();
				super(address, observer, checkHeld, (socket) => sockets.delete(socket));
				sockets.add(this);
			}
		}
		return ObservedSocket as unknown as typeof WebSocket;
	}

	/** Whether what the client sends now is on its way. */
	get isOpen(): boolean {
		return [...this.sockets].some((socket) => socket.isOpen);
	}

	/** Closes also those that are still being opened, which the client itself would wait for. */
	close(): void {
		for (const socket of [...this.sockets]) socket.close();
	}
}
