import type { JSONValue } from 'convex/values';
import type {
	FunctionCall,
	FunctionOperation,
	FunctionTarget,
} from '../../convex/functions/functionCall';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { elementOf } from '../../convex/functions/listArgument';
import { inputFailure } from '../../convex/failure';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { ANY_VALIDATOR, type Validator } from '../../convex/values/validator';
import type { FunctionSignature } from '../../convex/functions/functionSpec';
import { withPaginationFilledIn } from '../../convex/responses/pageWalk';
import { actingAs, type Caller } from '../../transport/caller';
import { adviseInstead } from '../../transport/http/functionSignature';
import { toFailure } from '../../transport/nodeError';
import {
	hasArgumentForm,
	otherArguments,
	readArguments,
	readElement,
	type Freshness,
} from '../../parameters/arguments';
import type { EncodedShared } from '../../parameters/manyItems';
import type { SignatureCache, SignatureSource } from './signatureCache';
import type { FunctionOptions } from '../../parameters/options';
import type { CachedParameters } from '../../parameters/cachedParameters';

/** A call, checked and encoded, before anything of it is sent. */
export interface PreparedCall {
	/** The items that it is for, in input order. */
	itemIndices: readonly [number, ...number[]];
	/** Whether it is one for many items, which may be a single one. */
	hasList: boolean;
	target: FunctionTarget;
	/** The items' own, as their credential says. */
	itemCaller: Caller;
	/** Whom the call is made as: that one, or a user it acts as. */
	caller: Caller;
	call: FunctionCall;
	options: FunctionOptions;
}

/** An item's part in a call for many: an element of its list. */
export interface PreparedElement {
	itemIndex: number;
	element: JSONValue;
	listArgument: string;
	shared: EncodedShared;
	/** The call, with nothing but the shared arguments. */
	prepared: PreparedCall;
}

/** What the calls of a run have in common. */
export interface PrepareContext {
	itemCaller: Caller;
	operation: FunctionOperation;
	parameters: CachedParameters;
	functions: SignatureCache;
	/** Whether all queries read one snapshot. */
	snapshot: boolean;
	/** Whether the function is watched, and not called. */
	isWatched?: boolean;
}

/** Reads arguments by what the deployment says of the function. */
type ReadArguments<Result extends { args: EncodedArguments }> = (
	options: FunctionOptions,
	signatures: SignatureSource,
) => Promise<Result>;

/**
 * Reads an item's parameters, each once.
 *
 * @throws ConvexFailure (`input`) naming the parameter
 */
export async function prepareCall(
	context: PrepareContext,
	itemIndex: number,
): Promise<PreparedCall> {
	const { prepared } = await prepare(context, itemIndex, false, async (options, signatures) => {
		const { convertTypes, pagination } = options;
		const declared = async (freshness: Freshness) => {
			const signature = await signatures[freshness]();
			return (pagination === undefined ? signature : withPaginationFilledIn(signature)).args;
		};
		return { args: await readArguments(context.parameters, itemIndex, declared, convertTypes) };
	});
	return prepared;
}

/**
 * The same for an item that goes into a call with others. Where the deployment says what the function
 * takes, the list argument is checked also if nothing else asks for that.
 */
export async function prepareElement(
	context: PrepareContext,
	itemIndex: number,
): Promise<PreparedElement> {
	const { parameters } = context;
	const { prepared, read } = await prepare(
		context,
		itemIndex,
		true,
		async ({ convertTypes, pagination }, signatures) => {
			if (pagination !== undefined) throw notPageByPage();
			const { listArgument, shared } = parameters.listCall(itemIndex);
			let declared: Validator | undefined;
			const ask = async (isConverted: boolean, freshness: Freshness) => {
				const signature = isConverted
					? await signatures[freshness]()
					: await signatures.knownIfReadable();
				if (isConverted) declared = signature?.args;
				return elementOf(signature?.args ?? ANY_VALIDATOR, listArgument);
			};
			const element = await readElement(parameters, itemIndex, ask, convertTypes);
			return { ...shared.encode(declared), element, listArgument };
		},
	);
	const { args, json, element, listArgument } = read;
	return { itemIndex, element, listArgument, shared: { args, json }, prepared };
}

function notPageByPage() {
	return inputFailure(
		"'Call For: Many Items at Once' and 'Pagination' do not go together",
		"Switch off 'Pagination', or set 'Call For' to 'Each Item': a list is read page by page for one item.",
	);
}

async function prepare<Result extends { args: EncodedArguments }>(
	{ itemCaller, operation, parameters, functions, snapshot, isWatched = false }: PrepareContext,
	itemIndex: number,
	hasList: boolean,
	readCall: ReadArguments<Result>,
): Promise<{ prepared: PreparedCall; read: Result }> {
	const functionPath = parameters.functionPath(itemIndex);
	try {
		const options = parameters.options(itemIndex);
		const { identity, componentPath, valueFormat, timeoutMs } = options;
		if (snapshot && componentPath !== undefined) {
			throw inputFailure(
				"The options 'Component' and 'Single Snapshot' do not go together",
				'Convex reads a snapshot with functions of the app itself only. Remove one of the options.',
			);
		}
		const target = { operation, functionPath, componentPath, isWatched };
		let known: FunctionSignature | undefined;
		const instead = adviseInstead(() => insteadOfList(parameters, itemIndex, operation, options));
		const signature = async () =>
			(known ??= await functions.signature(itemCaller, target, timeoutMs).catch(instead));
		const read = await functions.reading(
			itemCaller,
			target,
			timeoutMs,
			async ({ knownIfReadable, ...asked }) =>
				readCall(options, {
					known: async () => (known = await asked.known().catch(instead)),
					knownIfReadable,
					current: async () => (known = await asked.current().catch(instead)),
				}),
		);
		const caller = identity === undefined ? itemCaller : actingAs(itemCaller, identity);
		const needsSignature = componentPath !== undefined || identity !== undefined;
		const callable = needsSignature
			? await callableTarget(target, identity !== undefined, signature)
			: target;
		const call = { ...callable, args: read.args, valueFormat };
		const itemIndices = [itemIndex] as const;
		const prepared = { itemIndices, hasList, target, itemCaller, caller, call, options };
		return { prepared, read };
	} catch (thrown) {
		throw toFailure(thrown).ofCall({ functionPath: formatFunctionPath(functionPath) });
	}
}

/**
 * How an item is called without the list of functions, behind "You can also".
 *
 * @returns undefined for a component, whose functions are not called without it
 */
function insteadOfList(
	parameters: CachedParameters,
	itemIndex: number,
	operation: FunctionOperation,
	{ componentPath, identity, convertTypes }: FunctionOptions,
): string | undefined {
	if (componentPath !== undefined) return undefined;
	const others = `set ${otherArguments(!parameters.isTool)}`;
	const steps = hasArgumentForm(parameters, itemIndex) ? [others] : [];
	if (convertTypes) steps.push("remove the option 'Convert Argument Types'");
	if (identity !== undefined && operation === 'run') {
		steps.push("set 'Operation' to the type of the function");
	}
	return steps.length === 0 ? undefined : steps.join(', and ');
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
