import type { ITriggerFunctions } from 'n8n-workflow';
import { readArguments } from '../../parameters/arguments';
import { readFunctionPath } from '../../parameters/functionLocator';
import { readIdentity } from '../../parameters/options/actAsUser';
import { readComponentPath, readValueFormat } from '../../parameters/options';
import { isOn, toOptions } from '../../parameters/options/optionValues';
import type { ParameterReader } from '../../parameters/parameterReader';
import {
	describeType,
	isPlainObject,
	type EncodedArguments,
} from '../../convex/values/encodeArguments';
import { inputFailure } from '../../convex/failure';
import type { ValueFormat } from '../../convex/functions/functionCall';
import type { FunctionPath } from '../../convex/functions/functionPath';
import type { FunctionSignature } from '../../convex/functions/functionSpec';
import type { UserIdentity } from '../../convex/deployment/identity';

/** What is watched, and what the workflow gets of it. */
export interface Watch {
	functionPath: FunctionPath;
	componentPath: string | undefined;
	/** The user to act as, if any. */
	identity: UserIdentity | undefined;
	/** Whether the arguments are those of a form that is made from the query's own declaration. */
	hasArgumentForm: boolean;
	/** The field that tells documents apart; undefined where the result is watched as a whole. */
	keyField: string | undefined;
	emitInitialResult: boolean;
	valueFormat: ValueFormat;
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readWatch(source: ParameterReader): Watch {
	const parameter = (name: string, fallback: unknown) => source.getNodeParameter(name, 0, fallback);
	const options = toOptions(parameter('options', {}));
	const watch: Watch = {
		functionPath: readFunctionPath(source, 0),
		componentPath: readComponentPath(options),
		identity: readIdentity(options),
		hasArgumentForm: parameter('argumentsMode', 'fields') === 'mapping',
		keyField: readKeyField(parameter('emit', 'result'), parameter('keyField', '')),
		emitInitialResult: isOn("'Emit Initial Result'", parameter('emitInitialResult', false)),
		valueFormat: readValueFormat(options),
	};
	if (watch.componentPath === undefined || watch.identity === undefined) return watch;
	throw inputFailure(
		"The options 'Component' and 'Act as User' do not go together",
		'Convex lets an administrator act as a user in the app itself only. Remove one of the options.',
	);
}

/**
 * The arguments of the watched query.
 *
 * @param signature asks the deployment what the query declares; called only for a form made of it
 * @throws ConvexFailure naming the parameter and the argument
 */
export async function readWatchedArguments(
	source: ParameterReader,
	signature: () => Promise<FunctionSignature>,
): Promise<EncodedArguments> {
	const mode: unknown = source.getNodeParameter('argumentsMode', 0);
	if (mode === 'item') {
		throw inputFailure(
			"'Arguments' is 'item', and a trigger has no input item",
			"Choose from the list, or use an expression that gives 'fields', 'json' or 'mapping'.",
		);
	}
	const mapping: unknown = mode === 'mapping' && source.getNodeParameter('mappedArguments', 0);
	if (isPlainObject(mapping) && mapping.mappingMode === 'autoMapInputData') {
		throw inputFailure(
			"'Arguments' is mapped automatically, and a trigger has no input item",
			'Map each argument manually.',
		);
	}
	return await readArguments(source, 0, signature, false);
}

function readKeyField(emit: unknown, keyField: unknown): string | undefined {
	if (emit === 'result') return undefined;
	if (emit !== 'changes') {
		throw inputFailure(
			"'Trigger On' is not one of its choices",
			"Choose from the list, or use an expression that gives 'result' or 'changes'.",
		);
	}
	const name = typeof keyField === 'string' ? keyField.trim() : keyField;
	if (typeof name === 'string' && name !== '') return name;
	throw inputFailure(
		`'Key Field' is ${name === '' ? 'empty' : `${describeType(name)}, not text`}`,
		'Name the field that tells the documents apart. In a document of Convex that is _id.',
	);
}

/**
 * A trigger's parameters, each read once. Their expressions can be evaluated while the trigger is
 * activated, and not later.
 */
export function triggerParameters(context: ITriggerFunctions): ParameterReader {
	const known = new Map<string, unknown>();
	return {
		getNodeParameter: (name, _itemIndex, fallback) => {
			if (!known.has(name)) known.set(name, context.getNodeParameter(name, fallback));
			return known.get(name);
		},
		getTimezone: () => context.getTimezone(),
		getInputData: () => [],
		helpers: {
			getBinaryDataBuffer: async () => {
				throw inputFailure('A trigger has no input item with files', 'Choose another type.');
			},
		},
	};
}
