/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { INode, INodeParameters } from 'n8n-workflow';
import { outputsOf } from '../../test/support/engine';
import type { Contender } from '../contenders/contender';
import { builtConvexNode } from '../contenders/convexNode';
import { httpRequestNodeFor, oneByOne } from '../contenders/httpRequestNode';
import { startExpressionEngine } from '../worker/expressionEngine';
import { MeasuredWorkflow } from '../worker/measuredWorkflow';
import { ADD, additionsOf, type Addition } from './additions';
import type { DeliveryJob, DeliveryMessage, DeliveryName } from './messages';

const WARM_UP_MUTATIONS = 20;
const WARM_UP_RUN = 0;

type OwnDelivery = Exclude<DeliveryName, 'httpRequest' | 'httpRequestOneByOne'>;

const OPTIONS: Record<OwnDelivery, INodeParameters> = {
	automatic: {},
	automaticContinuing: {},
	oneByOne: { delivery: 'http' },
	concurrent: { concurrency: 10 },
	session: { delivery: 'session' },
};

const SETTINGS: Partial<Record<DeliveryName, Partial<INode>>> = {
	automaticContinuing: { onError: 'continueRegularOutput' },
};

/** A node in n8n's engine, which delivers mutations whenever the parent says so. */
async function main(): Promise<void> {
	const job: DeliveryJob = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	const workflow = new MeasuredWorkflow(await contenderFor(job), SETTINGS[job.delivery]);
	await deliver(workflow, additionsOf(WARM_UP_RUN, WARM_UP_MUTATIONS));
	process.on('message', (run) => {
		deliver(workflow, additionsOf(Number(run), job.mutations)).then(send, fail);
	});
	send({ type: 'ready' });
}

async function contenderFor({ delivery, credential }: DeliveryJob): Promise<Contender> {
	if (delivery === 'httpRequest' || delivery === 'httpRequestOneByOne') {
		const url = `${String(credential.deploymentUrl)}/api/mutation`;
		const body = `={{ JSON.stringify({ path: '${ADD}', args: $json, format: 'json' }) }}`;
		const contender = await httpRequestNodeFor(url, body, {});
		return delivery === 'httpRequest' ? contender : oneByOne(contender);
	}
	const { nodeType, credentialTypes } = await builtConvexNode();
	return {
		nodeType,
		parameters: {
			resource: 'function',
			operation: 'mutation',
			functionPath: { __rl: true, mode: 'path', value: ADD },
			argumentsMode: 'item',
			options: OPTIONS[delivery],
		},
		credentialTypes,
		credentials: { convexApi: credential },
	};
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
