import type { IExecuteFunctions } from 'n8n-workflow';
import type { FunctionOperation } from '../convex/functions/functionCall';
import { hasExpression } from './expressions';
import { readFunctionPath } from './functionLocator';
import { readOptions } from './options';
import type { InputItems, ParameterReader } from './parameterReader';

type ReadForItem<Value> = (itemIndex: number) => Value;

/**
 * The parameters of each item. Those that hold no expression are the same for all items, and are read
 * for the first one only; the function and the options are also checked once then.
 */
export class CachedParameters implements ParameterReader {
	readonly functionPath: ReadForItem<ReturnType<typeof readFunctionPath>>;

	readonly options: ReadForItem<ReturnType<typeof readOptions>>;

	readonly input: InputItems;

	private readonly readers = new Map<string, ReadForItem<unknown>>();

	constructor(
		private readonly context: IExecuteFunctions,
		operation: FunctionOperation,
	) {
		const { functionPath, options, output, pagination, returnAll, limit } =
			context.getNode().parameters;
		this.functionPath = shared(functionPath, (itemIndex) => readFunctionPath(this, itemIndex));
		this.options = shared([options, output, pagination, returnAll, limit], (itemIndex) =>
			readOptions(this, operation, itemIndex),
		);
		const items = context.getInputData();
		this.input = {
			get: (itemIndex) => items[itemIndex],
			readFile: async (itemIndex, binaryField) =>
				await context.helpers.getBinaryDataBuffer(itemIndex, binaryField),
		};
	}

	getNodeParameter(name: string, itemIndex: number, fallback?: unknown): unknown {
		let read = this.readers.get(name);
		if (read === undefined) {
			const [parameter = name] = name.split('.');
			read = shared(this.context.getNode().parameters[parameter], (index) =>
				this.context.getNodeParameter(name, index, fallback),
			);
			this.readers.set(name, read);
		}
		return read(itemIndex);
	}

	getTimezone(): string {
		return this.context.getTimezone();
	}
}

/** @param parameter as it is stored, with its expressions */
function shared<Value>(parameter: unknown, read: ReadForItem<Value>): ReadForItem<Value> {
	if (hasExpression(parameter)) return read;
	let known: { value: Value } | undefined;
	return (itemIndex) => (known ??= { value: read(itemIndex) }).value;
}
