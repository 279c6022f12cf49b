import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { SYSTEM_FIELDS } from '../convex/documents/tableFields';
import { readFormTableComponent } from '../parameters/document/formTable';
import { readFormTables } from '../parameters/feed/feedTables';
import { readTableFields } from '../transport/http/readTableFields';
import { readTables } from '../transport/http/readTables';
import { toEditorError } from '../transport/nodeError';
import { formCalls } from './tableSearch';

const SUBJECT = 'The Convex Document Trigger';

/** The app's own tables, or those of the component that the form names. */
export async function getTables(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	try {
		const call = await formCalls(this, SUBJECT);
		const { names } = await readTables(call, readFormTableComponent(this));
		return names.map((name) => ({ name, value: name }));
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}

/** The fields of the tables that are chosen, each with its table in front. */
export async function getTableFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	try {
		const chosen = readFormTables(this);
		const call = await formCalls(this, SUBJECT);
		const { componentId, names } = await readTables(call, readFormTableComponent(this));
		const fields = chosen
			.filter((name) => names.includes(name))
			.map(async (name) => {
				const { fields: known } = await readTableFields(call, { name, componentId }, true);
				return [...known.keys()].map((field) => `${name}.${field}`);
			});
		return (await Promise.all(fields))
			.flat()
			.filter((name) => !SYSTEM_FIELDS.has(name.slice(name.indexOf('.') + 1)))
			.map((name) => ({ name, value: name }));
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}
