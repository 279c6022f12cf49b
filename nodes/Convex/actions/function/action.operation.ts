import type { IExecuteFunctions, INodeExecutionData, INodePropertyOptions } from 'n8n-workflow';
import type { Deployment } from '../../transport/deployment';
import { runFunction } from './runFunction';

export const description: INodePropertyOptions = {
	name: 'Action',
	value: 'action',
	action: 'Run action function',
	description: 'Do work with an action function, which may call other services',
};

export async function execute(
	this: IExecuteFunctions,
	deployment: Deployment,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	return await runFunction(this, deployment, 'action', itemIndex);
}
