import { queryGeneric as query } from 'convex/server';
import { v } from 'convex/values';
import { circle, square } from './schema';

/** Its arguments are those of one of several kinds. */
export const area = query({
	args: v.union(circle, square),
	handler: (_ctx, shape) => (shape.kind === 'circle' ? 3 * shape.r ** 2 : shape.side ** 2),
});
