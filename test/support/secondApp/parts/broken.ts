import { queryGeneric as query } from 'convex/server';

export const fail = query({
	args: {},
	handler: async (): Promise<null> => {
		throw new Error('no such part');
	},
});
