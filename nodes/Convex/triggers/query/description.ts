import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { argumentsDescription } from '../../parameters/arguments';
import { functionPathDescription } from '../../parameters/functionLocator';
import { optionsDescription } from '../../parameters/options';

/** The options of the Convex node that have a meaning for a query that is watched. */
const OPTIONS = ['actAsUser', 'actAsUserAttributes', 'componentPath', 'valueFormat'];

/** The choices that take something of an input item: 'Using Input Item' and 'Binary Field'. */
const NEEDS_ITEM = new Set<unknown>(['item', 'binary']);

export const description: INodeProperties[] = [
	...functionPathDescription.map((property) => ({
		...property,
		description: 'The Convex query to watch',
	})),
	...argumentsDescription.filter(({ name }) => !name.startsWith('itemField')).map(withoutInputItem),
	{
		displayName: 'Trigger On',
		name: 'emit',
		type: 'options',
		default: 'result',
		options: [
			{
				name: 'Any Change of the Result',
				value: 'result',
				description: 'Start with the new result and the one before',
			},
			{
				name: 'Documents Added, Changed or Removed',
				value: 'changes',
				description:
					'Start with one item for each document of a list that was added, changed or removed',
			},
		],
	},
	{
		displayName: 'Key Field',
		name: 'keyField',
		type: 'string',
		default: '_id',
		required: true,
		placeholder: 'e.g. _id',
		description: 'The field that tells the documents of the list apart',
		displayOptions: { show: { emit: ['changes'] } },
	},
	{
		displayName: 'Emit Initial Result',
		name: 'emitInitialResult',
		type: 'boolean',
		default: false,
		description:
			'Whether the workflow also starts with the result that is there when the query begins to be watched',
	},
	...optionsDescription.map((property) => ({ ...property, ...optionsOf(property) })),
];

function optionsOf({ options = [] }: INodeProperties): Pick<INodeProperties, 'options'> {
	return { options: options.filter(({ name }) => OPTIONS.includes(name)) };
}

/** A trigger has no input item to take arguments, files or a mapping from. */
function withoutInputItem(property: INodeProperties): INodeProperties {
	const { options, typeOptions } = property;
	const { resourceMapper } = typeOptions ?? {};
	return {
		...property,
		...(options !== undefined && { options: options.filter(needsNoItem).map(choiceWithoutItem) }),
		...(resourceMapper !== undefined && {
			typeOptions: { ...typeOptions, resourceMapper: { ...resourceMapper, supportAutoMap: false } },
		}),
	};
}

type Choice = INodePropertyOptions | INodeProperties | INodePropertyCollection;

function needsNoItem(choice: Choice): boolean {
	const shownFor = 'displayOptions' in choice ? choice.displayOptions?.show?.type : undefined;
	return !('value' in choice && NEEDS_ITEM.has(choice.value)) && !shownFor?.includes('binary');
}

function choiceWithoutItem(choice: Choice): Choice {
	if ('values' in choice) {
		return { ...choice, values: choice.values.filter(needsNoItem).map(withoutInputItem) };
	}
	return 'type' in choice ? withoutInputItem(choice) : choice;
}
