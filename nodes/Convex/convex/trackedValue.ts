import type { JSONValue } from 'convex/values';
import { fingerprintOf } from './fingerprint';
import type { RememberedResult, ResultTracker, TakenResult } from './resultEvent';

/** The value of the last result is known unless it was seen by an earlier process. */
interface LastResult {
	fingerprint: string;
	value: JSONValue | undefined;
}

/** Watches a result as a whole: any difference is a change. */
export class TrackedValue implements ResultTracker {
	private last: LastResult | undefined;

	/** @param remembered what was kept of the last result; undefined to begin with the next one */
	constructor(
		remembered: RememberedResult | undefined,
		private readonly emitInitial: boolean,
	) {
		if (remembered !== undefined) {
			this.last = { fingerprint: remembered.result, value: undefined };
		}
	}

	take(value: JSONValue): TakenResult {
		const { last } = this;
		this.last = { fingerprint: fingerprintOf(value), value };
		if (last === undefined) {
			return this.emitInitial
				? { events: [{ kind: 'result', reason: 'initial', value, previousValue: undefined }] }
				: { events: [] };
		}
		if (last.fingerprint === this.last.fingerprint) return { events: [] };
		const reason = last.value === undefined ? 'catchUp' : 'change';
		return { events: [{ kind: 'result', reason, value, previousValue: last.value }] };
	}

	remembered(): RememberedResult | undefined {
		return this.last === undefined ? undefined : { result: this.last.fingerprint };
	}
}
