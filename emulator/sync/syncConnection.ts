import type { FunctionRunner } from '../functionRunner';
import { internalServerError, PlatformFailure } from '../platformFailure';
import {
	parseClientMessage,
	type Authenticate,
	type Connect,
	type ModifyQuerySet,
} from './clientMessage';
import { asPlatformFailure, endingFor } from './ending';
import { FunctionRequests } from './functionRequests';
import type { LiveQueries } from './liveQueries';
import { QuerySet } from './querySet';
import { encodeVersion, type StateVersion } from './serverMessage';
import type { SessionRequests } from './sessionRequests';
import { ANONYMOUS, type SyncAuthenticator, type SyncIdentity } from './syncIdentity';
import type { ApplyFault, SyncSocket } from './syncSocket';

/** What connections share. */
export interface SyncHost {
	runner: () => FunctionRunner;
	authenticator: SyncAuthenticator;
	sessionRequests: SessionRequests;
	live: LiveQueries;
	applyFault: ApplyFault;
	/** Brings clients up to date soon. */
	scheduleUpdate: () => void;
}

/** The protocol with one client: crates/sync/src/worker.rs, crates/sync/src/state.rs. */
export class SyncConnection {
	private clientClockSkew: number | null = null;
	private identity: SyncIdentity = ANONYMOUS;
	private readonly querySet: QuerySet;
	private readonly requests: FunctionRequests;

	/** Of the last transition. */
	private current: StateVersion = { querySet: 0, identity: 0, timestamp: 0n };
	/** Of the last messages. */
	private received = { querySet: 0, identity: 0 };
	/** Of the messages that the next transition covers. */
	private taken = { querySet: 0, identity: 0 };
	/** The client waits for a transition to this time or later. */
	private owedTimestamp?: bigint;

	private incoming: Promise<void> = Promise.resolve();
	private isClosed = false;

	constructor(
		readonly socket: SyncSocket,
		private readonly host: SyncHost,
	) {
		this.querySet = new QuerySet(host.live);
		this.requests = new FunctionRequests(socket, {
			...host,
			isClosed: () => this.isClosed,
			kill: () => this.kill(),
			reset: () => this.reset(),
			fail: (failure) => this.fail(failure),
			onAnswered: (timestamp) => this.owe(timestamp),
		});
	}

	get subscriptions(): number {
		return this.querySet.size;
	}

	/** Messages are taken in their order. */
	receive(text: string): void {
		this.socket.noteReceived();
		this.incoming = this.incoming
			.then(async () => {
				if (!this.isClosed) await this.handle(text);
			})
			.catch((error: unknown) => this.fail(asPlatformFailure(error)));
	}

	/** The socket is gone: what has not started does not start any more. */
	closed(): void {
		this.isClosed = true;
		this.querySet.clear();
	}

	/** Cuts the connection, as a network failure does. */
	kill(): void {
		this.closed();
		this.socket.terminate();
	}

	/** The same with a reset (RST). */
	reset(): void {
		this.closed();
		this.socket.reset();
	}

	/** Ends the connection as the backend would. */
	fail(failure: PlatformFailure): void {
		if (this.isClosed) return;
		this.closed();
		this.socket.end(endingFor(failure, this.current.identity));
	}

	expireAuth(): void {
		const failure = this.host.authenticator.expire(this.identity);
		if (failure !== undefined) this.fail(failure);
	}

	/** Before queries run: takes what the client changed in its query set since. */
	takeModifications(): void {
		if (this.isClosed || this.socket.isSlow) return;
		const identityChanged = this.received.identity !== this.taken.identity;
		this.taken = { ...this.received };
		this.failing(() => this.querySet.update(this.identity, identityChanged));
	}

	/** After queries ran: sends what changed for this client, if anything did. */
	transition(timestamp: bigint): void {
		if (this.isClosed || this.socket.isSlow) return;
		this.failing(() => this.sendTransition(timestamp));
	}

	private sendTransition(timestamp: bigint): void {
		const modifications = this.querySet.takeChanges();
		const { querySet, identity } = this.taken;
		const isUpToDate =
			querySet === this.current.querySet &&
			identity === this.current.identity &&
			this.owedTimestamp === undefined;
		if (modifications.length === 0 && isUpToDate) return;
		this.host.authenticator.checkExpiry(this.identity);
		const startVersion = encodeVersion(this.current);
		this.current = { querySet, identity, timestamp };
		if (this.owedTimestamp !== undefined && this.owedTimestamp <= timestamp) {
			this.owedTimestamp = undefined;
		}
		this.socket.send({
			type: 'Transition',
			startVersion,
			endVersion: encodeVersion(this.current),
			modifications,
			clientClockSkew: this.clientClockSkew,
			serverTs: null,
		});
	}

	private async handle(text: string): Promise<void> {
		const message = parseClientMessage(text);
		switch (message.type) {
			case 'Connect':
				return this.connect(message);
			case 'ModifyQuerySet':
				return this.modifyQuerySet(message);
			case 'Authenticate':
				return await this.authenticate(message);
			case 'Mutation':
			case 'Action':
				return this.requests.start(message, this.identity);
			case 'Event':
				return;
		}
	}

	private connect({ sessionId, clientTs, maxObservedTimestamp }: Connect): void {
		this.requests.sessionId = sessionId;
		if (typeof clientTs === 'number') this.clientClockSkew = Math.round(clientTs - Date.now());
		if (maxObservedTimestamp && maxObservedTimestamp > this.host.runner().history.latest) {
			throw internalServerError(500);
		}
	}

	private modifyQuerySet({ baseVersion, newVersion, modifications }: ModifyQuerySet): void {
		const { querySet } = this.received;
		if (baseVersion !== querySet) {
			throw new PlatformFailure(
				400,
				'BaseVersionMismatch',
				`Base version ${baseVersion} passed up doesn't match the current version ${querySet}`,
			);
		}
		if (newVersion <= baseVersion) throw internalServerError(500);
		this.querySet.modify(modifications);
		this.received.querySet = newVersion;
		this.host.scheduleUpdate();
	}

	private async authenticate(message: Authenticate): Promise<void> {
		const identity = await this.host.authenticator.identify(message);
		if (message.baseVersion !== this.received.identity) {
			throw internalServerError(500);
		}
		this.identity = identity;
		this.received.identity++;
		this.host.scheduleUpdate();
	}

	private owe(timestamp: bigint): void {
		const owed = this.owedTimestamp ?? 0n;
		this.owedTimestamp = timestamp > owed ? timestamp : owed;
		this.host.scheduleUpdate();
	}

	private failing(step: () => void): void {
		try {
			step();
		} catch (error) {
			this.fail(asPlatformFailure(error));
		}
	}
}
