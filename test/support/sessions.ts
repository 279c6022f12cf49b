import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import { CallRunner } from '../../nodes/Convex/actions/calls/callRunner';
import { runSession } from '../../nodes/Convex/actions/calls/sessionDelivery';
import { ItemResults } from '../../nodes/Convex/actions/itemResults';
import type { SessionOperation } from '../../nodes/Convex/convex/functions/functionCall';
import { ItemCallers } from '../../nodes/Convex/transport/itemCallers';
import { calling } from './convexNode';

type Options = NonNullable<Parameters<typeof calling>[3]>;

/** The node's parameters for a function that is called in a session. */
export function inSession(
	operation: SessionOperation,
	path: string,
	args: unknown = {},
	options: Options = {},
) {
	return calling(operation, path, args, { delivery: 'session', ...options });
}

/** The same for a mutation that notes each item's key in a list. */
export function addingKeys(options: Options = {}) {
	const args = '={{ { name: "list", key: $json.key } }}';
	return inSession('mutation', 'counters:add', args, options);
}

export function keys(count: number): Array<{ key: string }> {
	return Array.from({ length: count }, (_, number) => ({ key: `item ${number}` }));
}

/** The Convex node, with sessions that wait for a lost connection no longer than this. */
export function sessionWithTimeouts(operation: SessionOperation, limitMs: number): INodeType {
	const thresholds = { firstCheckMs: limitMs, prolongedMs: limitMs };
	return Object.assign(new Convex(), {
		async execute(this: IExecuteFunctions) {
			const items = new ItemResults(this, 'function', operation);
			const run = new CallRunner(this, items, await ItemCallers.open(this), operation);
			await runSession(run, operation, thresholds);
			return [items.output()];
		},
	});
}
