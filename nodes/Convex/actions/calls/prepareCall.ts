import type {
	FunctionCall,
	FunctionOperation,
	FunctionTarget,
} from '../../convex/functions/functionCall';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { inputFailure } from '../../convex/failure';
import type { FunctionSignature } from '../../convex/functions/functionSpec';
import { withPaginationFilledIn } from '../../convex/responses/pageWalk';
import { actingAs, type Caller } from '../../transport/caller';
import { toFailure } from '../../transport/nodeError';
import { readArguments } from '../../parameters/arguments';
import type { SignatureCache } from './signatureCache';
import type { FunctionOptions } from '../../parameters/options';
import type { CachedParameters } from '../../parameters/cachedParameters';

/** An item's call, checked and encoded, before anything of it is sent. */
export interface PreparedCall {
	itemIndex: number;
	target: FunctionTarget;
	/** The item's own, as its credential says. */
	itemCaller: Caller;
	/** Whom the call is made as: that one, or a user it acts as. */
	caller: Caller;
	call: FunctionCall;
	options: FunctionOptions;
}

/** What the calls of a run have in common. */
export interface PrepareContext {
	itemCaller: Caller;
	operation: FunctionOperation;
	parameters: CachedParameters;
	functions: SignatureCache;
	/** Whether all queries read one snapshot. */
	snapshot: boolean;
}

/**
 * Reads an item's parameters, each once.
 *
 * @throws ConvexFailure (`input`) naming the parameter
 */
export async function prepareCall(
	{ itemCaller, operation, parameters, functions, snapshot }: PrepareContext,
	itemIndex: number,
): Promise<PreparedCall> {
	const functionPath = parameters.functionPath(itemIndex);
	try {
		const options = parameters.options(itemIndex);
		const { identity, componentPath, valueFormat } = options;
		if (snapshot && componentPath !== undefined) {
			throw inputFailure(
				"The options 'Component' and 'Single Snapshot' do not go together",
				'Convex reads a snapshot with functions of the app itself only. Remove one of the options.',
			);
		}
		const target = { operation, functionPath, componentPath };
		let known: FunctionSignature | undefined;
		const signature = async () => (known ??= await functions.signature(itemCaller, target));
		const args = await functions.reading(itemCaller, target, async (ask) => {
			const declared = async () => {
				known = await ask();
				return options.pagination === undefined ? known : withPaginationFilledIn(known);
			};
			return await readArguments(parameters, itemIndex, declared, options.convertTypes);
		});
		const caller = identity === undefined ? itemCaller : actingAs(itemCaller, identity);
		const callable = await callableTarget(target, identity !== undefined, signature);
		const call = { ...callable, args, valueFormat };
		return { itemIndex, target, itemCaller, caller, call, options };
	} catch (thrown) {
		throw toFailure(thrown).ofCall({ functionPath: formatFunctionPath(functionPath) });
	}
}

/**
 * The call that reaches a function. The endpoint for components runs functions of any type, so the
 * type is checked first; the ones for any type do not find internal functions for an administrator
 * who acts as a user, so the function's own is used (convex-backend crates/application/src/lib.rs).
 */
async function callableTarget(
	target: FunctionTarget,
	actsAsUser: boolean,
	signature: () => Promise<FunctionSignature>,
): Promise<FunctionTarget> {
	if (target.componentPath !== undefined) {
		await signature();
		return target;
	}
	const needsType = actsAsUser && target.operation === 'run';
	return needsType ? { ...target, operation: (await signature()).type } : target;
}
