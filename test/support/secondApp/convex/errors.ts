import {
	actionGeneric as action,
	componentsGeneric,
	makeFunctionReference,
	mutationGeneric as mutation,
	queryGeneric as query,
	type FunctionReference,
} from 'convex/server';
import { ConvexError } from 'convex/values';

interface SecondAppComponents {
	spareParts: { broken: { fail: FunctionReference<'query', 'internal'> } };
}

class StockError extends ConvexError<{ part: string }> {
	override name = 'StockError';
}

export const plain = query(async (): Promise<null> => {
	throw new Error('out of stock');
});

export const subclass = query(async (): Promise<null> => {
	throw new StockError({ part: 'bolt' });
});

export const withoutText = query(async (): Promise<null> => {
	throw new Error();
});

export const text = query(async (): Promise<null> => {
	throw 'only text';
});

export const calling = action(
	async (ctx): Promise<null> => await ctx.runQuery(makeFunctionReference<'query'>('errors:plain')),
);

export const callingSubclass = mutation({
	args: {},
	handler: async (ctx): Promise<null> =>
		await ctx.runQuery(makeFunctionReference<'query'>('errors:subclass')),
});

export const callingComponent = query(async (ctx): Promise<null> => {
	const { spareParts } = componentsGeneric() as unknown as SecondAppComponents;
	return await ctx.runQuery(spareParts.broken.fail, {});
});

/** What happens to a ConvexError of a called function in the caller's hands. */
export const caught = action(async (ctx): Promise<unknown> => {
	try {
		return await ctx.runQuery(makeFunctionReference<'query'>('errors:subclass'));
	} catch (error) {
		return error instanceof ConvexError ? error.data : 'no ConvexError';
	}
});

/** Answers, and leaves a promise behind that fails. */
export const failLater = action(async () => {
	void Promise.reject(new Error('nobody waits for this'));
	return 'answered';
});
