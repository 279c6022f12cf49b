/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { ServerResponse } from 'node:http';

export interface EndpointStats {
	requests: number;
	/** The most requests that were in flight at once. */
	maxInFlight: number;
}

/** Requests of clients since the start or the last reset. */
export interface RequestStats extends EndpointStats {
	connections: number;
	/** By path; all of `/api/run/…`, of `/api/storage/…` and of `/http/…` together. */
	endpoints: Record<string, EndpointStats>;
	/** How many queries each query batch had, in order of arrival. */
	batchSizes: number[];
	/** How many requests each kind of fault has hit. */
	faults: Record<string, number>;
}

/** Counted together, whatever comes after. */
const SHARED_ENDPOINTS = ['/api/run', '/api/storage', '/http'];

interface Counter extends EndpointStats {
	inFlight: number;
}

export class RequestCounter {
	private total: Counter = newCounter();

	private connections = 0;

	private endpoints = new Map<string, Counter>();

	private batchSizes: number[] = [];

	private faults = new Map<string, number>();

	connected(): void {
		this.connections += 1;
	}

	/** Counts a request as in flight until its connection or its answer ends. */
	started(path: string, response: ServerResponse): void {
		const endpoint = SHARED_ENDPOINTS.find((shared) => path.startsWith(`${shared}/`)) ?? path;
		const counter = this.endpoints.get(endpoint) ?? newCounter();
		this.endpoints.set(endpoint, counter);
		const counters = [this.total, counter];
		for (const one of counters) {
			one.requests += 1;
			one.inFlight += 1;
			one.maxInFlight = Math.max(one.maxInFlight, one.inFlight);
		}
		response.once('close', () => {
			for (const one of counters) one.inFlight -= 1;
		});
	}

	batch(size: number): void {
		this.batchSizes.push(size);
	}

	faulted(kind: string): void {
		this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
	}

	/** Starts again from nothing; requests still in flight are no longer counted. */
	reset(): void {
		this.total = newCounter();
		this.connections = 0;
		this.endpoints = new Map();
		this.batchSizes = [];
		this.faults = new Map();
	}

	stats(): RequestStats {
		const { connections, batchSizes } = this;
		const endpoints = [...this.endpoints].map(([path, counter]) => [path, shown(counter)]);
		return {
			...shown(this.total),
			connections,
			endpoints: Object.fromEntries(endpoints),
			batchSizes,
			faults: Object.fromEntries(this.faults),
		};
	}
}

function newCounter(): Counter {
	return { requests: 0, maxInFlight: 0, inFlight: 0 };
}

function shown({ requests, maxInFlight }: Counter): EndpointStats {
	return { requests, maxInFlight };
}
