import type { Document } from './convexTestDatabases';

/** A document as a mutation left it; null when it deleted it. */
export interface Revision {
	ts: bigint;
	componentPath: string;
	table: string;
	/** Which of the tables that had this name. */
	generation: number;
	id: string;
	document: Document | null;
}

/** Beyond this, the oldest are forgotten, as they are out of a deployment's retention in time. */
const MAX_REVISIONS = 100_000;

/** What became of every document of the app's own tables, in the order of its timestamps. */
export class RevisionLog {
	private revisions: Revision[] = [];

	/** When documents were last written, by id, as of what was forgotten. */
	private readonly forgotten = new Map<string, bigint>();

	/** @param start - the timestamp before the first revision */
	constructor(private start: bigint) {}

	/** The earliest timestamp from which the log is whole. */
	get earliest(): bigint {
		return this.start;
	}

	add(revision: Revision): void {
		this.revisions.push(revision);
		if (this.revisions.length > MAX_REVISIONS) this.forgetBefore(MAX_REVISIONS / 2);
	}

	/** Ends the retention of all revisions. */
	forget(latest: bigint): void {
		this.forgetBefore(this.revisions.length);
		this.start = latest;
	}

	/** The revisions after a timestamp, oldest first. */
	after(ts: bigint): Revision[] {
		return this.revisions.slice(this.countUpTo(ts));
	}

	/** When each document was written last, by id, as of a timestamp. */
	writtenAt(ts: bigint): Map<string, bigint> {
		const written = new Map(this.forgotten);
		for (const revision of this.revisions.slice(0, this.countUpTo(ts))) {
			written.set(revision.id, revision.ts);
		}
		return written;
	}

	private forgetBefore(count: number): void {
		for (const { id, ts } of this.revisions.splice(0, count)) {
			this.forgotten.set(id, ts);
			this.start = ts;
		}
	}

	private countUpTo(ts: bigint): number {
		let [low, high] = [0, this.revisions.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			const revision = this.revisions[middle];
			if (revision !== undefined && revision.ts <= ts) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
