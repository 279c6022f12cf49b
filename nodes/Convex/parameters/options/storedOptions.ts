import type { IExecuteFunctions } from 'n8n-workflow';
import { isPlainObject } from '../../convex/values/plainObject';
import { hasExpression } from '../expressions';
import { toFieldValues, type FieldValues } from '../field';
import type { ParameterReader } from '../parameterReader';
import { optionReader, type Place, type ReadOption } from './option';

/**
 * A reader of the options that an item has.
 *
 * @throws ConvexFailure (`input`) for options that are no collection
 */
export function readerForItem<Where extends string = Place>(
	context: ParameterReader,
	place: NoInfer<Where>,
	itemIndex: number,
): ReadOption<Where> {
	const stored = context.getNodeParameter('options', itemIndex, {});
	const advice = 'Add options one by one, or remove them.';
	return optionReader<Where>(place, toFieldValues("'Options'", stored, advice));
}

/**
 * A reader of the options that hold for all items, as they are for the first. Each stands for itself:
 * another option's expression that cannot be evaluated is a matter of its item.
 */
export function readerForRun<Where extends string = Place>(
	context: IExecuteFunctions,
	place: NoInfer<Where>,
): ReadOption<Where> {
	const { options } = context.getNode().parameters;
	const stored: FieldValues = isPlainObject(options) ? options : {};
	return optionReader<Where>(place, stored, (name) =>
		hasExpression(stored[name]) ? context.getNodeParameter(`options.${name}`, 0) : stored[name],
	);
}
