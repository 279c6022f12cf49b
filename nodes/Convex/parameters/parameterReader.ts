import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/** Where parameters are read from: a run with its input items, or a trigger, which has none. */
export interface ParameterReader {
	getNodeParameter: (name: string, itemIndex: number, fallback?: unknown) => unknown;
	getTimezone: () => string;
	getInputData: () => INodeExecutionData[];
	helpers: Pick<IExecuteFunctions['helpers'], 'getBinaryDataBuffer'>;
}
