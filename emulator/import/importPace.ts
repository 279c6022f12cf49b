/** Where an import, or the building of an index, waits while tests hold it. */
export type ImportStep = 'parsing' | 'importing' | 'indexing';

export interface PaceSettings {
	/** An import writes about so many documents in a transaction. */
	rowsPerTransaction?: number;
	/** Where imports wait; an empty text lets all go on. */
	heldAt?: ImportStep | '';
}

/** Half of TRANSACTION_MAX_NUM_USER_WRITES of crates/common/src/knobs.rs. */
const BACKEND_ROWS = 8_000;

/** How fast imports go on, as tests want it. */
export class ImportPace {
	rowsPerTransaction = BACKEND_ROWS;

	private heldAt: ImportStep | '' = '';

	private release: () => void = () => {};

	private released: Promise<void> = Promise.resolve();

	set({ rowsPerTransaction = this.rowsPerTransaction, heldAt = this.heldAt }: PaceSettings): void {
		this.rowsPerTransaction = rowsPerTransaction;
		if (heldAt === this.heldAt) return;
		this.heldAt = heldAt;
		this.release();
		this.released = new Promise((resolve) => {
			this.release = resolve;
		});
	}

	/** What is held stays behind, in an app that is gone. */
	reset(): void {
		this.rowsPerTransaction = BACKEND_ROWS;
		this.heldAt = '';
		this.release = () => {};
	}

	/** Waits where tests hold what is done. */
	async pass(step: ImportStep): Promise<void> {
		while (this.heldAt === step) await this.released;
	}
}
