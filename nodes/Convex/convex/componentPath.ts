import { inputFailure } from './failure';

/**
 * The path of a component: `workpool`, or `workflow/workpool` for one inside another
 * (convex-backend crates/common/src/components/component_path.rs).
 *
 * @returns undefined for the app itself
 * @throws ConvexFailure (`input`) naming the option
 */
export function parseComponentPath(value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	const path = typeof value === 'string' ? value.trim().replace(/^components\./, '') : undefined;
	if (path === '') return undefined;
	if (
		path !== undefined &&
		path.split('/').every((part) => /^(?=.*[A-Za-z0-9])[\w.]{1,64}$/.test(part))
	) {
		return path;
	}
	throw inputFailure(
		`The option 'Component' is not the path of a component ('${String(value)}')`,
		"Write the component's name as in convex.config.ts, e.g. workpool, or workflow/workpool for one inside another.",
	);
}
