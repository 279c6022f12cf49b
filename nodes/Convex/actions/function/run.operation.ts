import type { IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ItemDeployments } from '../../transport/itemDeployments';
import type { ItemResults } from '../itemResults';
import { runCalls } from '../calls/individualCalls';

export const description: INodePropertyOptions = {
	name: 'Run by Path',
	value: 'run',
	action: 'Run function by path',
	description: 'Run a function without saying whether it is a query, a mutation or an action',
};

export async function execute(
	this: IExecuteFunctions,
	items: ItemResults,
	deployments: ItemDeployments,
): Promise<void> {
	await runCalls(this, items, deployments, 'run');
}
