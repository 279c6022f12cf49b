import type { IExecuteFunctions } from 'n8n-workflow';
import { inputFailure, type ConvexFailure } from '../convex/failure';
import { isPlainObject } from '../convex/values/plainObject';

/** The parameters that say where values come from, with the form that they may choose. */
const SOURCES = [
	{ mode: 'argumentsMode', form: 'mappedArguments', label: 'Arguments' },
	{ mode: 'fieldsMode', form: 'fields', label: 'Fields' },
] as const;

/**
 * Refuses what takes values from the input item: that of a tool is nothing that the model gave. The AI
 * Agent of today puts its own input into it, and the id of the call (n8n-core requests-response);
 * others put in only what `$fromAI` names.
 *
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function refuseInputItem(context: IExecuteFunctions): void {
	// n8n keeps only those parameters that the node shows.
	const { parameters } = context.getNode();
	for (const { mode, form, label } of SOURCES) {
		if (parameters[mode] !== undefined && context.getNodeParameter(mode, 0, '') === 'item') {
			throw noInputItem(`'${label}: Using Input Item'`);
		}
		// Read as the call reads it: it may be an expression.
		const isMapping = isPlainObject(parameters[form]);
		const mapping: unknown = isMapping && context.getNodeParameter(`${form}.mappingMode`, 0, '');
		if (mapping === 'autoMapInputData') {
			throw noInputItem(`'Map Automatically' in '${label}'`);
		}
	}
}

function noInputItem(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} does not work in a tool: the input item is the agent's own, not what the model gives`,
		"Fill in the fields one by one: with ✨ (or $fromAI) what the model decides, and with an expression such as {{ $json.userId }} what comes from the agent's input.",
		'other',
	);
}
