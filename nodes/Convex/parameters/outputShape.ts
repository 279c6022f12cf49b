import { enumField } from './field';

/** `full`: value and log lines, one item each. `value`: the value alone, a list element by element. */
export type OutputShape = 'full' | 'value';

export const outputShape = enumField({
	displayName: 'Output',
	name: 'output',
	default: 'full',
	description: 'What each output item contains',
	choices: [
		{
			name: 'Value and Log Lines',
			value: 'full',
			description: "One item per input item, with the function's 'value' and 'logLines'",
		},
		{
			name: 'Value Only',
			value: 'value',
			description: 'A list becomes one item per element, an object becomes the item',
		},
	],
});
