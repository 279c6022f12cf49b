/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Contender } from '../contenders/contender';
import { builtConvexNode } from '../contenders/convexNode';
import { httpRequestNodeFor } from '../contenders/httpRequestNode';
import { inLoop, loopWithCodeFor } from '../contenders/loopOverItems';
import { startExpressionEngine } from '../worker/expressionEngine';
import { MeasuredWorkflow } from '../worker/measuredWorkflow';
import { ADD, ADD_MANY, additionsOf } from './additions';
import type { DeliveryJob, RunMessage, DeliveryName } from './messages';

const WARM_UP_MUTATIONS = 20;
const WARM_UP_RUN = 0;

type OwnDelivery = Exclude<DeliveryName, 'httpRequest' | 'httpRequestOneByOne' | 'loopWithCode'>;

const EACH: INodeParameters = {
	functionPath: { __rl: true, mode: 'path', value: ADD },
	argumentsMode: 'item',
};

const MANY: INodeParameters = {
	functionPath: { __rl: true, mode: 'path', value: ADD_MANY },
	callFor: 'manyItems',
	listArgument: { __rl: true, mode: 'name', value: 'keys' },
	argumentsMode: 'mapping',
	mappedArguments: { mappingMode: 'defineBelow', value: { value: '={{ $json.key }}' } },
	sharedArguments: '={{ $json.shared }}',
};

const PARAMETERS: Record<OwnDelivery, INodeParameters> = {
	automatic: EACH,
	automaticContinuing: EACH,
	oneByOne: { ...EACH, options: { delivery: 'http' } },
	concurrent: { ...EACH, options: { concurrency: 10 } },
	session: { ...EACH, options: { delivery: 'session' } },
	manyItems: MANY,
	manyItemsContinuing: MANY,
	thousandItems: { ...MANY, itemsPerCall: 1000 },
	manyItemsSession: { ...MANY, options: { delivery: 'session' } },
};

const SETTINGS: Partial<Record<DeliveryName, Partial<INode>>> = {
	automaticContinuing: { onError: 'continueRegularOutput' },
	manyItemsContinuing: { onError: 'continueRegularOutput' },
};

/** A node in n8n's engine, which delivers mutations whenever the parent says so. */
async function main(): Promise<void> {
	const job: DeliveryJob = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	const workflow = await MeasuredWorkflow.of(await contenderFor(job), SETTINGS[job.delivery]);
	await deliver(workflow, itemsOf(job, WARM_UP_RUN, WARM_UP_MUTATIONS));
	process.on('message', (run) => {
		deliver(workflow, itemsOf(job, Number(run), job.mutations)).then(send, fail);
	});
	send({ type: 'ready' });
}

async function contenderFor({ delivery, credential }: DeliveryJob): Promise<Contender> {
	const url = `${String(credential.deploymentUrl)}/api/mutation`;
	if (delivery === 'loopWithCode') return await loopWithCodeFor(url, ADD, 'mutation');
	if (delivery === 'httpRequest' || delivery === 'httpRequestOneByOne') {
		const body = `={{ JSON.stringify({ path: '${ADD}', args: $json, format: 'json' }) }}`;
		const contender = await httpRequestNodeFor(url, body, {});
		return delivery === 'httpRequest' ? contender : await inLoop(contender, 1);
	}
	const { nodeType, credentialTypes } = await builtConvexNode();
	return {
		nodeType,
		parameters: { resource: 'function', operation: 'mutation', ...PARAMETERS[delivery] },
		credentialTypes,
		credentials: { convexApi: credential },
	};
}

function itemsOf({ delivery }: DeliveryJob, run: number, count: number): INodeExecutionData[] {
	const isForMany = delivery === 'thousandItems' || delivery.startsWith('manyItems');
	return additionsOf(run, count).map((json) => ({
		json: isForMany ? { ...json, shared: { name: json.name } } : json,
	}));
}

async function deliver(
	workflow: MeasuredWorkflow,
	items: INodeExecutionData[],
): Promise<RunMessage> {
	const { output, wallTimeMs } = await workflow.run(items);
	if (output.length === items.length) return { type: 'done', wallTimeMs };
	throw new Error(`${output.length} results of ${items.length} items`);
}

function send(message: RunMessage): void {
	process.send?.(message);
}

function fail(error: unknown): void {
	send({ type: 'failed', reason: String(error) });
}

main().catch(fail);
