/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Convex, not in n8n */
import {
	actionGeneric as action,
	makeFunctionReference,
	queryGeneric as query,
} from 'convex/server';
import { v, type Value } from 'convex/values';

function made(kind: string, size: number): Value {
	switch (kind) {
		case 'array':
			return Array.from({ length: size }, () => 0);
		case 'object':
			return Object.fromEntries(Array.from({ length: size }, (_, index) => [`f${index}`, 0]));
		case 'nesting':
			return size === 0 ? null : [made(kind, size - 1)];
		case 'surrogate':
			return 'half \ud83d';
		default:
			return 'a'.repeat(size);
	}
}

const request = { kind: v.string(), size: v.number() };

export const make = query({
	args: request,
	handler: async (_ctx, { kind, size }) => made(kind, size),
});

export const take = query({ args: { value: v.any() }, handler: async () => null });

/** Calls a function with a value as its argument. */
export const pass = action({
	args: request,
	handler: async (ctx, { kind, size }): Promise<null> =>
		await ctx.runQuery(makeFunctionReference<'query'>('limits:take'), {
			value: made(kind, size),
		}),
});

export const readOften = query({
	args: { times: v.number() },
	handler: async (ctx, { times }) => {
		for (let time = 0; time < times; time++) await ctx.db.query('parts').first();
	},
});

export const cloudUrl = query(async () => process.env.CONVEX_CLOUD_URL ?? null);

/** Never answers. */
export const never = action(async () => await new Promise<null>(() => {}));
