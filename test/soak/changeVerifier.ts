import type { IDataObject } from 'n8n-workflow';

/** What is in a ledger as of a revision (examples/convex/ledger.ts). */
export interface LedgerHead {
	revision: number;
	count: number;
	/** Of number times revision of all entries. */
	sum: number;
}

export const EMPTY_LEDGER: LedgerHead = { revision: 0, count: 0, sum: 0 };

/** Finds out whether what a workflow was started with is what happened to a ledger. */
export interface ChangeVerifier {
	/** As of which revision the workflow knows the ledger. */
	readonly revision: number;
	/** How many changes it was told of. */
	readonly changes: number;
	/**
	 * The workflow starts.
	 *
	 * @param mayCatchUp whether it is the first start since n8n came back
	 * @throws SoakFailure
	 */
	take: (items: IDataObject[], mayCatchUp: boolean) => void;
	/** At the end. @param list the ledger as the deployment has it @throws SoakFailure */
	compare: (list: IDataObject[]) => void;
}

export function readHead(value: unknown): LedgerHead | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const { revision, count, sum } = value as Partial<LedgerHead>;
	return typeof revision === 'number' && typeof count === 'number' && typeof sum === 'number'
		? { revision, count, sum }
		: undefined;
}
