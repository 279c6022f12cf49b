import type { IBinaryData, INodeExecutionData, NodeParameterValueType } from 'n8n-workflow';
import { createHash } from 'node:crypto';
import type { ConvexRunOptions } from './convexNode';
import type { DeploymentUse } from './embeddedDeployment';

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

/** A file as n8n keeps it where the tests have it keep files: it goes to Convex and back. */
export async function storedFile(
	{ deployment, run }: Pick<DeploymentUse, 'deployment' | 'run'>,
	content: string | Buffer,
): Promise<IBinaryData> {
	const { url: deploymentUrl, deployKey: token } = deployment;
	const credential = { deploymentUrl, authentication: 'deployKey', token };
	const uploaded = await run({
		credential,
		parameters: ofFiles('upload'),
		input: [itemWithFile(content)],
	});
	const storageId = String(uploaded.success[0]?.json.storageId);
	const { success } = await run({ credential, parameters: ofFiles('download', { storageId }) });
	const file = success[0]?.binary?.data;
	if (file === undefined) throw new Error('the file did not come back');
	return file;
}

/** The content of a file that n8n keeps in memory. */
export function contentOf(item: INodeExecutionData | undefined, field = 'data'): string {
	return Buffer.from(item?.binary?.[field]?.data ?? '', 'base64').toString();
}

export function sha256Of(content: string | Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}
