import { describeType, isPlainObject } from '../../convex/values/plainObject';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { fingerprintOf } from '../../convex/values/fingerprint';
import type { ResultCheckpoint } from '../../convex/changes/resultEvent';
import { toFailure } from '../../transport/nodeError';

/** What a trigger keeps. */
interface KeptState extends ResultCheckpoint {
	/** Fingerprint of all that decides on the result. */
	watch: string;
	/** ISO date of the first result that was kept of this watch. */
	since: string;
	/** How many starts of the workflow there were since. */
	sequence: number;
}

/** What is written in the place of what is not kept, as by a trigger that has started nothing yet. */
const NOTHING: Record<keyof KeptState, null> = {
	watch: null,
	since: null,
	sequence: null,
	result: null,
	documents: null,
	wanted: null,
};

/**
 * What a trigger keeps in the node's static data, to catch up after n8n was down. n8n writes it to
 * its database when the workflow starts, and once right after activation.
 *
 * The static data may be what a workflow file or a Code node made of it: null, frozen, something
 * else. The trigger works without it as well, as long as its process lives.
 */
export class CheckpointStore {
	private state: KeptState | undefined;

	/** The same at each try to tell the first result, which is part of its name. */
	private readonly begun = new Date().toISOString();

	/** The one before the last that was kept. */
	private previous: KeptState | undefined;

	/**
	 * @param staticData gives the node's own, which n8n watches for changes; may throw
	 * @param watch fingerprint of all that decides on the result; a checkpoint of another one does not count
	 */
	constructor(
		private readonly staticData: () => unknown,
		private readonly watch: string,
	) {
		this.state = parseState(readStaticData(staticData));
	}

	/** The last result, unless something else was watched then. */
	get checkpoint(): ResultCheckpoint | undefined {
		return this.ofThisWatch;
	}

	/** @param started whether the workflow starts with this result */
	keep(checkpoint: ResultCheckpoint, started: boolean): void {
		const before = this.ofThisWatch;
		const sequence = before?.sequence ?? 0;
		this.previous = this.state;
		this.state = {
			watch: this.watch,
			since: before?.since ?? this.begun,
			sequence: started ? sequence + 1 : sequence,
			...checkpoint,
		};
	}

	/** What was kept last did not come to pass. */
	restore(): void {
		this.state = this.previous;
	}

	/** Hands over to n8n what is kept. @throws ConvexFailure (`input`) */
	write(): void {
		let reason: string;
		try {
			const staticData = this.staticData();
			if (isPlainObject(staticData)) {
				Object.assign(staticData, NOTHING, this.state);
				return;
			}
			reason = `it is ${describeType(staticData)}`;
		} catch (thrown) {
			reason = toFailure(thrown).message;
		}
		throw unwritable(reason);
	}

	/**
	 * Names the start of a workflow that was kept last. Two n8n processes that watch at the same time,
	 * or one that had to start over, give the same change the same name, and the same result that
	 * comes up again another one.
	 *
	 * @param scope what the name must be unique in: the workflow and the node
	 */
	deduplicationKey(scope: string[]): string {
		const { watch, since, sequence, result } = this.state ?? {};
		const parts = [...scope, watch, since, sequence, result].map(String);
		return `convex-${fingerprintOf(parts)}`;
	}

	private get ofThisWatch(): KeptState | undefined {
		return this.state?.watch === this.watch ? this.state : undefined;
	}
}

/** Whether there is a checkpoint, of whatever was watched. */
export function hasCheckpoint(staticData: () => unknown): boolean {
	return parseState(readStaticData(staticData)) !== undefined;
}

function readStaticData(staticData: () => unknown): unknown {
	try {
		return staticData();
	} catch {
		return undefined;
	}
}

function parseState(staticData: unknown): KeptState | undefined {
	if (!isPlainObject(staticData)) return undefined;
	const { watch, since, sequence, result, documents, wanted } = staticData;
	if (typeof watch !== 'string' || typeof result !== 'string') return undefined;
	return {
		watch,
		since: typeof since === 'string' ? since : '',
		sequence: typeof sequence === 'number' ? sequence : 0,
		result,
		...(typeof documents === 'string' && { documents }),
		...(typeof wanted === 'string' && { wanted }),
	};
}

function unwritable(reason: string): ConvexFailure {
	return inputFailure(
		`What the trigger remembers cannot be kept in the workflow's static data: ${reason}`,
		'Changes while n8n runs start the workflow as usual; those while it does not will not be noticed. n8n keeps the static data under the name of the node: rename the trigger, and publish the workflow again.',
	);
}
