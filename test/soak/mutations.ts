import { sleep } from 'n8n-workflow';
import type { EmbeddedDeployment } from '../../emulator/client';
import type { ExecutionsByKey } from '../../emulator/executionCounts';
import type { LoadedPackage } from '../support/builtPackage';
import {
	nodeAt,
	outputsOf,
	passThroughNode,
	runWorkflow,
	type Installation,
} from '../support/engine';
import { openHttp } from '../support/syncClients';
import { Random } from './random';
import { SoakFailure, type Verdict } from './verdict';

/** Entries of a ledger come and go under these numbers. */
const NUMBERS = 60;

const REMOVALS = 0.3;

const MAX_PAUSE_MS = 40;
const PAUSE_AFTER_FAILURE_MS = 200;
const MAX_BURST = 8;
const MAX_SESSION_ITEMS = 40;
const MAX_SESSION_PAUSE_MS = 800;

interface Mutation {
	path: 'ledger:write' | 'ledger:remove';
	args: { ledger: string; number: number; key: string };
}

interface SentMutation {
	number: number;
	mutation: Mutation;
}

/** How often a mutation may have been run: `answered` exactly once, `refused` never, `unknown` once at most. */
type Fate = 'answered' | 'refused' | 'unknown';

/** Sends one mutation after another, and remembers what is known of each. */
abstract class Lane {
	sent = 0;

	private readonly random: Random;

	/** Of the few that have no answer. */
	private readonly others = new Map<number, Fate>();

	private running: Promise<void> = Promise.resolve();

	private resting = new AbortController();

	constructor(
		private readonly name: string,
		private readonly ledger: string,
		seed: number,
		private readonly verdict: Verdict,
	) {
		this.random = new Random(seed, name);
	}

	get unanswered(): number {
		return this.others.size;
	}

	start(): void {
		this.resting = new AbortController();
		const ended = AbortSignal.any([this.resting.signal, this.verdict.ended]);
		this.running = this.send(ended).catch((error: unknown) => this.verdict.fail(error));
	}

	/** Resolves when none is in flight. */
	async rest(): Promise<void> {
		this.resting.abort();
		await this.running;
	}

	/** @throws SoakFailure for one that ran twice, or did not run, or did although it was refused */
	check(executions: ExecutionsByKey): void {
		for (let number = 1; number <= this.sent; number++) {
			const key = this.keyOf(number);
			const times =
				(executions['ledger:write']?.[key] ?? 0) + (executions['ledger:remove']?.[key] ?? 0);
			const fate = this.others.get(number) ?? 'answered';
			const isRight = fate === 'unknown' ? times <= 1 : times === (fate === 'answered' ? 1 : 0);
			if (isRight) continue;
			throw new SoakFailure(
				times > 1 ? 'twice' : 'lost',
				`mutation '${key}', whose outcome was '${fate}', ran ${times} times`,
			);
		}
	}

	protected abstract sendSome(random: Random): Promise<void>;

	protected nextMutation(random: Random): SentMutation {
		this.sent += 1;
		return {
			number: this.sent,
			mutation: {
				path: random.chance(REMOVALS) ? 'ledger:remove' : 'ledger:write',
				args: {
					ledger: this.ledger,
					number: random.whole(1, NUMBERS),
					key: this.keyOf(this.sent),
				},
			},
		};
	}

	protected noteFate(number: number, fate: Fate): void {
		if (fate !== 'answered') this.others.set(number, fate);
	}

	private keyOf(number: number): string {
		return `${this.name} ${number}`;
	}

	private async send(ended: AbortSignal): Promise<void> {
		while (!ended.aborted) await this.sendSome(this.random);
	}
}

/** Over HTTP, with Convex's own client, one by one or some at once. */
export class HttpLane extends Lane {
	private readonly http: ReturnType<typeof openHttp>;

	constructor(url: string, ledger: string, seed: number, verdict: Verdict) {
		super(`HTTP to ${ledger}`, ledger, seed, verdict);
		this.http = openHttp(url);
	}

	protected async sendSome(random: Random): Promise<void> {
		const burst = random.chance(0.1) ? random.whole(2, MAX_BURST) : 1;
		const mutations = Array.from({ length: burst }, () => this.nextMutation(random));
		const fates = await Promise.all(mutations.map(async (mutation) => await this.call(mutation)));
		const pauseMs = random.whole(0, MAX_PAUSE_MS);
		await sleep(fates.includes('answered') ? pauseMs : PAUSE_AFTER_FAILURE_MS);
	}

