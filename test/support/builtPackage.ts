/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import './n8nEnvironment';
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { PackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers, type ICredentialType, type INodeType } from 'n8n-workflow';

export interface LoadedPackage {
	/** By full name, e.g. `n8n-nodes-convex.convex`. */
	nodeTypes: Record<string, INodeType>;
	credentialTypes: Record<string, ICredentialType>;
	loader: PackageDirectoryLoader;
}

/** Loads a built package as n8n does at its start: from its package.json, with icons and codex. */
export async function loadBuiltPackage(directory: string): Promise<LoadedPackage> {
	if (!existsSync(`${directory}/dist`)) throw new Error('not built yet: run `npm run build`');
	const loader = new PackageDirectoryLoader(directory);
	await loader.loadAll();
	return {
		nodeTypes: Object.fromEntries(
			Object.entries(loader.nodeTypes).map(([name, { type }]) => [
				`${loader.packageName}.${name}`,
				NodeHelpers.getVersionedNodeType(type),
			]),
		),
		credentialTypes: Object.fromEntries(
			Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
		),
		loader,
	};
}
