/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { join } from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import { loadBuiltPackage } from '../../test/support/builtPackage';
import type { Job, Load } from '../measurement';
import { ARGUMENTS_EXPRESSION, FUNCTION_PATH, LIST_ARGUMENT, LIST_FUNCTION_PATH } from './calls';
import type { Contender } from './contender';

const ARGUMENTS: Record<Load['argumentsFrom'], INodeParameters> = {
	item: { argumentsMode: 'item' },
	expression: { argumentsMode: 'json', argumentsJson: `={{ (${ARGUMENTS_EXPRESSION}) }}` },
	reference: {
		argumentsMode: 'fields',
		argumentFields: {
			argument: [
				{ name: 'index', type: 'auto', value: '={{ $json.index }}' },
				{ name: 'text', type: 'auto', value: '={{ $json.text }}' },
			],
		},
	},
};

/** This package's node as a user gets it: from the built package, loaded by n8n's own loader. */
export async function convexNode(job: Job): Promise<Contender> {
	const { concurrency } = job.load;
	return await convexNodeWith(job, FUNCTION_PATH, {
		options: concurrency === undefined ? {} : { delivery: 'http', concurrency },
	});
}

/** The same with lists of items, over HTTP: the server has no live connections. */
export async function convexNodeForManyItems(job: Job, itemsPerCall: number): Promise<Contender> {
	return await convexNodeWith(job, LIST_FUNCTION_PATH, {
		callFor: 'manyItems',
		listArgument: { __rl: true, mode: 'name', value: LIST_ARGUMENT },
		itemsPerCall,
		options: { delivery: 'http' },
	});
}

async function convexNodeWith(
	{ load, server }: Job,
	functionPath: string,
	parameters: INodeParameters,
): Promise<Contender> {
	const { nodeType, credentialTypes } = await builtConvexNode();
	return {
		nodeType,
		parameters: {
			resource: 'function',
			operation: load.operation,
			functionPath: { __rl: true, mode: 'path', value: functionPath },
			...ARGUMENTS[load.argumentsFrom],
			...parameters,
		},
		credentialTypes,
		credentials: { convexApi: { deploymentUrl: server.url, authentication: 'none' } },
	};
}

export async function builtConvexNode(): Promise<
	Required<Pick<Contender, 'nodeType' | 'credentialTypes'>>
> {
	const { nodeTypes, credentialTypes } = await loadBuiltPackage(
		join(__dirname, 'n8n-nodes-convex'),
	);
	const nodeType = nodeTypes['n8n-nodes-convex.convex'];
	if (nodeType === undefined) throw new Error('the built package has no Convex node');
	return { nodeType, credentialTypes };
}
