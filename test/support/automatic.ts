import { sleep, type IExecuteFunctions, type INodeType } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import { runAutomatic } from '../../nodes/Convex/actions/calls/automaticDelivery';
import { CallRunner, type CallSource } from '../../nodes/Convex/actions/calls/callRunner';
import { ItemChunks } from '../../nodes/Convex/actions/calls/itemChunks';
import { ItemResults } from '../../nodes/Convex/actions/itemResults';
import type { SessionOperation } from '../../nodes/Convex/convex/functions/functionCall';
import { ItemCallers } from '../../nodes/Convex/transport/itemCallers';
import { calling, type ConvexRunOptions } from './convexNode';
import type { DeploymentUse } from './embeddedDeployment';
import { SyncGate, type GateBehaviour } from './syncGate';
import { until } from './waiting';

/** A mutation that notes each item's key in a list, with the default delivery unless another is given. */
export function notingKeys(options: Parameters<typeof calling>[3] = {}) {
	return calling('mutation', 'counters:add', '={{ { name: "list", key: $json.key } }}', options);
}

/**
 * The Convex node with automatic delivery that waits this long for a lost connection, or a first one. With
 * 'Many Items at Once' it does not look whether there are enough calls.
 */
export function automaticWithTimeouts(
	operation: SessionOperation,
	limitMs: number,
	openingMs = limitMs,
): INodeType {
	const thresholds = { firstCheckMs: limitMs, prolongedMs: limitMs, openingMs };
	return Object.assign(new Convex(), {
		async execute(this: IExecuteFunctions) {
			const items = new ItemResults(this, 'function', operation);
			const run = new CallRunner(this, items, await ItemCallers.open(this), operation);
			await runAutomatic(run, operation, thresholds, await callsOf(run));
			return [items.output()];
		},
	});
}

async function callsOf(run: CallRunner): Promise<CallSource> {
	if (run.options.itemsPerCall === undefined) return run;
	const chunks = new ItemChunks(run);
	await chunks.readAhead();
	return chunks;
}

/** Runs the node behind a gate, where it can be seen how calls travel. */
type RunBehindGate = (
	options: Omit<ConvexRunOptions, 'credential'>,
	behaviour: GateBehaviour,
) => Promise<{ gate: SyncGate; running: ReturnType<DeploymentUse['run']> }>;

/** Gives a way to run the node behind a gate, for a test file. */
export function useGate(use: DeploymentUse): RunBehindGate {
	let gate: SyncGate | undefined;
	afterEach(async () => {
		await gate?.stop();
		gate = undefined;
	});
	return async (options, behaviour) => {
		gate = await SyncGate.inFrontOf(use.deployment.url, behaviour);
		const credential = { ...use.credential, deploymentUrl: gate.url };
		return { gate, running: use.run({ ...options, credential }) };
	};
}

/** Expects that so many calls are in flight while no answer comes, and cancels the run. */
export async function expectInFlight(
	behindGate: RunBehindGate,
	options: Omit<ConvexRunOptions, 'credential'>,
	inFlight: number,
): Promise<void> {
	const cancel = new AbortController();
	const { gate, running } = await behindGate({ ...options, cancelSignal: cancel.signal }, 'hold');
	await until(() => gate.calls >= inFlight);
	await sleep(200);
	expect(gate.calls).toBe(inFlight);
	cancel.abort();
	await running.catch(() => undefined);
}
