/* eslint-disable no-console -- log lines of a Convex function are what is tested */
import {
	actionGeneric as action,
	makeFunctionReference,
	queryGeneric as query,
} from 'convex/server';
import { v } from 'convex/values';

export const values = query(async () => {
	console.log(
		'text',
		42,
		7n,
		null,
		undefined,
		{ nested: { list: [1, 'two'] } },
		new Map([['a', 1]]),
	);
	console.log('half \ud83d of a character');
});

export const many = query({
	args: { lines: v.number() },
	handler: async (_ctx, { lines }) => {
		for (let line = 1; line <= lines; line++) console.info(line);
	},
});

export const long = query(async () => {
	console.log('é'.repeat(20_000));
});

export const timers = query(async () => {
	console.time();
	console.time();
	console.timeLog('default', 'halfway');
	console.timeEnd();
	console.timeEnd('other');
	console.trace('here');
});

export const called = action(async (ctx) => {
	console.log('before');
	await ctx.runQuery(makeFunctionReference<'query'>('logs:long'));
	console.log('after');
});
