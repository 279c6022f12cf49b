/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { dirname } from 'node:path';
import { LazyPackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers, type INodeType } from 'n8n-workflow';

/** One of n8n's own nodes, in its newest version. */
export async function baseNode(
	name: string,
): Promise<{ nodeType: INodeType; typeVersion: number }> {
	const loader = new LazyPackageDirectoryLoader(
		dirname(require.resolve('n8n-nodes-base/package.json')),
	);
	await loader.loadAll();
	const { type } = loader.getNode(name);
	const nodeType = NodeHelpers.getVersionedNodeType(type);
	const { version, defaultVersion } = nodeType.description;
	return { nodeType, typeVersion: defaultVersion ?? [version].flat().at(-1) ?? 1 };
}
