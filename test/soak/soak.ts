import { sleep } from 'n8n-workflow';
import { openHttp } from '../support/syncClients';
import { FaultSchedule } from './faultSchedule';
import { Growth } from './growth';
import { readHead } from './changeVerifier';
import { HttpLane } from './mutations';
import { NODE_DELIVERIES, NodeLane } from './nodeLane';
import { Random } from './random';
import { HostResources } from './resources';
import type { SoakSettings } from './settings';
import { shippedTimers } from './shippedTimers';
import { SilentNetwork } from './silentNetwork';
import type { Stage } from './stage';
import { SoakFailure, type Verdict } from './verdict';
import type { WatchedWorkflow } from './watchedWorkflow';

/** A client that failed to connect several times in a row waits for up to 24 s. */
const SETTLE_MS = 60_000;
/** Sockets close behind the scenes, and those whose network fell silent when they are given up. */
const CLOSE_MS = 70_000;
const POLL_MS = 20;
const MAX_PAUSE_MS = 2_500;
/** Into so many parts a run is divided; behind each of them, nothing happens for a moment. */
const PARTS = { min: 4, max: 20 };
const TYPICAL_PART_SECONDS = 15;

/** A stream of mutations, the faults, and in calm moments the verification. */
export class Soak {
	readonly lanes: Array<HttpLane | NodeLane>;

	readonly nodeLanes: NodeLane[];

	readonly faultSchedule: FaultSchedule;

	readonly silentNetwork: SilentNetwork;

	readonly growth = new Growth();

	private readonly host = new HostResources();

	private readonly timers: Array<{ size: number }>;

	private readonly random: Random;

	private readonly http: ReturnType<typeof openHttp>;

	constructor(
		private readonly settings: SoakSettings,
		private readonly stage: Stage,
		private readonly verdict: Verdict,
	) {
		const { seed } = settings;
		const { deployment, nodes, workflows, proxy, behindProxy, trigger, node } = stage;
		this.random = new Random(seed, 'faults');
		this.http = openHttp(deployment.url);
		this.nodeLanes = NODE_DELIVERIES.map(
			(delivery) => new NodeLane(deployment, nodes, delivery, 'b', seed, verdict),
		);
		this.lanes = [
			new HttpLane(deployment.url, 'a', seed, verdict),
			new HttpLane(deployment.url, 'b', seed, verdict),
			...this.nodeLanes,
		];
		this.faultSchedule = new FaultSchedule(deployment, workflows, this.random, verdict);
		this.silentNetwork = new SilentNetwork(
			proxy,
			behindProxy,
			new Random(seed, 'silences'),
			verdict,
		);
		this.timers = [shippedTimers(trigger.trigger), shippedTimers(node.execute)];
	}

	/** How many connections of WebSockets there were. */
	get connections(): number {
		return this.host.connections;
	}

	/** @param progress told after each part of the run @throws SoakFailure, and what else is thrown */
	async run(progress: () => void): Promise<void> {
		const { workflows } = this.stage;
		for (const workflow of [...workflows, ...this.stage.followers]) await workflow.activate();
		const { seconds } = this.settings;
		const endsAt = performance.now() + seconds * 1_000;
		const parts = Math.round(seconds / TYPICAL_PART_SECONDS);
		const partMs = (seconds * 1_000) / Math.max(PARTS.min, Math.min(parts, PARTS.max));
		this.silentNetwork.start(endsAt);
		while (performance.now() < endsAt && !this.verdict.ended.aborted) {
			await this.disturb(Math.min(performance.now() + partMs, endsAt));
			await this.calmDown();
			progress();
		}
		await this.silentNetwork.end();
		await this.finish();
	}

	private async disturb(until: number): Promise<void> {
		for (const lane of [...this.lanes, ...this.stage.followers]) lane.start();
		while (performance.now() < until && !this.verdict.ended.aborted) {
			await this.faultSchedule.strike();
			const pauseMs = this.random.whole(0, MAX_PAUSE_MS);
			await sleep(Math.max(0, Math.min(pauseMs, until - performance.now())));
		}
	}

