import axios from 'axios';
import type { IDataObject, NodeParameterValueType } from 'n8n-workflow';
import type { TestDeployment } from '../../emulator/client';
import type { ConvexRunOptions } from './convexNode';

type Parameters = ConvexRunOptions['parameters'];

const byName = (table: string) => ({ __rl: true, mode: 'name', value: table });

/** What n8n's form of a table's fields holds. */
export function mapperValue(
	value: IDataObject | null,
	mappingMode = 'defineBelow',
): NodeParameterValueType {
	return { mappingMode, value, matchingColumns: [], schema: [] } as never;
}

/** The node's parameters for creating documents from JSON, or from what else `more` says. */
export function creating(
	table: string,
	document: NodeParameterValueType = '={{ JSON.stringify($json) }}',
	more: Parameters = {},
): Parameters {
	return {
		resource: 'document',
		operation: 'create',
		table: byName(table),
		fieldsMode: 'json',
		documentJson: document,
		...more,
	};
}

/** The same for changing some fields of the document that `$json._id` names. */
export function updating(
	table: string,
	fields: NodeParameterValueType,
	more: Parameters = {},
): Parameters {
	return {
		...creating(table, fields),
		operation: 'update',
		documentId: '={{ $json._id }}',
		...more,
	};
}

/** The same for deleting it. */
export function deleting(table: string, more: Parameters = {}): Parameters {
	return {
		resource: 'document',
		operation: 'delete',
		table: byName(table),
		documentId: '={{ $json._id }}',
		...more,
	};
}

/** What the deployment has, past the node. */
export function tablesOf(convex: { readonly deployment: TestDeployment }) {
	const call = async (type: 'query' | 'mutation', name: string, args: object) => {
		const { url, deployKey } = convex.deployment;
		const { data } = await axios.post(
			`${url}/api/${type}`,
			{ path: `_system/frontend/${name}`, args, format: 'convex_encoded_json' },
			// A socket that is kept may be closed by the other side as it is used again.
			{ headers: { Authorization: `Convex ${deployKey}`, Connection: 'close' } },
		);
		if (data.status !== 'success') throw new Error(data.errorMessage);
		return data.value;
	};
	const rows = async (table: string, component: object = {}): Promise<IDataObject[]> => {
		const page = await call('query', 'paginatedTableDocuments', {
			table,
			filters: null,
			paginationOpts: { numItems: 5000, cursor: null },
			...component,
		});
		return page.page.reverse();
	};
	return {
		/** The oldest first. */
		rows,
		/** Makes a table without a schema where there is none. */
		add: async (table: string, ...documents: object[]): Promise<IDataObject[]> => {
			await call('mutation', 'addDocument', { table, documents });
			return (await rows(table)).slice(-documents.length);
		},
		remove: async (id: unknown) =>
			await call('mutation', 'deleteDocuments', { toDelete: [{ id, tableName: 'any' }] }),
		names: async (): Promise<string[]> =>
			Object.values<string>(await call('query', 'getTableMapping', {})),
	};
}
