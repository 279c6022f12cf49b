import type { INodeParameters } from 'n8n-workflow';
import type { Job } from '../measurement';
import { baseNode } from './baseNode';
import { ARGUMENTS_EXPRESSION, FUNCTION_PATH } from './calls';
import type { Contender } from './contender';

/** With an interval of 0 the node ignores its batch size; it never waits for a batch's answers. */
const SHORTEST_BATCH_INTERVAL_MS = 1;

/** n8n's HTTP Request node in its newest version and with its defaults: every item's request is sent at once. */
export async function httpRequestNode(job: Job): Promise<Contender> {
	return await httpRequest(job, {});
}

/** The same with its batching option, in the pace that keeps 10 in flight at a server of this latency. */
export async function httpRequestNodeInBatches(job: Job): Promise<Contender> {
	const batchInterval = Math.max(job.server.latencyMs, SHORTEST_BATCH_INTERVAL_MS);
	return await httpRequest(job, { batching: { batch: { batchSize: 10, batchInterval } } });
}

async function httpRequest({ load, server }: Job, options: INodeParameters): Promise<Contender> {
	const args = load.argumentsFrom === 'item' ? '$json' : ARGUMENTS_EXPRESSION;
	return await httpRequestNodeFor(
		`${server.url}/api/${load.operation}`,
		`={{ JSON.stringify({ path: '${FUNCTION_PATH}', args: ${args}, format: 'json' }) }}`,
		options,
	);
}

/** The node in its newest version, set up to post a JSON body. */
export async function httpRequestNodeFor(
	url: string,
	jsonBody: string,
	options: INodeParameters,
): Promise<Contender> {
	return {
		...(await baseNode('httpRequest')),
		parameters: {
			method: 'POST',
			url,
			authentication: 'none',
			sendBody: true,
			contentType: 'json',
			specifyBody: 'json',
			jsonBody,
			options,
		},
	};
}
