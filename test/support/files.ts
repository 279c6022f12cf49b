import type { INodeExecutionData, NodeParameterValueType } from 'n8n-workflow';
import { createHash } from 'node:crypto';
import type { ConvexRunOptions } from './convexNode';

type Parameters = ConvexRunOptions['parameters'];

/** The node's parameters for an operation on files. */
export function ofFiles(
	operation: string,
	parameters: Parameters = {},
	options: { [option: string]: NodeParameterValueType } = {},
): Parameters {
	return { resource: 'file', operation, options, ...parameters };
}

/** An item with a file in its binary field `data`, as n8n keeps it in memory. */
export function itemWithFile(
	content: string | Buffer,
	{ mimeType = 'text/plain', fileName }: { mimeType?: string; fileName?: string } = {},
): INodeExecutionData {
	const data = Buffer.from(content).toString('base64');
	return { json: {}, binary: { data: { data, mimeType, ...(fileName && { fileName }) } } };
}

/** The content of a file that n8n keeps in memory. */
export function contentOf(item: INodeExecutionData | undefined, field = 'data'): string {
	return Buffer.from(item?.binary?.[field]?.data ?? '', 'base64').toString();
}

export function sha256Of(content: string | Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}