	private async call({ number, mutation: { path, args } }: SentMutation): Promise<Fate> {
		let fate: Fate = 'answered';
		try {
			await this.http.mutation(path, args);
		} catch (error) {
			fate = String(error).includes('is paused') ? 'refused' : 'unknown';
		}
		this.noteFate(number, fate);
		return fate;
	}
}

/** How a node of the soak delivers its items. */
export interface NodeDelivery {
	name: string;
	delivery: 'session' | 'auto';
	onError: 'stopWorkflow' | 'continueErrorOutput';
}

export const NODE_DELIVERIES: NodeDelivery[] = [
	{ name: 'session', delivery: 'session', onError: 'continueErrorOutput' },
	{ name: 'automatic', delivery: 'auto', onError: 'continueErrorOutput' },
	{ name: 'automatic in steps', delivery: 'auto', onError: 'stopWorkflow' },
];

/** The items of one run of the Convex node after another. */
export class NodeLane extends Lane {
	private readonly installation: Installation;

	constructor(
		deployment: EmbeddedDeployment,
		{ nodeTypes, credentialTypes }: LoadedPackage,
		readonly delivery: NodeDelivery,
		ledger: string,
		seed: number,
		verdict: Verdict,
	) {
		super(`${delivery.name} to ${ledger}`, ledger, seed, verdict);
		const { url, deployKey } = deployment;
		this.installation = {
			nodeTypes: { ...nodeTypes, 'test.passThrough': passThroughNode('passThrough') },
			credentialTypes,
			credentials: {
				convexApi: { deploymentUrl: url, authentication: 'deployKey', token: deployKey },
			},
		};
	}

	protected async sendSome(random: Random): Promise<void> {
		const count = random.whole(1, MAX_SESSION_ITEMS);
		const mutations = Array.from({ length: count }, () => this.nextMutation(random));
		const { run } = await runWorkflow(this.installation, {
			name: 'lane',
			nodes: [nodeAt('Start', 'test.passThrough'), nodeThatDelivers(this.delivery)],
			connections: { Start: { main: [[{ node: 'Convex', type: 'main', index: 0 }]] } },
			pinData: { Start: mutations.map(({ mutation }) => ({ json: { ...mutation } })) },
		});
		const { error } = run.data.resultData;
		if (error !== undefined && this.delivery.onError === 'stopWorkflow') {
			this.noteStopped(mutations, error);
			await sleep(PAUSE_AFTER_FAILURE_MS);
			return;
		}
		const [success = [], failed = []] = outputsOf(run, 'Convex');
		if (success.length + failed.length !== count) {
			throw new SoakFailure(
				'lost',
				`${count} items were delivered (${this.delivery.name}), ${success.length + failed.length} came out: ${error?.message}`,
			);
		}
		let revision = 0;
		for (const { json } of success) {
			if (Number(json.value) < revision) {
				throw new SoakFailure('unexpected', `items ran out of order (${this.delivery.name})`);
			}
			revision = Number(json.value);
		}
		for (const { json, pairedItem } of failed) this.noteFailed(mutations, json, pairedItem);
		await sleep(random.whole(0, MAX_SESSION_PAUSE_MS));
	}

	/** Nothing behind the item that stopped the node may have run. */
	private noteStopped(mutations: SentMutation[], error: unknown): void {
		const { itemIndex, data } = Object(Object(error).context);
		// One that is not an item's own concerns all of them: none was sent.
		const stoppedAt = itemIndex === undefined ? 0 : Number(itemIndex);
		for (const [index, { number }] of mutations.entries()) {
			if (index < stoppedAt) continue;
			const isUnknown = index === stoppedAt && Object(data).outcome === 'unknown';
			this.noteFate(number, isUnknown ? 'unknown' : 'refused');
		}
	}

	private noteFailed(
		mutations: SentMutation[],
		{ error, details }: { error?: unknown; details?: unknown },
		pairedItem: unknown,
	): void {
		const { outcome } = Object(details);
		const { item } = Object(pairedItem);
		const number = mutations[Number(item)]?.number;
		if (number === undefined) throw new Error(`an item without a pair: ${String(error)}`);
		this.noteFate(number, outcome === 'unknown' ? 'unknown' : 'refused');
	}
}

function nodeThatDelivers({ delivery, onError }: NodeDelivery) {
	return nodeAt('Convex', 'n8n-nodes-convex.convex', {
		onError,
		credentials: { convexApi: { id: '1', name: 'Convex' } },
		parameters: {
			operation: 'mutation',
			functionPath: { __rl: true, mode: 'path', value: '={{ $json.path }}' },
			argumentsMode: 'json',
			argumentsJson: '={{ $json.args }}',
			options: { delivery },
		},
	});
}
