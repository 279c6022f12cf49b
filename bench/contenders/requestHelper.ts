import type { INodeExecutionData } from 'n8n-workflow';
import type { Job } from '../measurement';
import { nodeThatRuns } from '../../test/support/engine';
import { callOf, outputItem } from './calls';
import type { Contender } from './contender';

/** The least that a node can do: n8n's own request helper, one call after another. */
export function requestHelper({ load, server }: Job): Contender {
	const nodeType = nodeThatRuns('requestHelper', async function () {
		const results: INodeExecutionData[] = [];
		for (const [index, item] of this.getInputData().entries()) {
			const answer = await this.helpers.httpRequest({
				method: 'POST',
				url: `${server.url}/api/${load.operation}`,
				body: callOf(item),
			});
			results.push(outputItem(answer, index));
		}
		return [results];
	});
	return { nodeType, parameters: {} };
}
