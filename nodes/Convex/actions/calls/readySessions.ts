import type { SessionOperation } from '../../convex/functions/functionCall';
import { findRoute, knownRoute, type Route } from '../../transport/http/route';
import type { OutageThresholds } from '../../transport/live/outage';
import type { Session } from '../../transport/live/session';
import { SilentDeployments } from '../../transport/live/silentDeployments';
import { hasWebSockets } from '../../transport/live/syncClient';
import type { CallRunner } from './callRunner';
import { openSession } from './openSession';
import type { PreparedCall } from './prepareCall';

export interface ReadinessThresholds extends OutageThresholds {
	/** A connection that has not proved to work by then is not waited for. */
	openingMs: number;
}

/** Why there is no session: none could be made, or n8n's proxy is to be used. */
export type NoSessionCause = 'noConnection' | 'proxy';

/** Of all runs in the process. */
const silentDeployments = new SilentDeployments();

/** Opens sessions for who can do without them: none over which calls would not get through. */
export class ReadySessions {
	/** One that was opened before it was asked for, and for whom. */
	private early: { session: Session; caller: string } | undefined;

	private hasOpenedEarly = false;

	/** How n8n reaches the deployments, by their addresses; asked once, whatever the answer. */
	private readonly routes = new Map<string, Promise<Route>>();

	constructor(
		private readonly runner: CallRunner,
		private readonly operation: SessionOperation,
		private readonly thresholds: ReadinessThresholds,
	) {}

	/**
	 * Does meanwhile what takes time: finds out how n8n reaches the deployment, or, where that is known,
	 * opens a session. Only one in a run, as each item may be another caller's.
	 */
	prepare(prepared: PreparedCall): void {
		const { deploymentUrl } = prepared.caller.credential;
		if (!canOpen(deploymentUrl)) return;
		const route = knownRoute(deploymentUrl);
		if (route === undefined) void this.routeTo(deploymentUrl);
		if (route !== 'direct' || this.hasOpenedEarly) return;
		this.hasOpenedEarly = true;
		this.early = { session: this.connect(prepared), caller: callerKey(prepared) };
	}

	/** Opens a session, over which nothing is sent before it has proved to work. */
	async open(prepared: PreparedCall): Promise<Session | NoSessionCause> {
		const { deploymentUrl } = prepared.caller.credential;
		if (!canOpen(deploymentUrl)) return 'noConnection';
		const route = await this.routeTo(deploymentUrl);
		if (route === 'silent') silentDeployments.add(deploymentUrl);
		if (route !== 'direct') return route === 'proxied' ? 'proxy' : 'noConnection';
		const session = (await this.takeEarly(callerKey(prepared))) ?? this.connect(prepared);
		const opening = await session.whenReady(this.thresholds.openingMs);
		if (opening === 'ready') return session;
		if (opening === 'silent') silentDeployments.add(deploymentUrl);
		await session.close();
		return 'noConnection';
	}

	/** Closes what was opened and not asked for. */
	async close(): Promise<void> {
		const { early } = this;
		this.early = undefined;
		await early?.session.close();
	}

	private async takeEarly(caller: string): Promise<Session | undefined> {
		const { early } = this;
		if (early?.caller !== caller) {
			await this.close();
			return undefined;
		}
		this.early = undefined;
		return early.session;
	}

	private connect(prepared: PreparedCall): Session {
		return openSession(this.runner, prepared, this.operation, this.thresholds);
	}

	private async routeTo(deploymentUrl: string): Promise<Route> {
		const asked = this.routes.get(deploymentUrl) ?? findRoute(this.runner.context, deploymentUrl);
		this.routes.set(deploymentUrl, asked);
		return await asked;
	}
}

function canOpen(deploymentUrl: string): boolean {
	return hasWebSockets() && !silentDeployments.has(deploymentUrl);
}

/** Tells callers apart: a session has one. */
export function callerKey({ caller: { credential } }: PreparedCall): string {
	return JSON.stringify([credential.deploymentUrl, credential.authorization]);
}
