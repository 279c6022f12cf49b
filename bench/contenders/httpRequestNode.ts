/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { dirname } from 'node:path';
import { LazyPackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import type { Job } from '../measurement';
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
	const loader = new LazyPackageDirectoryLoader(
		dirname(require.resolve('n8n-nodes-base/package.json')),
	);
	await loader.loadAll();
	const { type } = loader.getNode('httpRequest');
	const nodeType = NodeHelpers.getVersionedNodeType(type);
	const { version, defaultVersion } = nodeType.description;
	const args = load.argumentsFrom === 'item' ? '$json' : ARGUMENTS_EXPRESSION;
	return {
		nodeType,
		typeVersion: defaultVersion ?? [version].flat().at(-1),
		parameters: {
			method: 'POST',
			url: `${server.url}/api/${load.operation}`,
			authentication: 'none',
			sendBody: true,
			contentType: 'json',
			specifyBody: 'json',
			jsonBody: `={{ JSON.stringify({ path: '${FUNCTION_PATH}', args: ${args}, format: 'json' }) }}`,
			options,
		},
	};
}
