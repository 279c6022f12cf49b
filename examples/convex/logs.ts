/* eslint-disable no-console -- log lines of a Convex function are what is tested */
import { query } from './_generated/server';

export const everyLevel = query({
	args: {},
	handler: async () => {
		console.log('plain', 42);
		console.debug({ nested: true });
		console.info('information');
		console.warn('a warning');
		console.error('an error line');
		return null;
	},
});
