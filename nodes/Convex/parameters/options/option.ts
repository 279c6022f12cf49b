import type { INodeProperties } from 'n8n-workflow';
import { FUNCTION_OPERATIONS } from '../../convex/functions/functionCall';
import { readValue, type Field, type FieldValues } from '../field';

/** What the node does with functions: calls one, or waits for a query's result. The names are in saved workflows. */
export const NODE_OPERATIONS = [...FUNCTION_OPERATIONS, 'waitForResult'] as const;

export type NodeOperation = (typeof NODE_OPERATIONS)[number];

/** Where an option may have a meaning: for an operation of the node, or for the trigger. */
export type Place = NodeOperation | 'trigger';

export const EVERYWHERE: readonly Place[] = [...NODE_OPERATIONS, 'trigger'];

/** A row of the table of options; functions and the trigger have one table, each other resource its own. */
export interface Option<Value, Where extends string = Place> extends Field<Value> {
	appliesTo: readonly Where[];
}

export function option<Value, Where extends string = Place>(
	appliesTo: readonly Where[],
	field: Field<Value>,
): Option<Value, Where> {
	return { ...field, appliesTo };
}

/** An option whose value for the first item counts for all. */
export function runOption<Value, Where extends string = Place>(
	appliesTo: readonly Where[],
	field: Field<Value>,
): Option<Value, Where> {
	return option(appliesTo, { ...field, property: { ...field.property, noDataExpression: true } });
}

/** The form of those options that apply to some of these places, each shown where it does. */
export function optionsForm<Where extends string>(
	options: ReadonlyArray<Option<unknown, Where>>,
	places: readonly Where[],
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: options.flatMap(({ property, appliesTo }) => {
			const shownFor = places.filter((place) => appliesTo.includes(place));
			if (shownFor.length === places.length) return [property];
			const displayOptions = {
				show: { ...property.displayOptions?.show, '/operation': shownFor },
			};
			return shownFor.length === 0 ? [] : [{ ...property, displayOptions }];
		}),
	};
}

/** Reads an option; one that does not apply holds as not set, whatever is stored. */
export type ReadOption<Where extends string = Place> = <Value>(
	option: Option<Value, Where>,
) => Value;

/**
 * A reader of the options that are set. One that is there counts, also when its expression gives
 * nothing: a call that is meant for a user must not be made as the administrator.
 */
export function optionReader<Where extends string = Place>(
	place: NoInfer<Where>,
	values: FieldValues,
	valueOf = (name: string): unknown => values[name],
): ReadOption<Where> {
	return (field) => {
		const { name, displayName } = field.property;
		return field.appliesTo.includes(place) && Object.hasOwn(values, name)
			? readValue(`The option '${displayName}'`, field, valueOf(name))
			: field.unset;
	};
}
