import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import { booleanField, integerField, readParameter } from './field';
import type { ParameterReader } from './parameterReader';

/** The parameters that say how much of a list to read. */
export interface ListLimit {
	properties: INodeProperties[];
	/**
	 * @returns how many at most; infinite for all
	 * @throws ConvexFailure (`input`) naming the parameter
	 */
	read: (context: ParameterReader, itemIndex: number) => number;
}

/** @param show where a list is read */
export function listLimit(show: IDisplayOptions['show']): ListLimit {
	const returnAll = booleanField({
		displayName: 'Return All',
		name: 'returnAll',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show },
	});
	const limit = integerField({
		displayName: 'Limit',
		name: 'limit',
		default: 50,
		min: 1,
		description: 'Max number of results to return',
		displayOptions: { show: { ...show, returnAll: [false] } },
	});
	return {
		properties: [returnAll.property, limit.property],
		read: (context, itemIndex) =>
			readParameter(context, returnAll, itemIndex)
				? Infinity
				: readParameter(context, limit, itemIndex),
	};
}
