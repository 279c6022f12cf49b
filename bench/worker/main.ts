/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { prepareContender } from '../contenders';
import type { ContenderName } from '../contenders/names';
import type { Job, WorkerMessage } from '../measurement';
import { makeItems } from './items';
import { PeakMemory } from './memory';
import { MeasuredWorkflow } from './measuredWorkflow';
import { startExpressionEngine } from './expressionEngine';

/**
 * n8n runs for months, so its code is warm. What waits for each call's answer warms up with few. With
 * many more, the warm-up would leave the memory behind that the run is to be measured by.
 */
const WARM_UP_ITEMS = 1000;
const WARM_UP_ITEMS_ONE_BY_ONE = 20;
const ONE_BY_ONE = new Set<ContenderName>([
	'convexHttpClientLoop',
	'loopWithHttpRequest',
	'loopWithCode',
]);
/** Before a single item is measured: every contender has sent as many requests then. */
const WARM_UP_RUNS_OF_ONE = 200;

/**
 * One contender in n8n's engine, in a process of its own: warms up, says that it is ready, and then
 * measures a run whenever the parent says so.
 */
async function main(): Promise<void> {
	const job: Job = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	const workflow = await MeasuredWorkflow.of(await prepareContender(job));
	await warmUp(workflow, job);
	const items = makeItems(job.load.items);
	const memory = new PeakMemory();
	process.on('message', () => void measure(workflow, items, memory).then(send, fail));
	await memory.start();
	send({ type: 'ready' });
}

async function warmUp(workflow: MeasuredWorkflow, { contender, load }: Job): Promise<void> {
	if (load.items === 1) {
		for (let run = 0; run < WARM_UP_RUNS_OF_ONE; run++) await workflow.run(makeItems(1));
		return;
	}
	const isOneByOne = ONE_BY_ONE.has(contender) || load.concurrency === 1;
	await workflow.run(makeItems(isOneByOne ? WARM_UP_ITEMS_ONE_BY_ONE : WARM_UP_ITEMS));
}

async function measure(
	workflow: MeasuredWorkflow,
	items: ReturnType<typeof makeItems>,
	memory: PeakMemory,
): Promise<WorkerMessage> {
	const { output, wallTimeMs } = await workflow.run(items);
	if (output.length !== items.length) {
		return { type: 'failed', reason: `${output.length} results of ${items.length} items` };
	}
	return { type: 'done', wallTimeMs, peakMemoryBytes: memory.bytesOverIdle() };
}

function send(message: WorkerMessage): void {
	process.send?.(message);
}

function fail(error: unknown): void {
	send({ type: 'failed', reason: String(error) });
}

main().catch(fail);
