/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { builtConvexNode } from '../contenders/convexNode';
import { startExpressionEngine } from '../worker/expressionEngine';
import { MeasuredWorkflow } from '../worker/measuredWorkflow';
import { machineTimeMs } from './clock';
import type { WaitJob, WaitMessage } from './messages';

/** Each item has a page of a length of its own, so that no two share a query. */
const ARGUMENTS =
	'={{ { group: $json.group, paginationOpts: { numItems: $json.size, cursor: null } } }}';

/** A node in n8n's engine whose items wait for a result whenever the parent says so. */
async function main(): Promise<void> {
	const job: WaitJob = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	const workflow = await workflowFor(job);
	process.on('message', (group) => {
		wait(workflow, job.items, String(group)).then(send, fail);
	});
	send({ type: 'ready' });
}

async function workflowFor({ items, credential }: WaitJob): Promise<MeasuredWorkflow> {
	const { nodeType, credentialTypes } = await builtConvexNode();
	return await MeasuredWorkflow.of({
		nodeType,
		parameters: {
			resource: 'function',
			operation: 'waitForResult',
			functionPath: { __rl: true, mode: 'path', value: 'documents:page' },
			argumentsMode: 'json',
			argumentsJson: ARGUMENTS,
			waitUntil: 'notEmpty',
			options: { concurrency: items },
		},
		credentialTypes,
		credentials: { convexApi: credential },
	});
}

async function wait(
	workflow: MeasuredWorkflow,
	count: number,
	group: string,
): Promise<WaitMessage> {
	const items = Array.from({ length: count }, (_, index) => ({ json: { group, size: index + 1 } }));
	const { output } = await workflow.run(items);
	const endedAtMs = machineTimeMs();
	if (output.length === count) return { type: 'ended', endedAtMs };
	throw new Error(`${output.length} results of ${count} items`);
}

function send(message: WaitMessage): void {
	process.send?.(message);
}

function fail(error: unknown): void {
	send({ type: 'failed', reason: String(error) });
}

main().catch(fail);
