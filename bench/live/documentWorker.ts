/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Contender } from '../contenders/contender';
import { builtConvexNode } from '../contenders/convexNode';
import { httpRequestNodeFor } from '../contenders/httpRequestNode';
import { startExpressionEngine } from '../worker/expressionEngine';
import { MeasuredWorkflow } from '../worker/measuredWorkflow';
import type { DocumentJob, DocumentTaskName, RunMessage } from './messages';

const WARM_UP_RUN = 0;
const WARM_UP_ROWS = 20;
const PAGE_SIZE = 1000;

type OwnTask = Exclude<DocumentTaskName, 'readPages' | 'upsertEachByHttpRequest'>;

const PARAMETERS: Record<OwnTask, INodeParameters> = {
	getMany: {
		resource: 'document',
		operation: 'getMany',
		table: { __rl: true, mode: 'name', value: 'documents' },
		returnAll: true,
	},
	upsertEach: {
		resource: 'function',
		operation: 'mutation',
		functionPath: { __rl: true, mode: 'path', value: 'orders:upsert' },
		argumentsMode: 'item',
	},
	importUpsert: {
		resource: 'document',
		operation: 'import',
		table: { __rl: true, mode: 'name', value: 'orders' },
		importMode: 'upsert',
		keyFields: 'orderId',
		itemFields: 'all',
	},
};

const SETTINGS: Partial<Record<DocumentTaskName, Partial<INode>>> = {
	upsertEach: { onError: 'continueRegularOutput' },
};

/** How many documents each item of the output stands for. */
const COUNT: Record<DocumentTaskName, (item: INodeExecutionData) => number> = {
	readPages: ({ json }) => Object(json.value).page.length,
	getMany: () => 1,
	upsertEachByHttpRequest: ({ json }) => (json.status === 'success' ? 1 : 0),
	upsertEach: ({ json }) => (json.error === undefined ? 1 : 0),
	importUpsert: ({ json }) => Number(json.imported),
};

/** A node in n8n's engine, which reads or writes documents whenever the parent says so. */
async function main(): Promise<void> {
	const job: DocumentJob = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	const workflow = await MeasuredWorkflow.of(await contenderFor(job), SETTINGS[job.task]);
	await workflow.run(itemsOf(job, WARM_UP_RUN, WARM_UP_ROWS));
	process.on('message', (run) => {
		measure(workflow, job, Number(run)).then(send, fail);
	});
	send({ type: 'ready' });
}

async function contenderFor({ task, credential }: DocumentJob): Promise<Contender> {
	const url = String(credential.deploymentUrl);
	if (task === 'readPages') return await pagedHttpRequest(url);
	if (task === 'upsertEachByHttpRequest') {
		const body = "={{ JSON.stringify({ path: 'orders:upsert', args: $json, format: 'json' }) }}";
		return await httpRequestNodeFor(`${url}/api/mutation`, body, {});
	}
	const { nodeType, credentialTypes } = await builtConvexNode();
	return {
		nodeType,
		parameters: PARAMETERS[task],
		credentialTypes,
		credentials: { convexApi: credential },
	};
}

/** The HTTP Request node with its own pagination: the next page's cursor from the answer before. */
async function pagedHttpRequest(url: string): Promise<Contender> {
	const cursor = '$response?.body?.value?.continueCursor ?? null';
	const args = `{ paginationOpts: { numItems: ${PAGE_SIZE}, cursor: ${cursor} } }`;
	const body = {
		path: 'documents:page',
		args: { paginationOpts: { numItems: PAGE_SIZE, cursor: null } },
		format: 'json',
	};
	return await httpRequestNodeFor(`${url}/api/query`, JSON.stringify(body), {
		pagination: {
			pagination: {
				paginationMode: 'updateAParameterInEachRequest',
				parameters: { parameters: [{ type: 'body', name: 'args', value: `={{ (${args}) }}` }] },
				paginationCompleteWhen: 'other',
				completeExpression: '={{ $response.body.value.isDone }}',
			},
		},
	});
}

/** The same rows in each run, with other values: the first run adds them, the next ones replace them. */
function itemsOf({ task }: DocumentJob, run: number, rows: number): INodeExecutionData[] {
	if (task === 'readPages' || task === 'getMany') return [{ json: {} }];
	return Array.from({ length: rows }, (_, index) => ({
		json: {
			orderId: `${index}`,
			email: `${run}@example.com`,
			total: index,
			// The mutation sets it by itself.
			...(task === 'importUpsert' && { announced: false }),
		},
	}));
}

async function measure(
	workflow: MeasuredWorkflow,
	job: DocumentJob,
	run: number,
): Promise<RunMessage> {
	const { output, wallTimeMs } = await workflow.run(itemsOf(job, run, job.documents));
	const done = output.reduce((sum, item) => sum + COUNT[job.task](item), 0);
	if (done === job.documents) return { type: 'done', wallTimeMs };
	throw new Error(`${done} documents of ${job.documents}`);
}

function send(message: RunMessage): void {
	process.send?.(message);
}

function fail(error: unknown): void {
	send({ type: 'failed', reason: String(error) });
}

main().catch(fail);
