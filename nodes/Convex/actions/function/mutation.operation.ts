import type { IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ItemDeployments } from '../../transport/itemDeployments';
import type { ItemResults } from '../itemResults';
import { runCalls } from '../calls/individualCalls';

export const description: INodePropertyOptions = {
	name: 'Mutation',
	value: 'mutation',
	action: 'Run mutation function',
	description: 'Change data with a mutation function, all of it or nothing',
};

export async function execute(
	this: IExecuteFunctions,
	items: ItemResults,
	deployments: ItemDeployments,
): Promise<void> {
	await runCalls(this, items, deployments, 'mutation');
}
