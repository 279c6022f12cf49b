import { describeType, isPlainObject } from '../values/plainObject';
import { inputFailure } from '../failure';
import { listed, quote, shortened } from '../values/quote';

const COMPONENT_NAME = /^(?=.*[A-Za-z0-9])[\w.]{1,64}$/;

/**
 * The path of a component: `workpool`, or `workflow/workpool` for one inside another
 * (convex-backend crates/common/src/components/component_path.rs).
 *
 * @returns undefined for the app itself
 * @throws ConvexFailure (`input`) naming the option
 */
export function parseComponentPath(value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	const path = typeof value === 'string' ? slashed(value.trim()) : undefined;
	if (path === '') return undefined;
	if (path?.split('/').every((part) => COMPONENT_NAME.test(part))) return path;
	const what =
		typeof value === 'string'
			? `not the path of a component (${quote(value)})`
			: `${describeType(value)}, not the path of a component`;
	throw inputFailure(
		`The option 'Component' is ${what}`,
		"Write the component's name as in convex.config.ts, e.g. workpool, or workflow/workpool for one inside another.",
	);
}

/** In code a component is written `components.workflow.workpool`. */
function slashed(text: string): string {
	const names = /^components\.(.+)$/.exec(text)?.[1];
	return names === undefined ? text : names.split('.').join('/');
}

/**
 * The id of a component, among those that Convex lists.
 *
 * @param components as `_system/frontend/components:list` gives them
 * @throws ConvexFailure (`input`) for one that is not there, naming those that are
 */
export function componentIdIn(components: readonly unknown[], componentPath: string): string {
	const known = components.filter(isPlainObject);
	const component = known.find(({ path }) => path === componentPath);
	if (typeof component?.id === 'string') return component.id;
	const paths = known.map(({ path }) => path).filter(isName);
	throw inputFailure(
		`The deployment has no component ${quote(componentPath)}`,
		paths.length === 0
			? 'It has no components at all.'
			: `Its components are: ${listed(paths, ', ', shortened)}.`,
	);
}

/** The app itself is the component without a name. */
function isName(path: unknown): path is string {
	return typeof path === 'string' && path !== '';
}
