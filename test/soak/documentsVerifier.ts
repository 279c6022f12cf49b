import type { IDataObject } from 'n8n-workflow';
import { EMPTY_LEDGER, readHead, type ChangeVerifier, type LedgerHead } from './changeVerifier';
import { SoakFailure } from './verdict';

/** A document of `ledger:list`: the ledger itself has number 0. */
interface ListedDocument {
	number: number;
	revision: number;
}

type Change = { key: string } & (
	| { type: 'added'; document: ListedDocument }
	| { type: 'changed'; document: ListedDocument; previous: ListedDocument | null }
	| { type: 'removed'; previous: ListedDocument | null }
);

/** Of a trigger on the documents of `ledger:list`. */
export class DocumentsVerifier implements ChangeVerifier {
	changes = 0;

	/** What the workflow was told is there, by key. */
	private readonly known = new Map<string, ListedDocument>();

	private head: LedgerHead = EMPTY_LEDGER;

	constructor(private readonly keyField: string) {}

	get revision(): number {
		return this.head.revision;
	}

	take(items: IDataObject[], mayCatchUp: boolean): void {
		const before = this.revision;
		const reasons = new Set(items.map(({ reason }) => reason));
		const isCatchUp = mayCatchUp && reasons.has('catchUp');
		if (reasons.size !== 1 || !(isCatchUp || reasons.has('change'))) {
			throw new SoakFailure('unexpected', `it started with ${JSON.stringify(items)}`);
		}
		for (const item of items) {
			this.apply(readChange(item, this.keyField), before, isCatchUp);
			const head = readHead(item.document);
			if (head !== undefined) this.head = head;
		}
		this.changes += items.length;
		this.checkTotal();
	}

	compare(list: IDataObject[]): void {
		const documents = new Map(
			list.map((document) => [JSON.stringify(document[this.keyField]), readDocument(document)]),
		);
		for (const [key, document] of documents) {
			const known = this.known.get(key);
			if (known?.revision === document?.revision) continue;
			throw new SoakFailure(
				'lost',
				`the list has ${key}, ${JSON.stringify(document)}; the workflow was told ${known === undefined ? 'nothing of it' : JSON.stringify(known)}`,
			);
		}
		for (const [key, document] of this.known) {
			if (documents.has(key)) continue;
			throw new SoakFailure(
				'lost',
				`the list does not have ${key} any more; what the workflow was told last of it is ${JSON.stringify(document)}`,
			);
		}
	}

	/** @param before the revision that the workflow knew already */
	private apply(change: Change, before: number, isCatchUp: boolean): void {
		const known = this.known.get(change.key);
		if ((change.type === 'added') !== (known === undefined)) throw notNow(change, known);
		if (change.type !== 'removed' && change.document.revision <= before) {
			throw new SoakFailure(
				'twice',
				`it was told that ${change.key} was ${change.type}, with revision ${change.document.revision}, when it knew the list as of revision ${before} already`,
			);
		}
		if (change.type !== 'added') checkPrevious(change.key, change.previous, known, isCatchUp);
		if (change.type === 'removed') this.known.delete(change.key);
		else this.known.set(change.key, change.document);
	}

	/** The list says itself what is in it. */
	private checkTotal(): void {
		const { revision, count, sum } = this.head;
		const entries = [...this.known.values()].filter(({ number }) => number > 0);
		const knownSum = entries.reduce((total, entry) => total + entry.number * entry.revision, 0);
		if (entries.length === count && knownSum === sum) return;
		throw new SoakFailure(
			'lost',
			`at revision ${revision} the list has ${count} entries with sum ${sum}; those that the workflow was told of are ${entries.length} with sum ${knownSum}`,
		);
	}
}

/** The same document added again, or one changed or removed that is not there. */
function notNow({ type, key }: Change, known: ListedDocument | undefined): SoakFailure {
	return known === undefined
		? new SoakFailure(
				type === 'removed' ? 'twice' : 'lost',
				`it was told that ${key} was ${type}, but not that it was there`,
			)
		: new SoakFailure(
				'twice',
				`it was told that ${key} was added, which it knew with revision ${known.revision}`,
			);
}

function checkPrevious(
	key: string,
	previous: ListedDocument | null,
	known: ListedDocument | undefined,
	isCatchUp: boolean,
): void {
	const expected = isCatchUp ? undefined : known?.revision;
	if (previous?.revision === expected) return;
	throw new SoakFailure(
		'lost',
		`it was told that ${key} had revision ${String(previous?.revision)} before, but had been told of ${String(expected)}`,
	);
}

function readChange(item: IDataObject, keyField: string): Change {
	const { change: type, document, previousDocument } = item;
	const isKeyOf = (value: unknown) =>
		typeof value === 'object' && value !== null && Reflect.get(value, keyField) === item.key;
	const key = JSON.stringify(item.key);
	const now = readDocument(document);
	const previous = readDocument(previousDocument) ?? null;
	if (type === 'removed' && now === undefined) return { type, key, previous };
	if (now !== undefined && isKeyOf(document)) {
		if (type === 'changed') return { type, key, document: now, previous };
		if (type === 'added' && previous === null) return { type, key, document: now };
	}
	throw new SoakFailure('unexpected', `it started with ${JSON.stringify(item)}`);
}

function readDocument(value: unknown): ListedDocument | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const { number, revision } = value as Partial<ListedDocument>;
	return typeof number === 'number' && typeof revision === 'number'
		? { number, revision }
		: undefined;
}
