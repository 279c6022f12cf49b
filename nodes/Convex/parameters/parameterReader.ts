import type { INodeExecutionData } from 'n8n-workflow';

/** Where parameters are read from: a run with its input items, or a trigger. */
export interface ParameterReader {
	getNodeParameter: (name: string, itemIndex: number, fallback?: unknown) => unknown;
	getTimezone: () => string;
	/** A trigger has none. */
	input?: InputItems;
}

export interface InputItems {
	get: (itemIndex: number) => INodeExecutionData | undefined;
	readFile: (itemIndex: number, binaryField: string) => Promise<Buffer>;
}
