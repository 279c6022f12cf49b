import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

export const FUNCTION_PATH = 'messages:list';

/** A function that takes many items at once, in this argument. */
export const LIST_FUNCTION_PATH = 'messages:createMany';
export const LIST_ARGUMENT = 'messages';

/** The item's fields, written as an expression. */
export const ARGUMENTS_EXPRESSION = '{ index: $json.index, text: $json.text }';

/** The call of one item, as this package's node sends it. */
export function callOf({ json }: INodeExecutionData) {
	return { path: FUNCTION_PATH, args: json, format: 'json' };
}

export function outputItem(json: IDataObject, item: number): INodeExecutionData {
	return { json, pairedItem: { item } };
}
