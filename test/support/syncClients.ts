import {
	BaseConvexClient,
	ConvexClient,
	ConvexHttpClient,
	type ConvexClientOptions,
} from 'convex/browser';
import { makeFunctionReference, type UserIdentity } from 'convex/server';
import type { Value } from 'convex/values';
import { Arrivals } from './waiting';

export const query = makeFunctionReference<'query', Record<string, Value>, unknown>;
export const mutation = makeFunctionReference<'mutation', Record<string, Value>, unknown>;
export const action = makeFunctionReference<'action', Record<string, Value>, unknown>;

/** What a watched query gave: its results and failures. */
export class Watched {
	readonly results = new Arrivals<{ value: unknown }>();
	readonly failures = new Arrivals<Error>();

	get values(): unknown[] {
		return this.results.all.map(({ value }) => value);
	}

	/** Resolves as soon as this was the result. */
	async until(value: unknown): Promise<void> {
		const wanted = JSON.stringify(value);
		await this.results.until((result) => JSON.stringify(result.value) === wanted);
	}
}

export function watch(client: ConvexClient, path: string, args: Record<string, Value>): Watched {
	const watched = new Watched();
	client.onUpdate(
		query(path),
		args,
		(value) => watched.results.add({ value }),
		(error) => watched.failures.add(error),
	);
	return watched;
}

/** Methods of the official client that its types leave out; the dashboard uses them. */
interface InternalMethods {
	setAdminAuth: (key: string, identity?: Partial<UserIdentity>) => void;
	localQueryLogs: (path: string, args: Record<string, Value>) => string[] | undefined;
}

export function internals({ client }: ConvexClient): Partial<InternalMethods> {
	const withInternals: BaseConvexClient & Partial<InternalMethods> = client;
	return withInternals;
}

/** Calls over HTTP, by path. */
export function openHttp(url: string) {
	const http = new ConvexHttpClient(url, { logger: false });
	return {
		query: async (path: string, args: Record<string, Value>) => await http.query(query(path), args),
		mutation: async (path: string, args: Record<string, Value>) =>
			await http.mutation(mutation(path), args, { skipQueue: true }),
	};
}

/** Official clients, closed after each test. */
export function useConvexClients(
	url: () => string,
): (options?: ConvexClientOptions) => ConvexClient {
	let open: ConvexClient[] = [];
	afterEach(async () => {
		await Promise.all(open.map(async (client) => await client.close()));
		open = [];
	});
	return (options) => {
		const client = new ConvexClient(url(), { logger: false, ...options });
		open.push(client);
		return client;
	};
}
