import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';
import { callerOf, readCredential, type Caller } from './caller';
import { toFailure } from './nodeError';

/**
 * The index of an item that no run has. A prime, so that an expression that takes turns
 * (`$itemIndex % 2`) does not treat it as the first item.
 */
const NO_ITEM_INDEX = 2 ** 31 - 1;

type Reading =
	| { status: 'read'; data: ICredentialDataDecryptedObject }
	| { status: 'failed'; failure: ConvexFailure };

/**
 * The caller of each item of a run, by the credential as its expressions give it for that item.
 *
 * Each read costs n8n a database query, so a credential that does not depend on the item is read for
 * all of them together. n8n does not say whether one has expressions. But it refuses `$json`,
 * `$binary` and `$input.item` for an item that is not there (n8n-workflow workflow-data-proxy), and
 * still gives what is constant: a credential that is equal without an item does not read one with these.
 * An expression that only looks whether there is an item (`$thisItem?.json.token ?? …`) is given its
 * fallback then, so the second and the last item are asked as well.
 */
export class ItemCallers {
	/** By the credential's content: items with equal credentials share one. */
	private readonly known = new Map<string, Caller>();

	/** @param shared the one of all items; undefined where each item has its own */
	private constructor(
		private readonly context: IExecuteFunctions,
		readonly shared: Caller | undefined,
	) {}

	/**
	 * @throws ConvexFailure (`input`) for a credential that no item can use: none is chosen, it was
	 * deleted, or one of its fields is wrong
	 */
	static async open(context: IExecuteFunctions): Promise<ItemCallers> {
		const first = await readingOf(context, 0);
		for (const itemIndex of comparedIndices(context.getInputData().length)) {
			const isSame = contentOf(first) === contentOf(await readingOf(context, itemIndex));
			if (!isSame) return new ItemCallers(context, undefined);
		}
		if (first.status === 'failed') throw first.failure;
		return new ItemCallers(context, callerOf(first.data));
	}

	/** @throws ConvexFailure (`input`) for a credential that this item cannot use */
	async of(itemIndex: number): Promise<Caller> {
		if (this.shared !== undefined) return this.shared;
		const data = await readItemCredential(this.context, itemIndex);
		const key = JSON.stringify(data);
		const caller = this.known.get(key) ?? callerOf(data);
		this.known.set(key, caller);
		return caller;
	}
}

async function readItemCredential(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<ICredentialDataDecryptedObject> {
	return await readCredential(
		context,
		async (type) => await context.getCredentials(type, itemIndex),
	);
}

async function readingOf(context: IExecuteFunctions, itemIndex: number): Promise<Reading> {
	try {
		return { status: 'read', data: await readItemCredential(context, itemIndex) };
	} catch (thrown) {
		return { status: 'failed', failure: toFailure(thrown) };
	}
}

/** Which readings are compared with that of the first item. */
function comparedIndices(count: number): number[] {
	return count <= 1 ? [] : [...new Set([NO_ITEM_INDEX, 1, count - 1])];
}

function contentOf(reading: Reading): string {
	return reading.status === 'read' ? JSON.stringify(reading.data) : reading.failure.message;
}
