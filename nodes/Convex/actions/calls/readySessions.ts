import type { SessionOperation } from '../../convex/functions/functionCall';
import { findRoute, type Route } from '../../transport/http/route';
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
	/** How n8n reaches the deployments, by their addresses. */
	private readonly routes = new Map<string, Promise<Route>>();

	constructor(
		private readonly runner: CallRunner,
		private readonly operation: SessionOperation,
		private readonly thresholds: ReadinessThresholds,
	) {}

	/** Finds out meanwhile what has to be known before a session is opened. */
	prepare(prepared: PreparedCall): void {
		void this.routeTo(prepared);
	}

	/** Opens a session, over which nothing is sent before it has proved to work. */
	async open(prepared: PreparedCall): Promise<Session | NoSessionCause> {
		const { runner, operation, thresholds } = this;
		const { deploymentUrl } = prepared.caller.credential;
		if (!hasWebSockets() || silentDeployments.has(deploymentUrl)) return 'noConnection';
		const route = await this.routeTo(prepared);
		if (route !== 'direct') return route === 'proxied' ? 'proxy' : 'noConnection';
		const session = openSession(runner, prepared, operation, thresholds);
		const opening = await session.whenReady(thresholds.openingMs);
		if (opening === 'ready') return session;
		if (opening === 'silent') silentDeployments.add(deploymentUrl);
		await session.close();
		return 'noConnection';
	}

	private async routeTo({ caller: { credential } }: PreparedCall): Promise<Route> {
		const { deploymentUrl } = credential;
		const asked = this.routes.get(deploymentUrl) ?? findRoute(this.runner.context, deploymentUrl);
		this.routes.set(deploymentUrl, asked);
		return await asked;
	}
}
