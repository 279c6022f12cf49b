import axios from 'axios';
import type { JSONValue } from 'convex/values';
import type { StartedDeployment } from '../../emulator/client';
import type { ConvexRunOptions } from './convexNode';

export type Row = Record<string, JSONValue>;

/** What tests ask of a deployment by themselves, as its administrator. */
export function adminRequests(deployment: () => Pick<StartedDeployment, 'url' | 'deployKey'>) {
	const request = async (
		method: 'GET' | 'POST' | 'PUT',
		path: string,
		{ data, params, key }: { data?: unknown; params?: object; key?: string } = {},
	) => {
		const { url, deployKey } = deployment();
		const answer = await axios.request({
			url: `${url}/api/${path}`,
			method,
			params,
			data,
			headers: {
				'Content-Type': 'application/json',
				Connection: 'close',
				Authorization: `Convex ${key ?? deployKey}`,
			},
			validateStatus: () => true,
		});
		return { status: answer.status, body: answer.data };
	};
	return {
		request,
		/** The documents of a table, oldest first, in Convex's encoded JSON. */
		documents: async (table: string, component?: string): Promise<Row[]> => {
			const params = { tableName: table, component, format: 'convex_encoded_json' };
			const { body } = await request('GET', 'list_snapshot', { params });
			const rows: Row[] = body.values;
			return rows.map((row) =>
				Object.fromEntries(
					Object.entries(row).filter(([name]) => !['_ts', '_table', '_component'].includes(name)),
				),
			);
		},
		systemQuery: async (path: string, args: object = {}, key?: string) => {
			const data = { path, args, format: 'convex_encoded_json' };
			return (await request('POST', 'query', { data, ...(key !== undefined && { key }) })).body;
		},
	};
}

/** Documents without what Convex adds to them. */
export function fieldsOf(rows: Row[]): Row[] {
	return rows.map((row) =>
		Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_'))),
	);
}

/** The node's parameters for an import of the input items. */
export function importing(
	table: string,
	importMode: 'append' | 'replace' | 'upsert',
	more: ConvexRunOptions['parameters'] = {},
): ConvexRunOptions['parameters'] {
	return {
		resource: 'document',
		operation: 'import',
		table: { __rl: true, mode: 'name', value: table },
		importMode,
		...more,
	};
}
