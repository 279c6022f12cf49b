import { httpActionGeneric as httpAction, httpRouter, makeFunctionReference } from 'convex/server';
import { ConvexError } from 'convex/values';

const http = httpRouter();

const whoami = makeFunctionReference<'query'>('auth:whoami');

/** Everything of a request, as the action got it. */
http.route({
	path: '/request',
	method: 'POST',
	handler: httpAction(async (_ctx, request) =>
		Response.json({
			url: request.url,
			method: request.method,
			headers: [...request.headers],
			bytes: [...new Uint8Array(await request.arrayBuffer())].slice(0, 16),
		}),
	),
});

http.route({
	path: '/request',
	method: 'GET',
	handler: httpAction(async (_ctx, request) =>
		Response.json({ method: request.method, hasBody: request.body !== null }),
	),
});

http.route({
	path: '/size',
	method: 'PUT',
	handler: httpAction(async (_ctx, request) => {
		const content = await request.blob();
		return Response.json({ size: content.size, type: content.type });
	}),
});

http.route({
	path: '/user',
	method: 'GET',
	handler: httpAction(async (ctx) => {
		const own = await ctx.auth.getUserIdentity().then(
			(identity) => identity?.subject ?? null,
			(error: Error) => error.message,
		);
		return Response.json({ own, ofQuery: await ctx.runQuery(whoami, {}).catch(() => 'failed') });
	}),
});

http.route({
	path: '/headers',
	method: 'GET',
	handler: httpAction(async () => {
		const headers = new Headers({ 'x-one': '1', Connection: 'close', 'Transfer-Encoding': 'gzip' });
		headers.append('set-cookie', 'a=1');
		headers.append('set-cookie', 'b=2');
		return new Response('teapot', { status: 418, headers });
	}),
});

/** A header with what the client gave. */
http.route({
	path: '/reflect',
	method: 'GET',
	handler: httpAction(async (_ctx, request) => {
		const value = new URL(request.url).searchParams.get('value') ?? '';
		return new Response(null, { status: 204, headers: { 'x-value': value } });
	}),
});

/** Two parts, of which the second calls a function as the stream is read. */
http.route({
	path: '/stream',
	method: 'GET',
	handler: httpAction(async (ctx) => {
		const parts = ['one ', 'user '];
		const stream = new ReadableStream({
			pull: async (controller) => {
				const part = parts.shift();
				if (part !== undefined) controller.enqueue(new TextEncoder().encode(part));
				else {
					const user = String(await ctx.runQuery(whoami, {}));
					controller.enqueue(new TextEncoder().encode(user));
					controller.close();
				}
			},
		});
		return new Response(stream, { headers: { 'content-type': 'text/plain' } });
	}),
});

http.route({
	path: '/brokenStream',
	method: 'GET',
	handler: httpAction(async () => {
		let pulls = 0;
		const stream = new ReadableStream({
			pull: async (controller) => {
				if (pulls++ === 0) controller.enqueue(new TextEncoder().encode('half'));
				else throw new Error('lost the rest');
			},
		});
		return new Response(stream);
	}),
});

/** As many bytes as asked for, in parts of a mebibyte or at once. */
http.route({
	pathPrefix: '/bytes/',
	method: 'GET',
	handler: httpAction(async (_ctx, request) => {
		const [way, count] = new URL(request.url).pathname.split('/').slice(2);
		let left = Number(count);
		if (way === 'whole') return new Response(new Uint8Array(left));
		const stream = new ReadableStream({
			pull: async (controller) => {
				const part = Math.min(left, 2 ** 20);
				left -= part;
				if (part > 0) controller.enqueue(new Uint8Array(part));
				else controller.close();
			},
		});
		return new Response(stream);
	}),
});

http.route({
	path: '/fail',
	method: 'GET',
	handler: httpAction(async () => {
		throw new Error('out of stock');
	}),
});

http.route({
	path: '/failWithData',
	method: 'GET',
	handler: httpAction(async () => {
		throw new ConvexError({ left: 0n });
	}),
});

http.route({
	path: '/noResponse',
	method: 'GET',
	handler: httpAction(async () => 'text' as unknown as Response),
});

/** Never answers; it notes that the client went away. */
let departures = 0;
http.route({
	path: '/wait',
	method: 'GET',
	handler: httpAction(
		async (_ctx, request) =>
			await new Promise<Response>((resolve) => {
				request.signal.addEventListener('abort', () => {
					departures++;
					resolve(new Response(null));
				});
			}),
	),
});
http.route({
	path: '/departures',
	method: 'GET',
	handler: httpAction(async () => Response.json(departures)),
});

for (const method of ['DELETE', 'PATCH', 'PUT', 'OPTIONS'] as const) {
	http.route({ path: '/method', method, handler: httpAction(async () => new Response(method)) });
}

http.route({
	pathPrefix: '/files/',
	method: 'GET',
	handler: httpAction(async () => new Response('prefix')),
});
http.route({
	pathPrefix: '/files/private/',
	method: 'GET',
	handler: httpAction(async () => new Response('longer prefix')),
});
http.route({
	path: '/files/private/exact',
	method: 'GET',
	handler: httpAction(async () => new Response('exact')),
});
/** In the way of a component's prefix. */
http.route({
	path: '/spare/own',
	method: 'GET',
	handler: httpAction(async () => new Response('own')),
});
http.route({
	pathPrefix: '/spare/longer/',
	method: 'GET',
	handler: httpAction(async () => new Response('longer than the component’s prefix')),
});

export default http;
