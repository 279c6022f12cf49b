import type { JSONValue } from 'convex/values';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { ValueFormat } from '../../convex/functions/functionCall';
import { cloneJson } from '../../convex/values/cloneJson';
import { toPlainJson } from '../../convex/values/plainJson';
import type { EncodedDocument, ResultEvent } from '../../convex/changes/resultEvent';
import type { Recovery } from '../failureReporter';
import type { Watch } from './parameters';

/** The items that the workflow starts with; null stands for what is not known or not there. */
export function toItems(
	events: ResultEvent[],
	valueFormat: ValueFormat,
	recovered: Recovery | undefined,
): INodeExecutionData[] {
	// The results themselves are what the next one is compared with, and a workflow may change its items.
	const write = valueFormat === 'json' ? toPlainJson : cloneJson;
	const written = (value: JSONValue | undefined) => (value === undefined ? null : write(value));
	return events.map((event) => {
		const json: IDataObject = {
			...(event.kind === 'result'
				? { value: written(event.value), previousValue: written(event.previousValue) }
				: {
						change: event.change.type,
						key: written(event.change.key),
						document: written(event.change.document),
						previousDocument: written(event.change.previousDocument),
						changedFields: event.change.changedFields ?? null,
					}),
			reason: event.reason,
			...(recovered !== undefined && { recovered: { ...recovered } }),
		};
		return { json };
	});
}

/**
 * What a run by hand shows where no document changed in a wanted way.
 *
 * @param document one of the list; undefined if it is empty
 */
export function sampleChange(
	{ keyField = '_id', changes: [type = 'added'] }: Pick<Watch, 'keyField' | 'changes'>,
	document: EncodedDocument = { _id: 'sample', _creationTime: 0, [keyField]: 'sample' },
): ResultEvent {
	return {
		kind: 'document',
		reason: 'sample',
		change: {
			type,
			key: document[keyField] ?? null,
			document: type === 'removed' ? undefined : document,
			previousDocument: type === 'added' ? undefined : document,
			changedFields: type === 'changed' ? [] : undefined,
		},
	};
}
