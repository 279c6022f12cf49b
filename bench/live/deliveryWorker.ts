/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { INodeParameters } from 'n8n-workflow';
import { outputsOf } from '../../test/support/engine';
import { builtConvexNode } from '../contenders/convexNode';
import { startExpressionEngine } from '../worker/expressionEngine';
import { MeasuredWorkflow } from '../worker/measuredWorkflow';
import { ADD, additionsOf, type Addition } from './additions';
import type { DeliveryJob, DeliveryMessage, DeliveryName } from './messages';

const WARM_UP_MUTATIONS = 20;
const WARM_UP_RUN = 0;

const OPTIONS: Record<DeliveryName, INodeParameters> = {
	oneByOne: {},
	concurrent: { concurrency: 10 },
	session: { delivery: 'session' },
};

/** This package's node in n8n's engine, which delivers mutations whenever the parent says so. */
async function main(): Promise<void> {
	const job: DeliveryJob = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	const { nodeType, credentialTypes } = await builtConvexNode();
	const workflow = new MeasuredWorkflow({
		nodeType,
		parameters: {
			resource: 'function',
			operation: 'mutation',
			functionPath: { __rl: true, mode: 'path', value: ADD },
			argumentsMode: 'item',
			options: OPTIONS[job.delivery],
		},
		credentialTypes,
		credentials: { convexApi: job.credential },
	});
	await deliver(workflow, additionsOf(WARM_UP_RUN, WARM_UP_MUTATIONS));
	process.on('message', (run) => {
		deliver(workflow, additionsOf(Number(run), job.mutations)).then(send, fail);
	});
	send({ type: 'ready' });
}

async function deliver(
	workflow: MeasuredWorkflow,
	additions: Addition[],
): Promise<DeliveryMessage> {
	const { run, wallTimeMs } = await workflow.run(additions.map((json) => ({ json })));
	const failure = run.data.resultData.error;
	if (failure !== undefined) throw new Error(failure.message);
	const results = outputsOf(run, MeasuredWorkflow.NODE)[0]?.length ?? 0;
	if (results === additions.length) return { type: 'done', wallTimeMs };
	throw new Error(`${results} results of ${additions.length} items`);
}

function send(message: DeliveryMessage): void {
	process.send?.(message);
}

function fail(error: unknown): void {
	send({ type: 'failed', reason: String(error) });
}

main().catch(fail);
