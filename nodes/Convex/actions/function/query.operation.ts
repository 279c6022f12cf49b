import type { IExecuteFunctions, INodeExecutionData, INodePropertyOptions } from 'n8n-workflow';
import type { Deployment } from '../../transport/deployment';
import { runFunction } from './runFunction';

export const description: INodePropertyOptions = {
	name: 'Query',
	value: 'query',
	action: 'Run query function',
	description: 'Read data with a query function',
};

export async function execute(
	this: IExecuteFunctions,
	deployment: Deployment,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	return await runFunction(this, deployment, 'query', itemIndex);
}
