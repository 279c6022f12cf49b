import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { readFormComponentPath, readFormOperation } from '../parameters/formParameters';
import { inputFailure } from '../convex/failure';
import type { FunctionOperation } from '../convex/functions/functionCall';
import { formatFunctionPath } from '../convex/functions/functionPath';
import { isCallable, type FunctionSignature } from '../convex/functions/functionSpec';
import { describeNames } from '../convex/values/validator';
import { openCaller } from '../transport/caller';
import { readFunctionSpec } from '../transport/http/readFunctionSpec';
import { toEditorError } from '../transport/nodeError';

/** The functions that the chosen operation can run, public ones first, module by module. */
export async function searchFunctions(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const caller = await openCaller(this);
		const spec = await readFunctionSpec(this, caller, readFormComponentPath(this));
		const operation = readFormOperation(this);
		const callable = spec.filter((signature) => isCallable(signature, operation));
		if (callable.length === 0) throw nothingToChoose(operation);
		const wanted = (filter ?? '').trim().toLowerCase();
		const results = callable.sort(byVisibilityAndPath).map(toListItem);
		return { results: results.filter(({ name }) => name.toLowerCase().includes(wanted)) };
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
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
