import { sleep, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';
import type { EmbeddedDeployment } from '../../emulator/client';
import type { LoadedPackage } from '../support/builtPackage';
import {
	nodeAt,
	outputsOf,
	passThroughNode,
	runWorkflow,
	type Installation,
} from '../support/engine';
import { Lane, PAUSE_AFTER_FAILURE_MS, type SentMutation } from './mutations';
import type { Random } from './random';
import { SoakFailure, type Verdict } from './verdict';

const MAX_ITEMS = 40;
const MAX_PAUSE_MS = 800;

/** So few that a run has up to 20 calls: automatically, ten share a live connection. */
const ITEMS_PER_CALL = 2;

/** How a node of the soak delivers its items. */
export interface NodeDelivery {
	name: string;
	delivery: 'session' | 'auto';
	onError: 'stopWorkflow' | 'continueErrorOutput';
	callFor: 'eachItem' | 'manyItems';
}

export const NODE_DELIVERIES: NodeDelivery[] = [
	{ name: 'session', delivery: 'session', onError: 'continueErrorOutput', callFor: 'eachItem' },
	{ name: 'automatic', delivery: 'auto', onError: 'continueErrorOutput', callFor: 'eachItem' },
	{ name: 'automatic in steps', delivery: 'auto', onError: 'stopWorkflow', callFor: 'eachItem' },
	{ name: 'many items', delivery: 'session', onError: 'continueErrorOutput', callFor: 'manyItems' },
	{
		name: 'many items ahead',
		delivery: 'auto',
		onError: 'continueErrorOutput',
		callFor: 'manyItems',
	},
	{ name: 'many items in steps', delivery: 'auto', onError: 'stopWorkflow', callFor: 'manyItems' },
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
		const count = random.whole(1, MAX_ITEMS);
		const mutations = Array.from({ length: count }, () => this.nextMutation(random));
		const { run } = await runWorkflow(this.installation, {
			name: 'lane',
			nodes: [nodeAt('Start', 'test.passThrough'), nodeThatDelivers(this.delivery)],
			connections: { Start: { main: [[{ node: 'Convex', type: 'main', index: 0 }]] } },
			pinData: { Start: mutations.map((sent) => this.itemOf(sent)) },
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
		this.checkValues(mutations, success);
		for (const { json, pairedItem } of failed) this.noteFailed(mutations, json, pairedItem);
		await sleep(random.whole(0, MAX_PAUSE_MS));
	}

	private itemOf({ mutation }: SentMutation): INodeExecutionData {
		const { path, args } = mutation;
		return { json: this.delivery.callFor === 'manyItems' ? { key: args.key } : { path, args } };
	}

	/** A ledger's revision grows with each mutation, and a call for many items gives back their keys. */
	private checkValues(mutations: SentMutation[], success: INodeExecutionData[]): void {
		const { name, callFor } = this.delivery;
		let revision = 0;
		for (const { json, pairedItem } of success) {
			if (callFor === 'manyItems') {
				if (json.value === sentAs(mutations, pairedItem).mutation.args.key) continue;
				throw new SoakFailure('unexpected', `an item got the value of another (${name})`);
			}
			if (Number(json.value) < revision) {
				throw new SoakFailure('unexpected', `items ran out of order (${name})`);
			}
			revision = Number(json.value);
		}
	}

	/** Nothing behind the call that stopped the node may have run. */
	private noteStopped(mutations: SentMutation[], error: unknown): void {
		const { itemIndex, data } = Object(Object(error).context);
		const { outcome, callItems = 1 } = notRefused(data);
		// One that is not an item's own concerns all of them: none was sent.
		const stoppedAt = itemIndex === undefined ? 0 : Number(itemIndex);
		for (const [index, { number }] of mutations.entries()) {
			if (index < stoppedAt) continue;
			const isOfCall = index < stoppedAt + Number(callItems);
			this.noteFate(number, isOfCall && outcome === 'unknown' ? 'unknown' : 'refused');
		}
	}

	private noteFailed(
		mutations: SentMutation[],
		{ details }: { details?: unknown },
		pairedItem: unknown,
	): void {
		const { outcome } = notRefused(details);
		const { number } = sentAs(mutations, pairedItem);
		this.noteFate(number, outcome === 'unknown' ? 'unknown' : 'refused');
	}
}

/** Details of a failure. One that the node sees in the input itself would hide that nothing was sent. */
function notRefused(details: unknown): { outcome?: unknown; callItems?: unknown } {
	const known = Object(details);
	if (known.kind !== 'input') return known;
	throw new SoakFailure('unexpected', `the node refused an item: ${JSON.stringify(details)}`);
}

/** The mutation of an output item. */
function sentAs(mutations: SentMutation[], pairedItem: unknown): SentMutation {
	const sent = mutations[Number(Object(pairedItem).item)];
	if (sent === undefined) throw new Error(`an item is paired with ${JSON.stringify(pairedItem)}`);
	return sent;
}

function nodeThatDelivers({ name, delivery, onError, callFor }: NodeDelivery) {
	return nodeAt('Convex', 'n8n-nodes-convex.convex', {
		onError,
		credentials: { convexApi: { id: '1', name: 'Convex' } },
		parameters: {
			operation: 'mutation',
			callFor,
			argumentsMode: 'json',
			...(callFor === 'manyItems' ? inLists(name) : EACH_ITEM),
			options: { delivery },
		},
	});
}

const EACH_ITEM: INodeParameters = {
	functionPath: { __rl: true, mode: 'path', value: '={{ $json.path }}' },
	argumentsJson: '={{ $json.args }}',
};

function inLists(name: string): INodeParameters {
	return {
		functionPath: { __rl: true, mode: 'path', value: 'counters:addMany' },
		listArgument: { __rl: true, mode: 'name', value: 'keys' },
		itemsPerCall: ITEMS_PER_CALL,
		argumentsJson: '={{ JSON.stringify($json.key) }}',
		sharedArguments: JSON.stringify({ name }),
	};
}
