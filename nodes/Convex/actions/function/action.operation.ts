import type { IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ItemDeployments } from '../../transport/itemDeployments';
import type { ItemResults } from '../itemResults';
import { runCalls } from '../calls/individualCalls';

export const description: INodePropertyOptions = {
	name: 'Action',
	value: 'action',
	action: 'Run action function',
	description: 'Do work with an action function, which may call other services',
};

export async function execute(
	this: IExecuteFunctions,
	items: ItemResults,
	deployments: ItemDeployments,
): Promise<void> {
	await runCalls(this, items, deployments, 'action');
}
