import type { IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ItemDeployments } from '../../transport/itemDeployments';
import type { ItemResults } from '../itemResults';
import { runQueries } from '../calls/batchedQueries';

export const description: INodePropertyOptions = {
	name: 'Query',
	value: 'query',
	action: 'Run query function',
	description: 'Read data with a query function',
};

export async function execute(
	this: IExecuteFunctions,
	items: ItemResults,
	deployments: ItemDeployments,
): Promise<void> {
	await runQueries(this, items, deployments);
}
