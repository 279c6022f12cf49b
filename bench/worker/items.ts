import type { INodeExecutionData } from 'n8n-workflow';

export function makeItems(count: number): INodeExecutionData[] {
	return Array.from({ length: count }, (_, index) => ({
		json: { index, text: `Text of the item with the number ${index}` },
	}));
}
