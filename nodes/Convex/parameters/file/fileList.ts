import type { INodeProperties } from 'n8n-workflow';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { inputFailure } from '../../convex/failure';
import { convertArgument, DATE_HELP } from '../../convex/values/argumentTypes';
import { dateParser } from '../dates';
import { hasExpression, isMeantToBeGiven } from '../expressions';
import { enumField, readParameter, toFieldValues } from '../field';
import { listLimit } from '../listLimit';
import type { ParameterReader } from '../parameterReader';

const forList = { operation: ['getMany'] };

const limit = listLimit(forList);

const order = enumField({
	displayName: 'Order',
	name: 'order',
	default: 'desc',
	description: 'Which files come first',
	choices: [
		{
			name: 'Newest First',
			value: 'desc',
			description: 'In the order of their creation, backwards',
		},
		{ name: 'Oldest First', value: 'asc', description: 'In the order of their creation' },
	],
	displayOptions: { show: forList },
});

/** The bounds by their names in Convex's function; a file of the very moment is among them. */
const BOUNDS = {
	createdAfter: { displayName: 'Created After', argument: 'minCreationTime' },
	createdBefore: { displayName: 'Created Before', argument: 'maxCreationTime' },
} as const;

const FILTERS = "'Filters'";

const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: Object.entries(BOUNDS).map(([name, { displayName }]) => ({
		displayName,
		name,
		type: 'dateTime',
		default: '',
		description: `Only files that were ${displayName.toLowerCase()} this time, or at it`,
	})),
	displayOptions: { show: forList },
};

export const fileListDescription: INodeProperties[] = [
	...limit.properties,
	order.property,
	filters,
];

/** The parameters that decide which files are listed. */
export const FILE_LIST_PARAMETERS = ['returnAll', 'limit', 'order', 'filters'] as const;

/** Which files to list. */
export interface FileList {
	/** How many at most; infinite for all. */
	limit: number;
	/** As Convex's function takes them. */
	filters: EncodedArguments;
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readFileList(context: ParameterReader, itemIndex: number): FileList {
	return {
		limit: limit.read(context, itemIndex),
		filters: {
			order: readParameter(context, order, itemIndex),
			...readBounds(context, itemIndex),
		},
	};
}

function readBounds(context: ParameterReader, itemIndex: number): Record<string, number> {
	const stored = context.getNodeParameter('filters', itemIndex, {});
	const values = toFieldValues(FILTERS, stored, 'Add filters one by one, or remove them.');
	const bounds = Object.entries(BOUNDS).flatMap(([name, { displayName, argument }]) => {
		if (!Object.hasOwn(values, name)) return [];
		const value = values[name];
		const subject = `${FILTERS}: '${displayName}'`;
		// Without a bound that is meant to be there, all files are listed, maybe to be deleted.
		if (value === '') {
			const stored = context.stored(`filters.${name}`);
			if (hasExpression(stored) && !isMeantToBeGiven(stored)) return [];
			throw inputFailure(`${subject} is empty`, 'Give it a date, or remove the filter.');
		}
		return [[argument, toTime(context, subject, value)] as const];
	});
	return Object.fromEntries(bounds);
}

/** Milliseconds since 1970, as Convex keeps times. */
function toTime(context: ParameterReader, subject: string, value: unknown): number {
	const parsed = typeof value === 'string' ? dateParser(context.getTimezone())(value) : undefined;
	const time = parsed ?? convertArgument(subject, 'date', value);
	if (typeof time === 'number') return time;
	throw inputFailure(`${subject} is not a date`, DATE_HELP);
}
