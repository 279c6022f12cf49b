import type { IExecuteFunctions, INodeExecutionData, INodePropertyOptions } from 'n8n-workflow';
import type { Deployment } from '../../transport/deployment';
import { runFunction } from './runFunction';

export const description: INodePropertyOptions = {
	name: 'Run by Path',
	value: 'run',
	action: 'Run function by path',
	description: 'Run a function without saying whether it is a query, a mutation or an action',
};

export async function execute(
	this: IExecuteFunctions,
	deployment: Deployment,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	return await runFunction(this, deployment, 'run', itemIndex);
}
