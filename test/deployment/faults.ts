/**
 * Something that goes wrong with requests to come.
 *
 * - `answer`: the given answer instead of the function's.
 * - `dropBefore`: the connection is cut before the function runs.
 * - `dropAfter`: the function runs, then the connection is cut.
 * - `truncate`: the function runs, and half of its answer is sent as if it were whole.
 * - `delay`: the answer comes late.
 */
export type Fault = {
	/** Only requests whose URL path contains this text. */
	path?: string;
	/** How many requests it hits; 1 unless given. */
	times?: number;
} & (
	| { kind: 'answer'; status: number; body?: unknown; headers?: Record<string, string> }
	| { kind: 'dropBefore' | 'dropAfter' | 'truncate' }
	| { kind: 'delay'; ms: number }
);

/** Faults that wait for their requests. */
export class FaultQueue {
	private faults: Fault[] = [];

	add(fault: Fault): void {
		this.faults.push({ ...fault });
	}

	clear(): void {
		this.faults = [];
	}

	/** The fault that hits this request, if any; it counts as used. */
	take(path: string): Fault | undefined {
		const fault = this.faults.find((candidate) => path.includes(candidate.path ?? ''));
		if (fault === undefined) return undefined;
		fault.times = (fault.times ?? 1) - 1;
		if (fault.times <= 0) this.faults = this.faults.filter((other) => other !== fault);
		return fault;
	}
}
