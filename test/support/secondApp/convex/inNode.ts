/* eslint-disable no-console -- log lines of a Convex function are what is tested */
'use node';

import { actionGeneric as action } from 'convex/server';

export const log = action(async () => {
	console.log({ nested: { list: [1, 'two'] } });
	console.time('lap');
	console.time('lap');
	console.timeEnd('lap');
});

/** Never answers. */
export const never = action(async () => await new Promise<null>(() => {}));