	/**
	 * Nothing happens until everybody knows everything, and only what is needed is left. While clients
	 * wait to connect again, the mutations go on.
	 */
	private async calmDown(): Promise<void> {
		const { faultSchedule, nodeLanes } = this;
		await Promise.all([
			faultSchedule.subside(),
			...nodeLanes.map(async (lane) => await lane.rest()),
			...this.stage.followers.map(async (follower) => await follower.rest()),
		]);
		await this.untilSocketsAre(this.stage.workflows.length);
		await Promise.all(this.lanes.map(async (lane) => await lane.rest()));
		for (const workflow of this.stage.workflows) await this.settle(workflow);
		for (const follower of this.stage.followers) await follower.settle();
		this.growth.add(await this.sample());
	}

	private async settle(workflow: WatchedWorkflow): Promise<void> {
		const list = Object(await this.http.query('ledger:list', { ledger: workflow.ledger }));
		const revision = readHead(list[0])?.revision ?? 0;
		const knows = await this.until(SETTLE_MS, () => workflow.isDeaf || workflow.knows(revision));
		if (workflow.isDeaf || this.verdict.ended.aborted) return;
		if (knows) {
			workflow.verifier.compare(list);
			return;
		}
		throw new SoakFailure(
			'lost',
			`workflow '${workflow.name}' was not told of revisions ${workflow.verifier.revision + 1} to ${revision} within ${SETTLE_MS / 1_000} s of peace`,
		);
	}

	private async sample() {
		await this.untilSocketsAre(this.stage.workflows.length);
		const { sockets, subscriptions } = await this.stage.deployment.syncStats();
		const waitingTimers = this.timers.reduce((sum, { size }) => sum + size, 0);
		return {
			...(await this.host.measure()),
			waitingTimers,
			serverSockets: sockets,
			serverSubscriptions: subscriptions,
		};
	}

	/** A connection that fell silent may be there on one side, on both, or on both and replaced. */
	private async untilSocketsAre(count: number): Promise<void> {
		const { deployment, behindProxy } = this.stage;
		let found = '';
		const isRight = await this.until(CLOSE_MS, async () => {
			const client = this.host.openConnections;
			const { sockets: server, subscriptions } = await deployment.syncStats();
			found = `the client has ${client}, the deployment ${server} with ${subscriptions} subscriptions`;
			const tolerance = behindProxy.isDeaf ? 1 : 0;
			return [client, server, subscriptions].every(
				(sockets) => Math.abs(sockets - count) <= tolerance,
			);
		});
		if (isRight || this.verdict.ended.aborted) return;
		throw new SoakFailure('growth', `there should be ${count} sockets, but ${found}`);
	}

	/** All triggers are closed, and nothing is left of them. */
	private async finish(): Promise<void> {
		const { workflows, deployment } = this.stage;
		await this.calmDown();
		// Who connects again without any change must not start a workflow: the verifiers would object.
		await deployment.killSockets();
		await this.untilSocketsAre(workflows.length);
		await Promise.all(
			[...workflows, ...this.stage.followers].map(async (workflow) => await workflow.deactivate()),
		);
		await this.untilSocketsAre(0);
		const isIdle = await this.until(CLOSE_MS, () => this.timers.every(({ size }) => size === 0));
		if (!isIdle) throw new SoakFailure('growth', 'timers wait on after all triggers were closed');
		const { webSockets } = await this.host.measure();
		if (webSockets > 0) {
			throw new SoakFailure(
				'growth',
				`${webSockets} WebSockets are left of triggers that were closed`,
			);
		}
		const executions = await deployment.executionsByKey();
		for (const lane of this.lanes) lane.check(executions);
		this.growth.check();
		this.host.stop();
	}

	/** @returns whether it held in time, and the soak has not ended */
	private async until(limitMs: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
		const deadline = performance.now() + limitMs;
		while (performance.now() < deadline && !this.verdict.ended.aborted) {
			if (await holds()) return true;
			await sleep(POLL_MS);
		}
		return false;
	}
}
