import type { INodeProperties } from 'n8n-workflow';
import { hasArgumentForm } from '../../parameters/arguments';
import { readsClockOnly } from '../../parameters/expressions';
import { booleanField, enumField, enumListField, readParameter } from '../../parameters/field';
import { readFunctionPath } from '../../parameters/functionLocator';
import { readTriggerOptions, type ValueOptions } from '../../parameters/options';
import type { ParameterReader } from '../../parameters/parameterReader';
import { describeType } from '../../convex/values/plainObject';
import type { ChangeType } from '../../convex/changes/resultEvent';
import { inputFailure } from '../../convex/failure';
import type { FunctionPath } from '../../convex/functions/functionPath';

export const emit = enumField({
	displayName: 'Trigger On',
	name: 'emit',
	default: 'result',
	choices: [
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
});

export const KEY_FIELD: INodeProperties = {
	displayName: 'Key Field',
	name: 'keyField',
	type: 'string',
	default: '_id',
	required: true,
	placeholder: 'e.g. _id',
	description: 'The field that tells the documents of the list apart',
	displayOptions: { show: { emit: ['changes'] } },
};

export const changes = enumListField({
	displayName: 'Changes',
	name: 'changes',
	description:
		'Which changes of documents start the workflow; unless all are chosen, one while n8n is down can be missed',
	choices: [
		{ name: 'Added', value: 'added' },
		{ name: 'Changed', value: 'changed' },
		{ name: 'Removed', value: 'removed' },
	],
	displayOptions: { show: { emit: ['changes'] } },
});

export const emitInitialResult = booleanField({
	displayName: 'Emit Initial Result',
	name: 'emitInitialResult',
	default: false,
	description:
		'Whether the workflow also starts with the result that is there when the query begins to be watched',
});

export const manualRun = enumField({
	displayName: 'Manual Execution',
	name: 'manualRun',
	default: 'currentResult',
	description: 'What to start with when the workflow is executed by hand',
	choices: [
		{
			name: 'Use the Current Result',
			value: 'currentResult',
			description: 'Start at once, with a sample item if there is no document',
		},
		{
			name: 'Wait for the Next Change',
			value: 'nextChange',
			description: 'Start as soon as something changes in Convex',
		},
	],
});

/** What is watched, and what the workflow gets of it. */
export interface Watch extends ValueOptions {
	functionPath: FunctionPath;
	/** Whether the arguments are those of a form that is made from the query's own declaration. */
	hasArgumentForm: boolean;
	/**
	 * The arguments as they were written, where they depend on the time and nothing else: they are others at each
	 * start, and what is watched is the same.
	 */
	timedArguments: string | undefined;
	/** The field that tells documents apart; undefined where the result is watched as a whole. */
	keyField: string | undefined;
	/** Which changes of documents start the workflow. */
	changes: readonly ChangeType[];
	emitInitialResult: boolean;
	manualRun: 'currentResult' | 'nextChange';
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readWatch(source: ParameterReader): Watch {
	const isOfDocuments = readParameter(source, emit, 0) === 'changes';
	return {
		...readTriggerOptions(source),
		functionPath: readFunctionPath(source, 0),
		hasArgumentForm: hasArgumentForm(source, 0),
		timedArguments: readTimedArguments(source),
		keyField: isOfDocuments ? readKeyField(source) : undefined,
		changes: isOfDocuments ? readParameter(source, changes, 0) : changes.unset,
		emitInitialResult: readParameter(source, emitInitialResult, 0),
		manualRun: readParameter(source, manualRun, 0),
	};
}

function readTimedArguments(source: ParameterReader): string | undefined {
	const names = ['argumentsMode', 'argumentsJson', 'argumentFields', 'mappedArguments.value'];
	const written = names.map((name) => source.stored(name) ?? null);
	return readsClockOnly(written) ? JSON.stringify(written) : undefined;
}

function readKeyField(source: ParameterReader): string {
	const value = source.getNodeParameter(KEY_FIELD.name, 0, '');
	const name = typeof value === 'string' ? value.trim() : value;
	if (typeof name === 'string' && name !== '') return name;
	throw inputFailure(
		`'Key Field' is ${name === '' ? 'empty' : `${describeType(name)}, not text`}`,
		'Name the field that tells the documents apart. In a document of Convex that is _id.',
	);
}
