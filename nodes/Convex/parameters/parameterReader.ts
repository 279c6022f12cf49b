import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';

/** Where parameters are read from: a run with its input items, or a trigger. */
export interface ParameterReader {
	getNodeParameter: (name: string, itemIndex: number, fallback?: unknown) => unknown;
	/** The part of the parameters under a dotted name as it is stored, with its expressions. */
	stored: (name: string) => unknown;
	getTimezone: () => string;
	/** A trigger has none. */
	input?: InputItems;
}

export interface InputItems {
	get: (itemIndex: number) => INodeExecutionData | undefined;
	readFile: (itemIndex: number, file: IBinaryData) => Promise<Buffer>;
	/** Whether the workflow keeps the files of an item in its JSON (its setting `binaryMode`). */
	keepsFilesInJson: () => boolean;
	/** The file at a path of an item's JSON, if it is kept there. */
	fileInJson: (itemIndex: number, path: string) => IBinaryData | undefined;
}
