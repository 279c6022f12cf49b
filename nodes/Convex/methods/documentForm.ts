import type { ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';
import { allOptional } from '../convex/documents/documentConversion';
import type { TableFields } from '../convex/documents/tableFields';
import { checkTableExists } from '../convex/documents/tables';
import { requiredFirst } from '../convex/values/validator';
import { isFormFilledIn } from '../parameters/formParameters';
import { readFormTable, readFormTableComponent } from '../parameters/document/formTable';
import { isAgentTool } from '../transport/agentTool';
import { readTableFields } from '../transport/http/readTableFields';
import { readTables } from '../transport/http/readTables';
import { toEditorError, toFailure } from '../transport/nodeError';
import { toFormField } from './formField';
import { formCalls } from './tableSearch';

/** The form of a document's fields, made from the table's schema, else from the documents that it has. */
export async function getDocumentFields(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	try {
		const name = readFormTable(this);
		const componentPath = readFormTableComponent(this);
		const call = await formCalls(this);
		const { componentId, names } = await readTables(call, componentPath);
		checkTableExists(name, names, componentPath);
		const fields = await readTableFields(call, { name, componentId }, true);
		return formOf(fields, isWhole(this), otherwise(this));
	} catch (error) {
		const failure = toFailure(error);
		// As for the arguments of a function: what is filled in would be lost with the form.
		if (failure.details.kind === 'input' && !isFormFilledIn(this, 'fields')) {
			return { fields: [], emptyFieldsNotice: failure.sentences };
		}
		throw toEditorError(this.getNode(), failure);
	}
}

/** Whether the form is of a whole document; else a field that is not in it is not changed. */
function isWhole(context: ILoadOptionsFunctions): boolean {
	return (
		context.getCurrentNodeParameter('operation') !== 'update' ||
		context.getCurrentNodeParameter('updateMode') === 'document'
	);
}

/** What to do where there is no form: a tool has no item of the model's. */
function otherwise(context: ILoadOptionsFunctions): string {
	const item = isAgentTool(context.getNode()) ? '' : ", 'Using Input Item'";
	return `Set 'Fields' to 'Using Fields Below'${item} or 'Using JSON'.`;
}

function formOf(
	{ fields, source }: TableFields,
	isOfWhole: boolean,
	advice: string,
): ResourceMapperFields {
	const shown = isOfWhole ? fields : allOptional(fields).fields;
	const entries = requiredFirst(shown);
	if (entries.length > 0) return { fields: entries.map(([name, each]) => toFormField(name, each)) };
	const why =
		source === 'nothing'
			? 'The table has neither a schema nor documents to make a form from.'
			: 'The documents of this table have no fields.';
	return { fields: [], emptyFieldsNotice: `${why} ${advice}` };
}
