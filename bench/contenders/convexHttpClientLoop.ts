import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import type { INodeExecutionData } from 'n8n-workflow';
import type { Job } from '../measurement';
import { nodeThatRuns } from '../../test/support/engine';
import { FUNCTION_PATH, outputItem } from './calls';
import type { Contender } from './contender';

/** What people write in a Code node: one call after another with Convex's own client. */
export function convexHttpClientLoop({ load, server }: Job): Contender {
	const query = makeFunctionReference<'query'>(FUNCTION_PATH);
	const mutation = makeFunctionReference<'mutation'>(FUNCTION_PATH);
	const nodeType = nodeThatRuns('convexHttpClientLoop', async function () {
		const client = new ConvexHttpClient(server.url);
		const results: INodeExecutionData[] = [];
		for (const [index, { json }] of this.getInputData().entries()) {
			const value: unknown =
				load.operation === 'query'
					? await client.query(query, json)
					: await client.mutation(mutation, json);
			results.push(outputItem({ value: value as INodeExecutionData['json'] }, index));
		}
		return [results];
	});
	return { nodeType, parameters: {} };
}
