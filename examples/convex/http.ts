import { httpRouter } from 'convex/server';
import { ConvexError } from 'convex/values';
import { api } from './_generated/api';
import { httpAction } from './_generated/server';

const http = httpRouter();

/** Takes a task from another service, as a webhook does. */
http.route({
	path: '/tasks',
	method: 'POST',
	handler: httpAction(async (ctx, request) => {
		const body: unknown = await request.json();
		const title = typeof body === 'object' && body !== null && 'title' in body ? body.title : '';
		if (typeof title !== 'string' || title === '') {
			return Response.json({ error: 'A task needs a title.' }, { status: 400 });
		}
		const id = await ctx.runMutation(api.tasks.create, { title });
		return Response.json({ id }, { status: 201 });
	}),
});

http.route({
	path: '/tasks',
	method: 'GET',
	handler: httpAction(async (ctx) => Response.json(await ctx.runQuery(api.tasks.list, {}))),
});

/** Says what came, to see what a client sends. */
http.route({
	pathPrefix: '/echo/',
	method: 'POST',
	handler: httpAction(async (ctx, request) => {
		const { pathname, search } = new URL(request.url);
		return Response.json({
			path: `${pathname}${search}`,
			headers: Object.fromEntries(request.headers),
			body: await request.text(),
			user: (await ctx.auth.getUserIdentity().catch(() => null))?.name ?? null,
		});
	}),
});

/** Refuses every order, with details for the caller. */
http.route({
	path: '/orders',
	method: 'POST',
	handler: httpAction(async () => {
		throw new ConvexError({ reason: 'soldOut', left: 0 });
	}),
});

export default http;
