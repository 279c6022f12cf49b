/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Objects of one kind, as long as they are not collected. */
class Instances {
	private references: Array<WeakRef<object>> = [];

	add(instance: object): void {
		this.references.push(new WeakRef(instance));
	}

	count(): number {
		this.references = this.references.filter((reference) => reference.deref() !== undefined);
		return this.references.length;
	}
}

/** What this process holds on to, that might pile up. */
export interface Resources {
	heapBytes: number;
	/** Objects that are not collected. */
	webSockets: number;
	timeoutSignals: number;
	/** What keeps this process awake. */
	activeResources: number;
}

/** Watches what a trigger takes of its host: Node itself is asked, and nothing works otherwise. */
export class HostResources {
	/** How many connections of WebSockets there were. */
	connections = 0;

	private readonly open = new Set<unknown>();

	private readonly webSockets = new Instances();

	private readonly timeoutSignals = new Instances();

	private readonly originalWebSocket = globalThis.WebSocket;

	private readonly originalTimeout = AbortSignal.timeout;

	private readonly opened = (message: unknown) => {
		this.open.add(webSocketOf(message));
		this.connections += 1;
	};

	private readonly closed = (message: unknown) => {
		this.open.delete(webSocketOf(message));
	};

	constructor() {
		const { webSockets, timeoutSignals, originalTimeout } = this;
		globalThis.WebSocket = new Proxy(this.originalWebSocket, {
			construct(target, args: ConstructorParameters<typeof WebSocket>) {
				const webSocket = new target(...args);
				webSockets.add(webSocket);
				return webSocket;
			},
		});
		AbortSignal.timeout = (delayMs) => {
			const signal = originalTimeout.call(AbortSignal, delayMs);
			timeoutSignals.add(signal);
			return signal;
		};
		subscribe('undici:websocket:open', this.opened);
		subscribe('undici:websocket:close', this.closed);
	}

	/** Open connections of WebSockets. */
	get openConnections(): number {
		return this.open.size;
	}

	async measure(): Promise<Resources> {
		await collectGarbage();
		return {
			webSockets: this.webSockets.count(),
			timeoutSignals: this.timeoutSignals.count(),
			activeResources: process.getActiveResourcesInfo().length,
			heapBytes: process.memoryUsage().heapUsed,
		};
	}

	stop(): void {
		unsubscribe('undici:websocket:open', this.opened);
		unsubscribe('undici:websocket:close', this.closed);
		globalThis.WebSocket = this.originalWebSocket;
		AbortSignal.timeout = this.originalTimeout;
	}
}

/** What finalizers let go of goes with the second time. */
async function collectGarbage(): Promise<void> {
	if (globalThis.gc === undefined) throw new Error('run Node with --expose-gc');
	for (let time = 0; time < 2; time++) {
		await nextTurn();
		globalThis.gc();
	}
}

function webSocketOf(message: unknown): unknown {
	return typeof message === 'object' && message !== null && Reflect.get(message, 'websocket');
}
