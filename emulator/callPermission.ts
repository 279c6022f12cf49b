import type { CanonicalPath } from './canonicalPath';
import type { FunctionRequest } from './functionRequest';
import { ACTIONS, mayDo, notPermitted } from './identity';
import { PlatformFailure } from './platformFailure';
import type { AppFunction } from './registeredFunction';

const TYPE_NAMES = { query: 'Query', mutation: 'Mutation', action: 'Action' } as const;

/** What a key needs for internal functions: crates/udf/src/validation.rs. */
const INTERNAL_ACTIONS = {
	query: ACTIONS.runInternalQueries,
	mutation: ACTIONS.runInternalMutations,
	action: ACTIONS.runInternalActions,
} as const;

/** What it needs for the public ones of a component (`require_admin_data_op` there). */
const COMPONENT_ACTIONS = {
	query: ACTIONS.viewData,
	mutation: ACTIONS.writeData,
	action: ACTIONS.writeData,
} as const;

export const PAUSED_TEXT =
	'Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.';

/**
 * Why a function is not run for who asks, with the words of crates/udf/src/validation.rs; undefined when
 * it is run.
 *
 * @param isComponent whether there is a component at the request's path
 * @param appFunction - undefined when there is none at this path
 * @throws PlatformFailure for an action that a key may not run, or whose component is not there: the
 *   backend words these for queries and mutations only (crates/application/src/lib.rs `query_udf`)
 */
export function refusalOf(
	{ requested, caller, componentPath }: FunctionRequest,
	path: CanonicalPath,
	isComponent: boolean,
	appFunction: AppFunction | undefined,
): string | undefined {
	if (!isComponent && requested !== 'any') {
		const failure = new PlatformFailure(
			400,
			'ComponentPathNotFound',
			`Component path '${componentPath}' not found`,
		);
		return worded(failure, requested);
	}
	const mayRunInternal =
		caller.kind === 'admin' || (caller.kind === 'actingUser' && requested !== 'any');
	if (appFunction === undefined || (!appFunction.isPublic && !mayRunInternal)) {
		const place = componentPath === '' ? '' : ` in '${componentPath}'`;
		return requested === 'any'
			? `Could not find function for '${path.stripped}'${place}. Did you forget to run \`npx convex dev\`?`
			: `Could not find public function for '${path.stripped}'${place}.`;
	}
	const type = requested === 'any' ? appFunction.type : requested;
	const needed = [
		...(caller.kind === 'actingUser' ? [ACTIONS.actAsUser] : []),
		...(appFunction.isPublic ? [] : [INTERNAL_ACTIONS[type]]),
		...(appFunction.isPublic && componentPath !== '' ? [COMPONENT_ACTIONS[type]] : []),
	];
	const missing = needed.find((action) => !mayDo(caller, action));
	if (missing !== undefined) return worded(notPermitted(missing), type);
	return requested === 'any' || requested === appFunction.type
		? undefined
		: `Trying to execute ${path.full} as ${TYPE_NAMES[requested]}, but it is defined as ${TYPE_NAMES[appFunction.type]}.`;
}

function worded(failure: PlatformFailure, type: AppFunction['type']): string {
	if (type === 'action') throw failure;
	return failure.message;
}
