import type { INodeProperties } from 'n8n-workflow';
import { parseTableName } from '../../convex/documents/tables';
import { locatorOf } from '../functionLocator';
import type { ParameterReader } from '../parameterReader';

export const tableDescription: INodeProperties = {
	displayName: 'Table',
	name: 'table',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The table that the documents are in',
	builderHint: {
		propertyHint:
			"In code, name the table as in convex/schema.ts: { __rl: true, mode: 'name', value: 'tasks' }.",
	},
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a table…',
			typeOptions: { searchListMethod: 'searchTables', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. tasks',
			hint: 'The name of the table, as in convex/schema.ts',
		},
	],
};

/** @throws ConvexFailure (`input`) naming the parameter */
export function readTable(context: ParameterReader, itemIndex: number): string {
	return parseTableName(locatorOf(context.getNodeParameter('table', itemIndex)).value);
}
