/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { dirname } from 'node:path';
import { LazyPackageDirectoryLoader } from 'n8n-core';
import {
	NodeHelpers,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
} from 'n8n-workflow';
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

/**
 * Has a node run for one item after the other, each time with that item alone, as in a Loop Over Items
 * with a batch size of 1, but without what the loop itself takes.
 */
export function oneByOne(contender: Contender): Contender {
	const { execute } = contender.nodeType;
	if (execute === undefined) throw new Error('only nodes with `execute` can be measured');
	const nodeType: INodeType = Object.create(contender.nodeType);
	nodeType.execute = async function () {
		const results: INodeExecutionData[] = [];
		for (const [index, item] of this.getInputData().entries()) {
			const output = await execute.call(withItem(this, item, index));
			if (!Array.isArray(output)) throw new Error('the node has no output');
			results.push(...output.flat());
		}
		return [results];
	};
	return { ...contender, nodeType };
}

/** The context of a node that has one item only. */
function withItem(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	index: number,
): IExecuteFunctions {
	const getNodeParameter = (name: string, _index: number, ...more: never[]) =>
		context.getNodeParameter(name, index, ...more);
	return Object.assign(Object.create(context), { getInputData: () => [item], getNodeParameter });
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
	const loader = new LazyPackageDirectoryLoader(
		dirname(require.resolve('n8n-nodes-base/package.json')),
	);
	await loader.loadAll();
	const { type } = loader.getNode('httpRequest');
	const nodeType = NodeHelpers.getVersionedNodeType(type);
	const { version, defaultVersion } = nodeType.description;
	return {
		nodeType,
		typeVersion: defaultVersion ?? [version].flat().at(-1),
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
