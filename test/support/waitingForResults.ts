import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import { waitForResults } from '../../nodes/Convex/actions/function/waitForResult';
import { ItemResults } from '../../nodes/Convex/actions/itemResults';
import { ItemCallers } from '../../nodes/Convex/transport/itemCallers';
import { calling, type ConvexRunOptions } from './convexNode';

type Parameters = ConvexRunOptions['parameters'];

/** The node's parameters for a wait until a query's result is as they say. */
export function waitingFor(
	path: string,
	args: unknown,
	condition: Parameters = {},
	options: Parameters = {},
): Parameters {
	return calling('waitForResult', path, args, options, condition);
}

/** The same for what the sample app's board 'a' has. */
export function waitingForBoard(condition: Parameters = {}, options: Parameters = {}): Parameters {
	return waitingFor('boards:read', { name: 'a' }, condition, options);
}

/** The condition that a field of the result, or the result itself, is compared. */
export function whereField(
	field: string,
	comparison: string,
	expected: Parameters[string] = '',
): Parameters {
	return { waitUntil: 'field', field, comparison, expected };
}

/** The Convex node, which asks over HTTP soon where there is no live connection, and often. */
export function waitingWithTimes(
	graceMs: number,
	intervalMs: number,
	requestMs = 60_000,
	aloneMs = requestMs,
): INodeType {
	return Object.assign(new Convex(), {
		async execute(this: IExecuteFunctions) {
			const items = new ItemResults(this, 'function', 'waitForResult');
			const times = { graceMs, intervalMs, requestMs, besideMs: requestMs, aloneMs };
			await waitForResults(this, items, await ItemCallers.open(this), times);
			return [items.output()];
		},
	});
}
