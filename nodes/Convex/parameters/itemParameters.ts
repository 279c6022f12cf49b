import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { isPlainObject } from '../convex/values/plainObject';
import { hasExpression } from './expressions';
import { plainParameter } from './plainParameter';
import type { InputItems, ParameterReader } from './parameterReader';

export type ReadForItem<Value> = (itemIndex: number) => Value;

/**
 * The parameters of each item. Those that hold no expression are the same for all items, and are read
 * for the first one only. Those whose expressions are only references to the item are read without
 * n8n's engine, which takes some 300 µs for each.
 */
export class ItemParameters implements ParameterReader {
	readonly input: InputItems;

	private readonly itemCount: number;

	private isPlain: boolean | undefined;

	private readonly readers = new Map<string, ReadForItem<unknown>>();

	constructor(private readonly context: IExecuteFunctions) {
		const items = context.getInputData();
		this.itemCount = items.length;
		// n8n 2.0 does not tell the settings, and has not this one yet.
		const keepsFilesInJson = () =>
			'getWorkflowSettings' in context && context.getWorkflowSettings().binaryMode === 'combined';
		this.input = {
			get: (itemIndex) => items[itemIndex],
			readFile: async (itemIndex, file) =>
				await context.helpers.getBinaryDataBuffer(itemIndex, file),
			keepsFilesInJson,
			fileInJson: (itemIndex, path) =>
				keepsFilesInJson() ? fileAt(context, itemIndex, path) : undefined,
		};
	}

	getNodeParameter(name: string, itemIndex: number, fallback?: unknown): unknown {
		let read = this.readers.get(name);
		if (read === undefined) {
			const [parameter = name] = name.split('.');
			const { parameters } = this.context.getNode();
			read = shared(parameters[parameter], this.readerOf(parameters, name, fallback));
			this.readers.set(name, read);
		}
		return read(itemIndex);
	}

	private readerOf(parameters: unknown, name: string, fallback: unknown): ReadForItem<unknown> {
		const byEngine = (itemIndex: number): unknown =>
			this.context.getNodeParameter(name, itemIndex, fallback);
		const stored = partOf(parameters, name);
		// What is read once only is left to n8n's engine.
		const isPerItem = hasExpression(stored) && this.isReferencePlain();
		const plain = isPerItem ? plainParameter(stored) : undefined;
		if (plain === undefined) return byEngine;
		return (itemIndex) => {
			const read = plain(this.input.get(itemIndex)?.json);
			return read === undefined ? byEngine(itemIndex) : read.value;
		};
	}

	/**
	 * Whether `$json` is an input item's JSON, for n8n too. A single item is left to n8n's engine: it
	 * gains nothing, and in a tool of an AI Agent it stands for something else.
	 */
	private isReferencePlain(): boolean {
		if (this.itemCount < 2) return false;
		this.isPlain ??= [0, this.itemCount - 1].every((itemIndex) => {
			const json: unknown = this.context.getWorkflowDataProxy(itemIndex).$json;
			return json !== undefined && json === this.input.get(itemIndex)?.json;
		});
		return this.isPlain;
	}

	stored(name: string): unknown {
		return partOf(this.context.getNode().parameters, name);
	}

	/** The value of an expression that stands within a parameter. */
	evaluate(expression: string, itemIndex: number): unknown {
		return this.context.evaluateExpression(expression, itemIndex);
	}

	getTimezone(): string {
		return this.context.getTimezone();
	}
}

/** n8n itself reads the path; it throws where there is no file. */
function fileAt(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	path: string,
): IBinaryData | undefined {
	try {
		return helpers.assertBinaryData(itemIndex, path);
	} catch {
		return undefined;
	}
}

/**
 * A reader of what depends on parameters, which reads once where they hold no expression.
 *
 * @param parameter as it is stored, with its expressions
 */
export function shared<Value>(parameter: unknown, read: ReadForItem<Value>): ReadForItem<Value> {
	if (hasExpression(parameter)) return read;
	let known: { value: Value } | undefined;
	return (itemIndex) => (known ??= { value: read(itemIndex) }).value;
}

/** The part of the parameters that stands under a dotted name, if any. */
export function partOf(parameters: unknown, name: string): unknown {
	let part = parameters;
	for (const step of name.split('.')) {
		part = isPlainObject(part) && Object.hasOwn(part, step) ? part[step] : undefined;
	}
	return part;
}
