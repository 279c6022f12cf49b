import type { Value } from 'convex/values';
import { CallChecks } from './callChecks';
import { runHandler } from './nestedCalls';
import type { TableOfId, ValidatorJson } from './validation';

export type FunctionType = 'query' | 'mutation' | 'action';

/** A function as convex/server registers it. */
export interface RegisteredFunction {
	isQuery?: boolean;
	isMutation?: boolean;
	isAction?: boolean;
	isPublic?: boolean;
	exportArgs: () => string;
	exportReturns: () => string;
	_handler: (ctx: unknown, args: Value) => unknown;
}

interface Validators {
	args: ValidatorJson;
	returns: ValidatorJson | null;
}

export interface AppFunction extends Validators {
	type: FunctionType;
	isPublic: boolean;
	runsInNode: boolean;
}

/** How the functions of a module run. */
export interface RunTerms {
	/** `''` for the app itself. */
	componentPath: string;
	/** The module as it stands in a function path: `admin/reports`. */
	path: string;
	/** The module as it stands in a stack: `../convex/tasks.ts`. */
	shownPath: string;
	runsInNode: boolean;
	/** Runs the handler of a query. */
	read: <Result>(handler: () => Promise<Result>) => Promise<Result>;
	tableOfId: TableOfId;
}

/**
 * convex-test words validation errors in its own way, does not know records and bigint literals, and
 * keeps the writes of a mutation whose result is refused. So its own checks are turned off, and the
 * backend's run inside the function, where a throw rolls back.
 */
export function withRealValidation(
	module: Record<string, unknown>,
	terms: RunTerms,
): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(module).map(([name, exported]) => [
			name,
			isRegistered(exported) ? validating(exported, name, terms) : exported,
		]),
	);
}

function validating(
	registered: RegisteredFunction,
	name: string,
	terms: RunTerms,
): RegisteredFunction {
	const { args, returns } = validatorsOf(registered);
	const { componentPath, path, shownPath, runsInNode, read } = terms;
	const checks = new CallChecks(
		`${path}.js:${name}`,
		registered.isAction === true,
		terms.tableOfId,
	);
	const type = typeOf(registered) ?? 'action';
	const place = {
		type,
		componentPath,
		file: shownPath,
		name: registered._handler.name,
		runsInNode,
	};
	return Object.assign(Object.create(registered), {
		exportArgs: () => '{"type":"any"}',
		exportReturns: () => 'null',
		described: { args, returns, runsInNode },
		_handler: async (ctx: unknown, input: Value) =>
			await runHandler(place, async () => {
				checks.checkArguments(input, args);
				const run = async () => await registered._handler(ctx, input);
				const result = ((registered.isQuery ? await read(run) : await run()) ?? null) as Value;
				checks.checkResult(result, returns);
				return result;
			}),
	});
}

/** Validators of the functions that were asked before: they stay the same as the database is emptied. */
const KNOWN_VALIDATORS = new WeakMap<RegisteredFunction, Validators>();

export function validatorsOf(registered: RegisteredFunction): Validators {
	const known = KNOWN_VALIDATORS.get(registered);
	if (known !== undefined) return known;
	const validators: Validators = {
		args: JSON.parse(registered.exportArgs()),
		returns: JSON.parse(registered.exportReturns()),
	};
	KNOWN_VALIDATORS.set(registered, validators);
	return validators;
}

export function describeFunction(registered: RegisteredFunction): AppFunction | undefined {
	const type = typeOf(registered);
	if (type === undefined) return undefined;
	const { described } = registered as RegisteredFunction & {
		described: Pick<AppFunction, 'args' | 'returns' | 'runsInNode'>;
	};
	return { type, isPublic: registered.isPublic === true, ...described };
}

function typeOf({ isQuery, isMutation, isAction }: RegisteredFunction): FunctionType | undefined {
	if (isQuery) return 'query';
	if (isMutation) return 'mutation';
	return isAction ? 'action' : undefined;
}

export function isRegistered(exported: unknown): exported is RegisteredFunction {
	return (
		(typeof exported === 'function' || typeof exported === 'object') &&
		exported !== null &&
		'exportArgs' in exported &&
		'_handler' in exported
	);
}
