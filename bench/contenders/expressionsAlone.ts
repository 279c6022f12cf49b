import { nodeThatRuns } from '../../test/support/engine';
import { ARGUMENTS_EXPRESSION, outputItem } from './calls';
import type { Contender } from './contender';

/** What n8n itself takes for one expression an item: a node that reads it, and sends nothing. */
export function expressionsAlone(): Contender {
	const nodeType = nodeThatRuns(
		'expressionsAlone',
		async function () {
			const args = this.getInputData().map((_, index) => this.getNodeParameter('args', index));
			return [args.map((value, index) => outputItem({ value }, index))];
		},
		[{ displayName: 'Args', name: 'args', type: 'json', default: '{}' }],
	);
	return { nodeType, parameters: { args: `={{ (${ARGUMENTS_EXPRESSION}) }}` } };
}
