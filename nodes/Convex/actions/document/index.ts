import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import {
	unsetFieldsDescription,
	updateModeDescription,
} from '../../parameters/document/documentChange';
import { documentFieldsDescription } from '../../parameters/document/documentFields';
import { documentIdDescription } from '../../parameters/document/documentIdField';
import { documentListDescription } from '../../parameters/document/documentList';
import {
	DOCUMENT_OPERATIONS,
	documentOptionsDescription,
	readDocumentRunOptions,
	type DocumentOperation,
} from '../../parameters/document/documentOptions';
import { importDescription } from '../../parameters/document/importFields';
import { tableDescription } from '../../parameters/document/tableLocator';
import { ItemParameters } from '../../parameters/itemParameters';
import type { ParameterReader } from '../../parameters/parameterReader';
import { oneOf, shownFor } from '../../parameters/resource';
import type { ItemCallers } from '../../transport/itemCallers';
import { ItemRunner } from '../calls/itemRunner';
import type { ItemResults } from '../itemResults';
import { runCreate } from './create';
import { runDelete } from './delete';
import { runGet } from './get';
import { runGetMany } from './getMany';
import { runImport } from './import';
import { runUpdate } from './update';

export const description: INodeProperties[] = shownFor('document', [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'getMany',
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create document',
				description: 'Add a document to a table',
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete document',
				description: 'Delete a document by its ID',
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get document',
				description: 'Read a document by its ID',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many documents',
				description: 'Read documents of a table, with filters or all of them',
			},
			{
				name: 'Import',
				value: 'import',
				action: 'Import documents',
				description: 'Write thousands of input items into a table',
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update document',
				description: 'Change fields of a document, or replace it',
			},
		],
	},
	tableDescription,
	documentIdDescription(['delete', 'get', 'update']),
	...importDescription,
	updateModeDescription,
	...documentFieldsDescription(['create', 'update']),
	unsetFieldsDescription,
	...documentListDescription,
	documentOptionsDescription,
]);

type Run = (runner: ItemRunner, parameters: ParameterReader) => Promise<void>;

const RUN: Record<DocumentOperation, Run> = {
	create: runCreate,
	delete: runDelete,
	get: runGet,
	getMany: runGetMany,
	import: runImport,
	update: runUpdate,
};

/** @throws ConvexFailure (`input`) for an unknown operation, or an option that holds for all items */
export async function execute(
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	chosen: string,
): Promise<void> {
	const operation = oneOf(DOCUMENT_OPERATIONS, "'Operation'", chosen);
	const options = readDocumentRunOptions(context, operation);
	const runner = new ItemRunner(context, items, callers, options);
	await RUN[operation](runner, new ItemParameters(context));
}
