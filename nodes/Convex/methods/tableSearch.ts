import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { SYSTEM_ADVICE } from '../convex/failures/dataFailure';
import { parseIndexes } from '../convex/documents/tableIndexes';
import { inputFailure } from '../convex/failure';
import { SYSTEM_FUNCTIONS } from '../convex/functions/systemFunctions';
import { readFormTable, readFormTableComponent } from '../parameters/document/formTable';
import { openCaller } from '../transport/caller';
import { callSystemFunction, requireDeployKey } from '../transport/http/callSystemFunction';
import { inComponent, readTables, type CallSystem } from '../transport/http/readTables';
import { toEditorError } from '../transport/nodeError';
import { matching } from './matchingEntries';

const TIMEOUT_MS = 30_000;

/** The app's own tables, or those of the component that the form names. */
export async function searchTables(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const { names } = await readTables(await formCalls(this), readFormTableComponent(this));
		if (names.length === 0) {
			throw inputFailure(
				'The deployment has no tables',
				'Define them in convex/schema.ts and deploy it with `npx convex deploy`, or add a first document on the Convex dashboard.',
			);
		}
		return matching(
			names.map((name) => ({ name, value: name })),
			filter,
		);
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}

/** The indexes of the table that the form names, with their fields. */
export async function searchIndexes(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const table = readFormTable(this);
		const call = await formCalls(this);
		const { componentId } = await readTables(call, readFormTableComponent(this));
		const schemas = await call(SYSTEM_FUNCTIONS.readSchema, inComponent(componentId));
		if (schemas.status === 'failure') throw schemas.failure;
		const entries = parseIndexes(schemas.value, table).map(({ name, fields }) => ({
			name,
			value: name,
			description: fields.join(', '),
		}));
		return matching(entries, filter);
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}

/**
 * Calls system functions for an open form: once, and with advice that names no option.
 *
 * @param subject what the form is of, in a sentence
 */
export async function formCalls(
	context: ILoadOptionsFunctions,
	subject = "'Resource: Document'",
): Promise<CallSystem> {
	const caller = await openCaller(context);
	requireDeployKey(caller, subject);
	return async (systemFunction, args) => {
		const result = await callSystemFunction(context, caller, systemFunction, args, TIMEOUT_MS);
		return result.status === 'success'
			? result
			: { ...result, failure: result.failure.advisedBy(SYSTEM_ADVICE) };
	};
}
