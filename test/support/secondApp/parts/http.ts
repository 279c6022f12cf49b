import { httpActionGeneric as httpAction, httpRouter, makeFunctionReference } from 'convex/server';

const http = httpRouter();

http.route({
	path: '/count',
	method: 'GET',
	handler: httpAction(async (ctx, request) => {
		const storageId = await ctx.storage.store(new Blob(['bolt']));
		const files = await ctx.runQuery(makeFunctionReference<'query'>('files:count'), {});
		return Response.json({ files, storageId, path: new URL(request.url).pathname });
	}),
});

http.route({
	path: '/broken',
	method: 'GET',
	handler: httpAction(async () => {
		throw new Error('no such part');
	}),
});

export default http;
