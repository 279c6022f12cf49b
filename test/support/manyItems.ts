import type { IDataObject } from 'n8n-workflow';
import { calling, type ConvexRunOptions } from './convexNode';

type NodeParameters = ConvexRunOptions['parameters'];

export interface ManyItemsCall {
	/** A mutation unless given. */
	operation?: string;
	/** Of the function. */
	path: string;
	listArgument: string;
	/** The element of an item, as JSON. */
	element?: unknown;
	itemsPerCall?: unknown;
	shared?: unknown;
	options?: object;
}

/** The node's parameters for calls with many items each. */
export function forMany(call: ManyItemsCall, more: object = {}): NodeParameters {
	const { operation = 'mutation', path, listArgument, element = {}, options = {} } = call;
	const { itemsPerCall = 100, shared = {} } = call;
	const parameters = {
		...calling(operation, path, element),
		options,
		callFor: 'manyItems',
		listArgument: { __rl: true, mode: 'name', value: listArgument },
		itemsPerCall,
		sharedArguments: typeof shared === 'string' ? shared : JSON.stringify(shared),
		...more,
	};
	return parameters as NodeParameters;
}

/** The same for the mutation that notes the key of each item in the list of a name. */
export function addingMany(call: Partial<ManyItemsCall> = {}, more: object = {}): NodeParameters {
	const element = '={{ JSON.stringify($json.key) }}';
	const shared = { name: 'list' };
	return forMany(
		{ path: 'counters:addMany', listArgument: 'keys', element, shared, ...call },
		more,
	);
}

/** The same for the mutation that creates a task of each item. */
export function creatingMany(call: Partial<ManyItemsCall> = {}, more: object = {}): NodeParameters {
	const element = '={{ { title: $json.title } }}';
	return forMany({ path: 'tasks:createMany', listArgument: 'tasks', element, ...call }, more);
}

/** The same for a query that gives the list, or the shared argument `result`. */
export function echoingMany(
	element: unknown,
	call: Partial<ManyItemsCall> = {},
	more: object = {},
): NodeParameters {
	const echo = { operation: 'query', path: 'values:echoList', listArgument: 'values' };
	return forMany({ ...echo, element, ...call }, more);
}

/** The arguments of the form that is made from the function's own. */
export function mapped(value: IDataObject | null, mappingMode = 'defineBelow') {
	return { argumentsMode: 'mapping', mappedArguments: { mappingMode, value } };
}
