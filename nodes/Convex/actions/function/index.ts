import type { INodeProperties } from 'n8n-workflow';
import * as action from './action.operation';
import { argumentsDescription } from '../../parameters/arguments/index';
import { functionPathDescription } from '../../parameters/functionLocator';
import * as mutation from './mutation.operation';
import { optionsDescription } from '../../parameters/options/index';
import * as query from './query.operation';
import * as run from './run.operation';

export const operations = { query, mutation, action, run };

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'query',
		displayOptions: { show: { resource: ['function'] } },
		options: Object.values(operations).map((operation) => operation.description),
	},
	...[...functionPathDescription, ...argumentsDescription, ...optionsDescription].map(
		forThisResource,
	),
];

function forThisResource(property: INodeProperties): INodeProperties {
	const show = { resource: ['function'], ...property.displayOptions?.show };
	return { ...property, displayOptions: { ...property.displayOptions, show } };
}
