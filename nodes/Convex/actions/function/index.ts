import type { INodeProperties } from 'n8n-workflow';
import { argumentsDescription } from '../../parameters/arguments';
import { functionPathDescription } from '../../parameters/functionLocator';
import { optionsDescription } from '../../parameters/options';
import { outputShape } from '../../parameters/outputShape';
import { paginationDescription } from '../../parameters/pagination';
import { CALLS } from '../../parameters/options/option';
import { operations } from './operations';

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
	...[
		functionPathDescription('The Convex function to run'),
		...argumentsDescription(true),
		...paginationDescription,
		outputShape.property,
		optionsDescription(CALLS),
	].map(forThisResource),
];

function forThisResource(property: INodeProperties): INodeProperties {
	const show = { resource: ['function'], ...property.displayOptions?.show };
	return { ...property, displayOptions: { ...property.displayOptions, show } };
}
