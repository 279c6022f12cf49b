import { alternativesOf, type Validator } from '../values/validator';

/** The shape of a declared result: one value, a list, or one page of a list. */
export type ReturnShape = 'value' | 'list' | 'page' | 'unknown';

/**
 * The shape of a result by its `returns` validator. A page is what `paginate()` gives
 * (convex-js src/server/pagination.ts): `page`, `isDone` and `continueCursor`.
 */
export function returnShapeOf(returns: Validator): ReturnShape {
	const [only, ...others] = alternativesOf(returns).filter(({ type }) => type !== 'null');
	if (only === undefined || others.length > 0) return others.length > 0 ? 'unknown' : 'value';
	switch (only.type) {
		case 'any':
			return 'unknown';
		case 'array':
			return 'list';
		case 'object':
			return ['page', 'isDone', 'continueCursor'].every((name) => only.fields.has(name))
				? 'page'
				: 'value';
		default:
			return 'value';
	}
}
