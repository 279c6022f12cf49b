import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';
import { deploymentOf, readCredential, type Deployment } from './deployment';
import { toFailure } from './nodeError';

/**
 * The index of an item that no run has. A prime, so that an expression that takes turns
 * (`$itemIndex % 2`) does not give it what it gives the first item.
 */
const NO_ITEM_INDEX = 2 ** 31 - 1;

/** A run of no more items than this is compared item by item. */
const FIRST_COMPARED = 8;

type Reading =
	| { status: 'read'; data: ICredentialDataDecryptedObject }
	| { status: 'failed'; failure: ConvexFailure };

/**
 * The deployment of each item of a run, by the credential as its expressions give it for that item.
 *
 * Each read costs n8n a database query, so a credential that does not depend on the item is read for
 * all of them together. n8n does not tell whether one holds expressions. But it refuses `$json`,
 * `$binary` and `$input.item` for an item that is not there (n8n-workflow workflow-data-proxy), and
 * gives what is constant there too: what differs for no item depends on the item. What comes back equal
 * may still be what an expression falls back to for the first item and for none
 * (`$input.all()[$itemIndex]?.json.token ?? …`). So some other items are asked as well: the first few,
 * then ever fewer, and the last.
 */
export class ItemDeployments {
	/** By the credential's content: items with equal credentials share one. */
	private readonly known = new Map<string, Deployment>();

	/** @param shared the one of all items; undefined where each item has its own */
	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly shared: Deployment | undefined,
	) {}

	/**
	 * @throws ConvexFailure (`input`) for a credential that no item can use: none is chosen, it was
	 * deleted, or one of its fields is wrong
	 */
	static async open(context: IExecuteFunctions): Promise<ItemDeployments> {
		const first = await readingOf(context, 0);
		for (const itemIndex of comparedIndices(context.getInputData().length)) {
			const isSame = contentOf(first) === contentOf(await readingOf(context, itemIndex));
			if (!isSame) return new ItemDeployments(context, undefined);
		}
		if (first.status === 'failed') throw first.failure;
		return new ItemDeployments(context, deploymentOf(first.data));
	}

	/** @throws ConvexFailure (`input`) for a credential that this item cannot use */
	async of(itemIndex: number): Promise<Deployment> {
		if (this.shared !== undefined) return this.shared;
		const data = await readCredential(
			this.context,
			async (type) => await this.context.getCredentials(type, itemIndex),
		);
		const key = JSON.stringify(data);
		const deployment = this.known.get(key) ?? deploymentOf(data);
		this.known.set(key, deployment);
		return deployment;
	}
}

async function readingOf(context: IExecuteFunctions, itemIndex: number): Promise<Reading> {
	try {
		const data = await readCredential(
			context,
			async (type) => await context.getCredentials(type, itemIndex),
		);
		return { status: 'read', data };
	} catch (thrown) {
		return { status: 'failed', failure: toFailure(thrown) };
	}
}

/** Which readings are compared with that of the first item; of 10,000 items, some twenty. */
function comparedIndices(count: number): number[] {
	if (count <= 1) return [];
	const indices = [NO_ITEM_INDEX];
	for (let index = 1; index < count; index += index < FIRST_COMPARED ? 1 : index) {
		indices.push(index);
	}
	return indices.at(-1) === count - 1 ? indices : [...indices, count - 1];
}

function contentOf(reading: Reading): string {
	return reading.status === 'read' ? JSON.stringify(reading.data) : reading.failure.message;
}
