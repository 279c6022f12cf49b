import type { IExecuteFunctions, INodeExecutionData, INodePropertyOptions } from 'n8n-workflow';
import type { Deployment } from '../../transport/deployment';
import { runFunction } from './runFunction';

export const description: INodePropertyOptions = {
	name: 'Mutation',
	value: 'mutation',
	action: 'Run mutation function',
	description: 'Change data with a mutation function, all of it or nothing',
};

export async function execute(
	this: IExecuteFunctions,
	deployment: Deployment,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	return await runFunction(this, deployment, 'mutation', itemIndex);
}
