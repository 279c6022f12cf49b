import { sleep, type IDataObject, type INodeType } from 'n8n-workflow';
import type { EmbeddedDeployment } from '../../emulator/client';
import type { FaultEffect } from '../../emulator/faults';
import { adminRequests } from '../support/importRequests';
import { following, PollingWorkflow, type HostKind } from '../support/polls';
import { Random } from './random';
import { SoakFailure, type Verdict } from './verdict';

const TABLES = ['entries', 'ledgers'];

const MAX_PAUSE_MS = 1_500;

const RESTARTS = 0.1;
const EXPIRIES = 0.02;
const FAULTS = 0.2;

/** What a poll shows while the deployment is away, or answers with a fault. */
const EXPECTED_FAILURE =
	/connection|refused|cut off|HTTP status 50|not a Convex answer|Your request couldn't be completed/i;

/** What happens to a request of the feed. */
const FEED_FAULTS: FaultEffect[] = [
	{ kind: 'dropBefore' },
	{ kind: 'dropAfter' },
	{ kind: 'resetAfter' },
	{ kind: 'cut' },
	{ kind: 'truncate' },
	{ kind: 'delay', ms: 300 },
	{ kind: 'serverError', status: 503 },
];

/** Small pages and executions, so that nothing is read at once. */
const PAGE_SIZE = 20;
const MAX_ITEMS = 50;

/** What the deployment keeps of the past, for all who follow it. */
export class History {
	expiries = 0;

	constructor(private readonly deployment: EmbeddedDeployment) {}

	async expire(): Promise<void> {
		this.expiries += 1;
		await this.deployment.forgetHistory();
	}
}

/**
 * A workflow with a Convex Document Trigger that keeps a copy of two tables, in an n8n that polls, and is
 * restarted with what its database has. In calm moments its copy is what the tables are.
 */
export class FollowingWorkflow {
	changes = 0;

	starts = 0;

	private readonly copy = new Map<string, unknown>();

	/** What may have been deleted without a word, while a position was too old. */
	private readonly uncertain = new Set<string>();

	/** As of which expiry that is so. */
	private knownExpiries = 0;

	private readonly random: Random;

	private readonly admin;

	private workflow: PollingWorkflow;

	private running: Promise<void> = Promise.resolve();

	private resting = new AbortController();

	constructor(
		private readonly deployment: EmbeddedDeployment,
		private readonly history: History,
		nodeType: INodeType,
		private readonly host: HostKind,
		seed: number,
		private readonly verdict: Verdict,
	) {
		this.random = new Random(seed, `following ${host}`);
		this.admin = adminRequests(() => deployment);
		const { url, deployKey } = deployment;
		this.workflow = new PollingWorkflow({
			credential: { deploymentUrl: url, authentication: 'deployKey', token: deployKey },
			parameters: following(TABLES, {
				startFrom: 'beginning',
				options: { maxItems: MAX_ITEMS },
			}),
			nodeType,
			host,
			workflowId: `following ${host}`,
		});
	}

	async activate(): Promise<void> {
		await this.deployment.setExportPageSizes({ dataSync: PAGE_SIZE });
		await this.takeFrom(async () => await this.activated());
	}

	start(): void {
		this.resting = new AbortController();
		const ended = AbortSignal.any([this.resting.signal, this.verdict.ended]);
		this.running = this.follow(ended).catch((error: unknown) => this.verdict.fail(error));
	}

	/** Resolves when no poll is in progress. */
	async rest(): Promise<void> {
		this.resting.abort();
		await this.running;
	}

	/** Polls until nothing is left. @throws SoakFailure where the copy is another one than the tables */
	async settle(): Promise<void> {
		while (!this.verdict.ended.aborted) {
			const items = await this.poll();
			if (items === undefined && this.workflow.failures.length === 0) break;
		}
		const documents = new Map<string, unknown>();
		for (const table of TABLES) {
			for (const row of await this.admin.documents(table)) {
				documents.set(String(row._id), row.revision);
			}
		}
		for (const [id, revision] of documents) {
			if (this.copy.get(id) === revision) continue;
			throw new SoakFailure(
				'lost',
				`the document ${id} has revision ${String(revision)}; the workflow that follows (${this.host}) was told ${String(this.copy.get(id))}`,
			);
		}
		for (const id of this.copy.keys()) {
			if (documents.has(id) || this.uncertain.has(id)) continue;
			throw new SoakFailure('lost', `the workflow (${this.host}) was not told that ${id} is gone`);
		}
	}

	async deactivate(): Promise<void> {
		await this.workflow.deactivate();
	}

	private async follow(ended: AbortSignal): Promise<void> {
		while (!ended.aborted) {
			if (this.random.chance(FAULTS)) await this.addFault();
			if (this.random.chance(EXPIRIES)) await this.history.expire();
			if (this.random.chance(RESTARTS)) await this.restart();
			await this.poll();
			await sleep(this.random.whole(0, MAX_PAUSE_MS));
		}
	}

	private async addFault(): Promise<void> {
		const effect = this.random.pick(FEED_FAULTS.map((choice) => ({ weight: 1, choice })));
		const times = this.random.whole(1, 3);
		await this.deployment.addFault({ ...effect, path: '/data/sync', times });
	}

	private async restart(): Promise<void> {
		const before = this.workflow;
		await before.deactivate();
		this.workflow = before.restarted();
		await this.takeFrom(async () => await this.activated());
	}

	private async activated(): Promise<IDataObject[]> {
		await this.workflow.activate();
		return this.workflow.starts.flat();
	}

	private async poll(): Promise<IDataObject[] | undefined> {
		this.workflow.failures.length = 0;
		const items = await this.takeFrom(async () => await this.workflow.poll());
		for (const { message } of this.workflow.failures) {
			if (EXPECTED_FAILURE.test(message)) continue;
			throw new SoakFailure('unexpected', `a poll (${this.host}) failed: ${message}`);
		}
		return items;
	}

	/** The first poll that begins behind an expiry passes on what it reads before it meets it, too. */
	private async takeFrom<Items extends IDataObject[] | undefined>(
		poll: () => Promise<Items>,
	): Promise<Items> {
		const { expiries } = this.history;
		const items = await poll();
		this.take(items ?? []);
		if (this.knownExpiries !== this.history.expiries) {
			for (const id of this.copy.keys()) this.uncertain.add(id);
		}
		this.knownExpiries = expiries;
		return items;
	}

	private take(items: IDataObject[]): void {
		if (items.length === 0) return;
		this.starts += 1;
		this.changes += items.length;
		for (const { change, id, document } of items) {
			this.uncertain.delete(String(id));
			if (change === 'deleted') this.copy.delete(String(id));
			else this.copy.set(String(id), Object(document).revision);
		}
	}
}
