import type { IDataObject } from 'n8n-workflow';
import { fingerprintOf } from '../convex/fingerprint';
import type { RememberedResult } from '../convex/resultEvent';

/**
 * What a trigger keeps in the node's static data, to catch up after n8n was down. n8n writes it to
 * its database when the workflow starts, and once right after activation.
 */
export class WatchMemory {
	/**
	 * @param staticData the node's own, which n8n watches for changes
	 * @param watch fingerprint of all that decides on the result; with another one the memory is void
	 */
	constructor(
		private readonly staticData: IDataObject,
		private readonly watch: string,
	) {}

	/** The last result, unless something else was watched then. */
	get remembered(): RememberedResult | undefined {
		const { watch, result, documents } = this.staticData;
		if (watch !== this.watch || typeof result !== 'string') return undefined;
		return { result, ...(typeof documents === 'string' && { documents }) };
	}

	/** @param started whether the workflow starts with this result */
	keep(result: RememberedResult, started: boolean): void {
		const { watch, sequence, since } = this.staticData;
		const goesOn = watch === this.watch && typeof sequence === 'number';
		const before = goesOn ? sequence : 0;
		Object.assign(this.staticData, {
			watch: this.watch,
			since: goesOn ? since : new Date().toISOString(),
			sequence: started ? before + 1 : before,
			documents: null,
			...result,
		});
	}

	/**
	 * Names the start of a workflow that was kept last. Two n8n processes that watch at the same time,
	 * or one that had to start over, give the same change the same name, and the same result that
	 * comes up again another one.
	 *
	 * @param scope what the name must be unique in: the workflow and the node
	 */
	deduplicationKey(scope: string[]): string {
		const { watch, since, sequence, result } = this.staticData;
		const parts = [...scope, watch, since, sequence, result].map(String);
		return `convex-${fingerprintOf(parts)}`;
	}
}
