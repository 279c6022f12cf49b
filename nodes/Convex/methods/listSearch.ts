import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import {
	readFormComponentPath,
	readFormOperation,
	readFormTarget,
} from '../parameters/formParameters';
import { inputFailure } from '../convex/failure';
import type { FunctionOperation } from '../convex/functions/functionCall';
import { formatFunctionPath } from '../convex/functions/functionPath';
import {
	isCallable,
	type ArgumentsValidator,
	type FunctionSignature,
} from '../convex/functions/functionSpec';
import { listArguments } from '../convex/functions/listArgument';
import { describeNames, describeValidator } from '../convex/values/validator';
import { openCaller } from '../transport/caller';
import { adviseInstead, readSignature } from '../transport/http/functionSignature';
import { readFunctionSpec } from '../transport/http/readFunctionSpec';
import { toEditorError } from '../transport/nodeError';
import { matching } from './matchingEntries';

export { searchHttpRoutes } from './httpRouteSearch';
export { searchIndexes, searchTables } from './tableSearch';

/** The functions that the chosen operation can run, public ones first, module by module. */
export async function searchFunctions(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const caller = await openCaller(this);
		const spec = await readFunctionSpec(this, caller, readFormComponentPath(this)).catch(
			adviseInstead(() => "choose the function 'By Path'"),
		);
		const operation = readFormOperation(this);
		const callable = spec.filter((signature) => isCallable(signature, operation));
		if (callable.length === 0) throw nothingToChoose(operation);
		return matching(callable.sort(byVisibilityAndPath).map(toListItem), filter);
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}

/** The arguments of the chosen function that take a list. */
export async function searchListArguments(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const target = readFormTarget(this);
		const { args } = await readSignature(this, await openCaller(this), target).catch(
			adviseInstead(() => "write the argument's name 'By Name'"),
		);
		const lists = listArguments(args);
		if (lists.length === 0) throw noLists(args);
		const results = lists.map(([name, element]) => ({
			name,
			value: name,
			description: describeValidator({ type: 'array', element }),
		}));
		return matching(results, filter);
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}

function noLists({ type }: ArgumentsValidator) {
	if (type === 'object') {
		return inputFailure(
			'The function has no argument that takes a list',
			"Set 'Call For' to 'Each Item', or choose a function that takes many items at once.",
		);
	}
	return inputFailure(
		'The function declares no arguments, so it is not known which argument takes a list',
		"Write the argument's name 'By Name'.",
	);
}

function byVisibilityAndPath(a: FunctionSignature, b: FunctionSignature): number {
	if (a.isPublic !== b.isPublic) return a.isPublic ? -1 : 1;
	return (
		a.path.module.localeCompare(b.path.module, 'en') || a.path.name.localeCompare(b.path.name, 'en')
	);
}

function toListItem({ path, type, isPublic, args }: FunctionSignature): INodeListSearchItems {
	const value = formatFunctionPath(path);
	return {
		name: isPublic ? value : `${value} (internal)`,
		value,
		description: `${type}(${args.type === 'object' ? describeNames(args) : 'any'})`,
	};
}

function nothingToChoose(operation: FunctionOperation) {
	return inputFailure(
		operation === 'run'
			? 'The deployment has no functions'
			: `The deployment has no ${operation} functions`,
		'Deploy your functions with `npx convex deploy`, or choose another operation.',
	);
}
