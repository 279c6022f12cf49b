import type { CanonicalPath } from './canonicalPath';
import type { FunctionRequest } from './functionRequest';
import { ACTIONS, mayDo, notPermitted, notPermittedText } from './identity';
import type { AppFunction } from './registeredFunction';

const TYPE_NAMES = { query: 'Query', mutation: 'Mutation', action: 'Action' } as const;

/** What a key needs for internal functions: crates/udf/src/validation.rs. */
const INTERNAL_ACTIONS = {
	query: ACTIONS.runInternalQueries,
	mutation: ACTIONS.runInternalMutations,
	action: ACTIONS.runInternalActions,
} as const;

export const PAUSED_TEXT =
	'Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.';

/**
 * Why a function is not run for who asks, with the words of crates/udf/src/validation.rs; undefined when
 * it is run.
 *
 * @param appFunction - undefined when there is none at this path
 * @throws PlatformFailure for an internal action that a key may not run
 */
export function refusalOf(
	{ requested, caller, componentPath }: FunctionRequest,
	path: CanonicalPath,
	appFunction: AppFunction | undefined,
): string | undefined {
	if (caller.kind === 'actingUser' && !mayDo(caller, ACTIONS.actAsUser)) {
		return notPermittedText(ACTIONS.actAsUser);
	}
	const mayRunInternal =
		caller.kind === 'admin' || (caller.kind === 'actingUser' && requested !== 'any');
	if (appFunction === undefined || (!appFunction.isPublic && !mayRunInternal)) {
		const place = componentPath === '' ? '' : ` in '${componentPath}'`;
		return requested === 'any'
			? `Could not find function for '${path.stripped}'${place}. Did you forget to run \`npx convex dev\`?`
			: `Could not find public function for '${path.stripped}'${place}.`;
	}
	const action = INTERNAL_ACTIONS[appFunction.type];
	if (!appFunction.isPublic && !mayDo(caller, action)) {
		if (appFunction.type !== 'action') return notPermittedText(action);
		throw notPermitted(action);
	}
	return requested === 'any' || requested === appFunction.type
		? undefined
		: `Trying to execute ${path.full} as ${TYPE_NAMES[requested]}, but it is defined as ${TYPE_NAMES[appFunction.type]}.`;
}
