import type { IPollFunctions, ITriggerFunctions } from 'n8n-workflow';
import { partOf } from './itemParameters';
import type { ParameterReader } from './parameterReader';

/**
 * A trigger's parameters, each read once. Their expressions can be evaluated while the trigger is
 * activated or polls, and not later.
 */
export function triggerParameters(context: ITriggerFunctions | IPollFunctions): ParameterReader {
	const known = new Map<string, unknown>();
	return {
		getNodeParameter: (name, _itemIndex, fallback) => {
			if (!known.has(name)) known.set(name, context.getNodeParameter(name, fallback));
			return known.get(name);
		},
		stored: (name) => partOf(context.getNode().parameters, name),
		getTimezone: () => context.getTimezone(),
	};
}
