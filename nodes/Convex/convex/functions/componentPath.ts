import { describeType } from '../values/plainObject';
import { inputFailure } from '../failure';
import { quote } from '../values/quote';

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
