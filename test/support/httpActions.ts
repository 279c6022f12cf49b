import type { IBinaryData, INodeParameters, NodeParameterValueType } from 'n8n-workflow';

/**
 * The node's parameters for a request to an HTTP action.
 *
 * @param route - as the list has it: `POST /tasks`
 */
export function requestTo(
	route: string,
	more: { [name: string]: NodeParameterValueType } = {},
): INodeParameters {
	const path: INodeParameters = { __rl: true, mode: 'list', value: route };
	return { resource: 'httpAction', operation: 'call', path, ...more };
}

/** The same with a path that is typed. */
export function requestToPath(
	method: string,
	path: string,
	more: { [name: string]: NodeParameterValueType } = {},
): INodeParameters {
	const locator: INodeParameters = { __rl: true, mode: 'path', value: path };
	return { resource: 'httpAction', operation: 'call', method, path: locator, ...more };
}

/** A file of an item, as n8n keeps it in memory. */
export function fileOf(content: string | Buffer, more: Partial<IBinaryData> = {}): IBinaryData {
	return {
		data: Buffer.from(content).toString('base64'),
		mimeType: 'text/plain',
		fileName: 'note.txt',
		...more,
	};
}
