import type { IExecuteFunctions } from 'n8n-workflow';
import type { FunctionOperation } from '../../convex/functionCall';
import { readFunctionPath } from './functionPath';
import { readOptions } from './options';

type ReadForItem<Value> = (itemIndex: number) => Value;

/**
 * The function and the options of each item. Mostly they hold no expression: then they are the same
 * for all items, and are read and checked for the first one only.
 */
export class SharedParameters {
	readonly functionPath: ReadForItem<ReturnType<typeof readFunctionPath>>;

	readonly options: ReadForItem<ReturnType<typeof readOptions>>;

	constructor(context: IExecuteFunctions, operation: FunctionOperation) {
		const { functionPath, options } = context.getNode().parameters;
		this.functionPath = shared(functionPath, (itemIndex) => readFunctionPath(context, itemIndex));
		this.options = shared(options, (itemIndex) => readOptions(context, operation, itemIndex));
	}
}

/** @param parameter as it is stored, with its expressions */
function shared<Value>(parameter: unknown, read: ReadForItem<Value>): ReadForItem<Value> {
	if (hasExpression(parameter)) return read;
	let known: { value: Value } | undefined;
	return (itemIndex) => (known ??= { value: read(itemIndex) }).value;
}

function hasExpression(parameter: unknown): boolean {
	if (typeof parameter === 'string') return parameter.startsWith('=');
	return (
		typeof parameter === 'object' &&
		parameter !== null &&
		Object.values(parameter).some(hasExpression)
	);
}
