import { createHash } from 'node:crypto';
import type { JSONValue } from 'convex/values';
import type { RejectionCode } from './rejections';
import type { RequestContent } from './request';

/** Whether the function stays unrun (`before`, unless given), or runs and its answer is lost. */
type When = 'before' | 'after';

/**
 * Something that goes wrong with a request.
 *
 * - `answer`: the given answer instead of the function's.
 * - `rejection`: what Convex answers when it did not run the function, or rolled it back; some of
 *   it only when the call has waited for its turn.
 * - `serverError`: an answer that leaves open whether the function ran.
 * - `dropBefore`, `resetBefore`: the connection is closed, or reset (RST), before the function runs.
 * - `dropAfter`, `resetAfter`: the function runs, then the connection is closed or reset.
 * - `truncate`: the function runs, and half of its answer is sent as if it were whole.
 * - `cut`: the function runs, its whole answer is announced, half of it sent, the connection closed.
 * - `drip`: the function runs, and its answer comes byte by byte; after some bytes, nothing more.
 * - `delay`: the function runs, and the answer comes late.
 * - `gather`: the request waits for others, until as many have come; then all of them are answered, with
 *   nothing but this status if one is given.
 * - `meanwhile`: another function runs first, as somebody else's call that comes in between.
 * - `restart`: the deployment restarts instead of running the function.
 */
export type FaultEffect =
	| {
			kind: 'answer';
			status: number;
			body?: unknown;
			headers?: Record<string, string>;
			when?: When;
	  }
	| { kind: 'rejection'; code: RejectionCode; afterMs?: number }
	| { kind: 'serverError'; status: 500 | 503; when?: When }
	| {
			kind: 'dropBefore' | 'dropAfter' | 'resetBefore' | 'resetAfter' | 'truncate' | 'cut';
	  }
	| { kind: 'drip'; bytes: number; everyMs?: number }
	| { kind: 'delay'; ms: number }
	| { kind: 'gather'; count: number; status?: number }
	| { kind: 'meanwhile'; functionPath: string; args: JSONValue }
	| { kind: 'restart'; downMs: number };

/** A fault of requests to come. */
export type Fault = {
	/** Only requests whose URL path contains this text. */
	path?: string;
	/** How many requests it hits; 1 unless given. */
	times?: number;
	/** How many requests it lets pass first; none unless given. */
	skip?: number;
} & FaultEffect;

/**
 * Faults at random, the same in every run: what happens to a request follows from the seed, its path,
 * its body and how often the same came before, not from the order in which requests arrive.
 */
export interface RandomFaults {
	seed: number;
	/** Of a request to be hit, from 0 to 1. */
	probability: number;
	/** Only requests whose URL path contains this text. */
	path?: string;
	/** One is chosen for each hit, the more often the greater its weight (1 unless given). */
	faults: Array<FaultEffect & { weight?: number }>;
}

/** Which fault hits which request. */
export class FaultPlan {
	private queue: Fault[] = [];

	private randomFaults: RandomFaults | undefined;

	/** How often each request came, by a hash of it. */
	private readonly arrivals = new Map<string, number>();

	add(fault: Fault): void {
		this.queue.push({ ...fault });
	}

	setRandomFaults(randomFaults: RandomFaults | undefined): void {
		this.randomFaults = randomFaults;
		this.arrivals.clear();
	}

	clear(): void {
		this.queue = [];
		this.setRandomFaults(undefined);
	}

	/** The fault that hits this request, if any; it counts as used. */
	take(request: RequestContent): FaultEffect | undefined {
		return this.takeQueued(request.path) ?? this.drawFrom(this.randomFaults, request);
	}

	private takeQueued(path: string): Fault | undefined {
		for (const fault of this.queue.filter((candidate) => path.includes(candidate.path ?? ''))) {
			fault.skip = (fault.skip ?? 0) - 1;
			if (fault.skip >= 0) continue;
			fault.times = (fault.times ?? 1) - 1;
			if (fault.times <= 0) this.queue = this.queue.filter((other) => other !== fault);
			return fault;
		}
		return undefined;
	}

	private drawFrom(
		randomFaults: RandomFaults | undefined,
		{ path, body }: RequestContent,
	): FaultEffect | undefined {
		if (randomFaults === undefined || !path.includes(randomFaults.path ?? '')) return undefined;
		const { seed, probability, faults } = randomFaults;
		const request = createHash('sha256').update(`${path}\n`).update(body).digest('hex');
		const arrival = (this.arrivals.get(request) ?? 0) + 1;
		this.arrivals.set(request, arrival);
		const [hit, choice] = randomNumbers(`${seed} ${request} ${arrival}`);
		if (hit >= probability) return undefined;
		const weights = faults.map(({ weight }) => weight ?? 1);
		let left = choice * weights.reduce((sum, weight) => sum + weight, 0);
		return faults.find((_fault, index) => (left -= weights[index] ?? 0) < 0);
	}
}

/** Two numbers from 0 up to 1 that follow from a text. */
function randomNumbers(text: string): [number, number] {
	const bytes = createHash('sha256').update(text).digest();
	return [bytes.readUInt32LE(0) / 2 ** 32, bytes.readUInt32LE(4) / 2 ** 32];
}
