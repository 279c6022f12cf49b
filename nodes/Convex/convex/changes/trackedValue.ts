import type { JSONValue } from 'convex/values';
import { fingerprintOf } from '../values/fingerprint';
import type { ResultCheckpoint, ResultEvent, ResultTracker, ResultUpdate } from './resultEvent';
import { isSameField } from '../values/sameValue';

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
		remembered: ResultCheckpoint | undefined,
		private readonly emitInitial: boolean,
	) {
		if (remembered !== undefined) {
			this.last = { fingerprint: remembered.result, value: undefined };
		}
	}

	compare(value: JSONValue): ResultUpdate {
		const { last } = this;
		const isSame = last !== undefined && isSameField(last.value, value);
		const next = { fingerprint: isSame ? last.fingerprint : fingerprintOf(value), value };
		return {
			events: this.eventsBetween(last, next),
			checkpoint: { result: next.fingerprint },
			accept: () => {
				this.last = next;
			},
		};
	}

	private eventsBetween(
		last: LastResult | undefined,
		{ fingerprint, value }: LastResult & { value: JSONValue },
	): ResultEvent[] {
		if (last === undefined) {
			return this.emitInitial
				? [{ kind: 'result', reason: 'initial', value, previousValue: undefined }]
				: [];
		}
		if (last.fingerprint === fingerprint) return [];
		const reason = last.value === undefined ? 'catchUp' : 'change';
		return [{ kind: 'result', reason, value, previousValue: last.value }];
	}
}
