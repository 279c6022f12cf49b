import type { INodeProperties } from 'n8n-workflow';
import type { FeedEvent } from '../../convex/feed/changeCollector';
import type { FeedSelection } from '../../convex/feed/feedSelection';
import { enumField, enumListField, integerField, readParameter } from '../field';
import { component as componentOfFunction } from '../options';
import { option, optionsForm, type Option } from '../options/option';
import { readerForItem } from '../options/storedOptions';
import type { ParameterReader } from '../parameterReader';
import { EXCLUDED_FIELDS, readExcludedFields, readTableNames, TABLES } from './feedTables';

const events = enumListField<FeedEvent>({
	displayName: 'Trigger On',
	name: 'events',
	choices: [
		{ name: 'Document Written', value: 'written', description: 'Created, changed or imported' },
		{ name: 'Document Deleted', value: 'deleted', description: 'Tells the ID of the document' },
	],
});

/** Where a trigger begins that has not run yet. */
export type FeedStart = 'now' | 'beginning';

const startFrom = enumField<FeedStart>({
	displayName: 'Start From',
	name: 'startFrom',
	default: 'now',
	description: 'Where the trigger begins; after that, it goes on where it stopped',
	choices: [
		{ name: 'Now', value: 'now', description: 'Changes from publishing on' },
		{
			name: 'Beginning',
			value: 'beginning',
			description: 'First all documents that the tables have, then every change',
		},
	],
});

const PLACE = 'documentTrigger';

type FeedOption<Value> = Option<Value, typeof PLACE>;

const component: FeedOption<string | undefined> = option<string | undefined, typeof PLACE>(
	[PLACE],
	{
		...componentOfFunction,
		property: {
			...componentOfFunction.property,
			description: 'The component that the tables are in',
		},
	},
);

const maxItems: FeedOption<number> = option<number, typeof PLACE>(
	[PLACE],
	integerField({
		displayName: 'Maximum Items',
		name: 'maxItems',
		default: 10_000,
		min: 1,
		description: 'How many documents one execution gets before the others wait for the next poll',
	}),
);

const OPTIONS: ReadonlyArray<FeedOption<unknown>> = [component, maxItems];

export const feedDescription: INodeProperties[] = [
	{
		displayName: 'Needs a deploy key, and a deployment on the Pro plan or hosted by yourself',
		name: 'planNotice',
		type: 'notice',
		default: '',
	},
	TABLES,
	events.property,
	startFrom.property,
	EXCLUDED_FIELDS,
	optionsForm(OPTIONS, [PLACE]),
];

/** What a trigger is to report. */
export interface FeedSettings extends FeedSelection {
	events: readonly FeedEvent[];
	startFrom: FeedStart;
	/** How many documents one execution gets at most. */
	maxItems: number;
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readFeedSettings(source: ParameterReader): FeedSettings {
	const tables = readTableNames(source);
	const read = readerForItem<typeof PLACE>(source, PLACE, 0);
	return {
		tables,
		excludedFields: readExcludedFields(source, tables),
		events: readParameter(source, events, 0),
		startFrom: readParameter(source, startFrom, 0),
		componentPath: read(component),
		maxItems: read(maxItems),
	};
}
