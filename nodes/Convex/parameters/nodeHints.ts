import type { NodeHint } from 'n8n-workflow';

/** Operations that change something, wherever they are. */
const WRITES = ['mutation', 'action', 'create', 'update', 'delete', 'import'];

const isOneOf = (name: string, values: string[]) =>
	`${JSON.stringify(values)}.includes($parameter["${name}"])`;

const hasItems = '$input.all().length > 1';

/** Only the tool of an AI Agent has this parameter. */
const isTool = '$parameter["maxResultLength"] !== undefined';

/** What decides over a call, as it is stored, with its expressions. */
const raw = (...names: string[]) =>
	`JSON.stringify([${names.map((name) => `$rawParameter["${name}"]`).join(', ')}])`;

const hasExpression = (text: string) => `${text}.includes("{{")`;

/** An argument that is the content of a file: each item has its own. */
const hasFile = (text: string) => `${text}.includes('"type":"binary"')`;

/** Of what may depend on the item, what certainly does: the node reads once where nothing does. */
const namesItem = (text: string) => `/[$](json|binary|itemIndex)|[.]item\\b/.test(${text})`;

const when = (...conditions: string[]) =>
	`={{ ${conditions.map((condition) => `(${condition})`).join(' && ')} }}`;

/**
 * Reminders that the editor shows where people go wrong. It knows the input items once the node before
 * has run: pinned data is not enough.
 */
export const nodeHints: NodeHint[] = [
	{
		type: 'info',
		message:
			"The documents are read once for each input item, because a parameter depends on the item. To read them once, switch on 'Execute Once' in the settings.",
		displayCondition: when(
			hasItems,
			isOneOf('resource', ['document']),
			isOneOf('operation', ['getMany']),
			namesItem(raw('table', 'filters', 'limit', 'index', 'order', 'options')),
		),
		whenToDisplay: 'always',
		location: 'outputPane',
	},
	{
		type: 'info',
		message:
			"The function is called once for each input item, each time with the same arguments. To call it once, switch on 'Execute Once' in the settings.",
		displayCondition: when(
			hasItems,
			isOneOf('resource', ['function']),
			isOneOf('operation', ['query', 'mutation', 'action', 'run']),
			'$parameter["callFor"] !== "manyItems"',
			`!${isOneOf('argumentsMode', ['item'])}`,
			'$parameter["mappedArguments"]?.mappingMode !== "autoMapInputData"',
			`!${hasFile(raw('argumentFields'))}`,
			`!${hasExpression(raw('functionPath', 'mappedArguments', 'argumentFields', 'argumentsJson', 'options'))}`,
		),
		whenToDisplay: 'always',
		location: 'outputPane',
	},
	{
		type: 'warning',
		message:
			"This workflow starts itself again if this changes what its Convex Trigger watches. Have the trigger watch a query that leaves out what is done, or set its 'Changes' to 'Added'.",
		displayCondition: when(
			isOneOf('operation', WRITES),
			'"reason" in ($input.first()?.json ?? {})',
			'"previousValue" in $input.first().json || "changedFields" in $input.first().json',
		),
		whenToDisplay: 'always',
		location: 'outputPane',
	},
	{
		type: 'warning',
		message:
			"'Map Automatically' does not work in a tool: the input item is the agent's own, not what the model gives. Fill in the fields one by one, with ✨ for the model.",
		displayCondition: when(
			isTool,
			'[$parameter["mappedArguments"], $parameter["fields"]].some((form) => form?.mappingMode === "autoMapInputData")',
		),
		whenToDisplay: 'always',
		location: 'ndv',
	},
];
