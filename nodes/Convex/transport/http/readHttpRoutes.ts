import type { JSONValue } from 'convex/values';
import { SYSTEM_ADVICE } from '../../convex/failures/dataFailure';
import { credentialFailure } from '../../convex/failure';
import { parseHttpRoutes, type HttpRoute } from '../../convex/functions/httpRoute';
import { SYSTEM_FUNCTIONS, type SystemFunction } from '../../convex/functions/systemFunctions';
import { isPlainObject } from '../../convex/values/plainObject';
import type { CallContext, Caller } from '../caller';
import { callSystemFunction } from './callSystemFunction';

const TIMEOUT_MS = 30_000;

/** A form that opens is not to send a request for each of a hundred components. */
const MAX_COMPONENTS = 20;

/** A component that serves routes, and under which prefix; without an id, it is the app itself. */
interface MountedComponent {
	id?: string;
	prefix: string;
}

/**
 * The HTTP actions of an app and of its components, with the prefixes under which they are served.
 *
 * @throws ConvexFailure that says which key or permission it takes
 */
export async function readHttpRoutes(context: CallContext, caller: Caller): Promise<HttpRoute[]> {
	if (caller.credential.authentication !== 'deployKey') {
		throw credentialFailure(
			'The routes of a deployment can be read with a deploy key only',
			"Set the credential's 'Authentication' to 'Deploy Key', or set 'Path' to 'By Path'.",
		);
	}
	const components = mountedComponents(await ask(context, caller, 'listComponents', {}));
	const routes = components.map(async ({ id, prefix }) => {
		const args: Record<string, string> = id === undefined ? {} : { componentId: id };
		return parseHttpRoutes(await ask(context, caller, 'listFunctions', args), prefix);
	});
	return (await Promise.all(routes)).flat();
}

/** Where an older Convex tells no prefixes, the app's own routes are listed without one. */
function mountedComponents(listed: JSONValue): MountedComponent[] {
	const components: unknown[] = Array.isArray(listed) ? listed : [];
	const mounted = components.filter(isPlainObject).flatMap((component): MountedComponent[] => {
		const { id, path, httpPrefix } = component;
		// The prefix of a component within another one is that one's business.
		if (typeof httpPrefix !== 'string' || typeof path !== 'string' || path.includes('/')) return [];
		if (path === '') return [{ prefix: httpPrefix }];
		return typeof id === 'string' ? [{ id, prefix: httpPrefix }] : [];
	});
	const own = mounted.find(({ id }) => id === undefined) ?? { prefix: '' };
	return [own, ...mounted.filter((component) => component !== own)].slice(0, MAX_COMPONENTS);
}

async function ask(
	context: CallContext,
	caller: Caller,
	name: 'listComponents' | 'listFunctions',
	args: Record<string, string>,
): Promise<JSONValue> {
	const asked: SystemFunction = SYSTEM_FUNCTIONS[name];
	const result = await callSystemFunction(context, caller, asked, args, TIMEOUT_MS);
	if (result.status === 'success') return result.value;
	// A version without components has no prefixes either.
	if (result.failure.reason === 'functionNotFound' && name === 'listComponents') return [];
	const failure = result.failure.advisedBy(SYSTEM_ADVICE);
	throw failure.with({
		message: `The routes of the deployment could not be read: ${failure.message}`,
		advice: `${failure.description} You can also set 'Path' to 'By Path'.`,
	});
}
