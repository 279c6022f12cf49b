/**
 * - `lost`: a change did not start the workflow.
 * - `twice`: one started it twice.
 * - `growth`: something piles up.
 * - `unexpected`: anything else that a user would have to look into.
 */
export type SoakFailureKind = 'lost' | 'twice' | 'growth' | 'unexpected';

export class SoakFailure extends Error {
	constructor(
		readonly kind: SoakFailureKind,
		message: string,
	) {
		super(message);
	}
}

/** What the soak found. The first failure ends it. */
export class Verdict {
	private readonly ending = new AbortController();

	private found: SoakFailure | undefined;

	get failure(): SoakFailure | undefined {
		return this.found;
	}

	/** Aborted with the first failure, and at the end. */
	get ended(): AbortSignal {
		return this.ending.signal;
	}

	/** @param where what it happened to, where the failure does not say it itself */
	fail(thrown: unknown, where?: string): void {
		const failure = thrown instanceof SoakFailure ? thrown : unexpected(thrown);
		const { kind, message } = failure;
		this.found ??= where === undefined ? failure : new SoakFailure(kind, `${where}: ${message}`);
		this.end();
	}

	end(): void {
		this.ending.abort();
	}
}

function unexpected(thrown: unknown): SoakFailure {
	const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
	return new SoakFailure('unexpected', text);
}
