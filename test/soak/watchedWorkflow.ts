import { sleep, type IDataObject, type INodeType, type WorkflowActivateMode } from 'n8n-workflow';
import type { CredentialValues } from '../support/engine';
import { ActiveTrigger, watching, type Start } from '../support/triggers';
import type { ChangeVerifier } from './changeVerifier';
import { SoakFailure, type Verdict } from './verdict';

/** n8n's own pauses before its attempts to activate a trigger. */
const ACTIVATION_PAUSES_MS = [0, 1_000, 2_000, 4_000, 8_000];

/** n8n starts no workflow twice with one key; a key that came long ago does not come by chance. */
const REMEMBERED_KEYS = 500;

/** What a trigger is expected to report: that the query does not run while the deployment is paused. */
const EXPECTED_FAILURE = /while this deployment is paused/;

export interface WatchedWorkflowOptions {
	name: string;
	ledger: string;
	query: 'ledger:head' | 'ledger:list';
	/** The field that tells documents apart; undefined to watch the result. */
	keyField?: string;
	credential: CredentialValues;
	nodeType: INodeType;
	verifier: ChangeVerifier;
	verdict: Verdict;
}

/** A workflow with a Convex Trigger, in an n8n that is restarted from time to time. */
export class WatchedWorkflow {
	starts = 0;

	reportedFailures = 0;

	/** It cannot know what happens: the network carries nothing, and nobody told it. */
	isDeaf = false;

	private trigger: ActiveTrigger | undefined;

	private hasStartedSinceRestart = true;

	private hasReported = false;

	private isRestarting = false;

	private readonly keys: string[] = [];

	constructor(private readonly options: WatchedWorkflowOptions) {}

	get name(): string {
		return this.options.name;
	}

	get ledger(): string {
		return this.options.ledger;
	}

	get verifier(): ChangeVerifier {
		return this.options.verifier;
	}

	get canRestart(): boolean {
		return !this.isDeaf && !this.isRestarting;
	}

	/** Whether it was told of everything up to this revision. */
	knows(revision: number): boolean {
		return !this.isRestarting && this.verifier.revision >= revision;
	}

	async activate(): Promise<void> {
		await this.activateAs('activate');
	}

	async deactivate(): Promise<void> {
		const { trigger } = this;
		this.trigger = undefined;
		await trigger?.deactivate();
	}

	/** n8n is down for a while, and activates the workflow with what its database has. */
	async restart(downMs: number, mode: WorkflowActivateMode): Promise<void> {
		this.isRestarting = true;
		const { trigger } = this;
		await this.deactivate();
		await sleep(downMs);
		this.hasStartedSinceRestart = false;
		this.hasReported = false;
		await this.activateAs(mode, trigger);
		this.isRestarting = false;
	}

	private async activateAs(mode: WorkflowActivateMode, before?: ActiveTrigger): Promise<void> {
		const trigger = this.triggerAs(mode, before?.savedStaticData ?? {});
		this.trigger = trigger;
		let failure: unknown;
		for (const pauseMs of ACTIVATION_PAUSES_MS) {
			await sleep(pauseMs);
			failure = undefined;
			await trigger.activate().catch((error: unknown) => (failure = error));
			if (failure === undefined) return;
		}
		throw new SoakFailure(
			'unexpected',
			`workflow '${this.name}' could not be activated: ${String(failure)}`,
		);
	}

	private triggerAs(mode: WorkflowActivateMode, staticData: IDataObject): ActiveTrigger {
		const { credential, nodeType, name, query, ledger, keyField } = this.options;
		const changes = keyField === undefined ? {} : { emit: 'changes', keyField };
		const trigger: ActiveTrigger = new ActiveTrigger({
			credential,
			nodeType,
			mode,
			workflowId: name,
			parameters: watching(query, { ledger }, changes),
			staticData,
			listener: {
				started: (start) => this.guard(() => this.started(trigger, start)),
				failed: ({ message }) => this.guard(() => this.failed(trigger, message)),
				ended: ({ message }) => this.guard(() => this.ended(message)),
			},
		});
		return trigger;
	}

	private started(trigger: ActiveTrigger, { items, deduplicationKey = '' }: Start): void {
		if (trigger !== this.trigger) {
			throw new SoakFailure('twice', 'it was started by a trigger that was closed before');
		}
		this.starts += 1;
		if (this.keys.includes(deduplicationKey)) {
			throw new SoakFailure('lost', 'n8n would skip a start whose key it has seen before');
		}
		this.keys.push(deduplicationKey);
		if (this.keys.length > REMEMBERED_KEYS) this.keys.shift();
		this.checkRecovery(items);
		const mayCatchUp = !this.hasStartedSinceRestart;
		this.hasStartedSinceRestart = true;
		this.verifier.take(items, mayCatchUp);
	}

	/** What was reported is over: the next start says so, and only that one. */
	private checkRecovery(items: IDataObject[]): void {
		const saysSo = items.some(({ recovered }) => recovered !== undefined);
		if (saysSo !== this.hasReported) {
			const what = saysSo ? 'without' : 'not told, after';
			throw new SoakFailure('unexpected', `the end of a failure: ${what} a failed execution`);
		}
		this.hasReported = false;
	}

	private failed(trigger: ActiveTrigger, message: string): void {
		if (trigger !== this.trigger || !EXPECTED_FAILURE.test(message)) {
			throw new SoakFailure('unexpected', `it reported: ${message}`);
		}
		this.reportedFailures += 1;
		this.hasReported = true;
	}

	private ended(message: string): void {
		throw new SoakFailure('unexpected', `its trigger ended: ${message}`);
	}

	/** What is thrown here must not reach the trigger. */
	private guard(step: () => void): void {
		try {
			step();
		} catch (thrown) {
			this.options.verdict.fail(thrown, `workflow '${this.name}'`);
		}
	}
}
