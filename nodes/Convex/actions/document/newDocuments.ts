import {
	matchCreated,
	parseDocument,
	type CreatedDocument,
} from '../../convex/documents/createdDocuments';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { readNewest } from '../../transport/http/readTableFields';
import type { OpenTable } from './tableAccess';

/** Besides those of a request, somebody else may create so many meanwhile; of more, none is told apart. */
const MAX_OTHERS = 1_000;

/** So many are asked for beforehand: all that is read behind the mark is read, and billed, for nothing. */
const FEW_OTHERS = 4;

/** An array of Convex has no more elements. */
const MAX_PAGE_SIZE = 8_192;

/**
 * An import may keep times of another clock, and what is created is behind a document from the future. One
 * counts as that if it is so far ahead of n8n's clock, which may be slow itself.
 */
const AHEAD_MS = 60_000;

/** Where a table has more of them, they are not looked for: then n8n's clock may be what is wrong. */
const MAX_AHEAD = 100;

/** Up to where a table was read. */
interface Mark {
	/** Null where there was none. */
	newest: CreatedDocument | null;
	/** The IDs of the documents from the future. */
	ahead: ReadonlySet<string>;
}

/**
 * Finds out what became of created documents: `addDocument` tells no IDs. The newest document is read
 * before, and all that came since are read afterwards.
 */
export class NewDocuments {
	/** By group; undefined where the table could not be read. */
	private readonly marks = new Map<string, Promise<Mark | undefined>>();

	/** Called before documents are created. Never throws. */
	async mark(table: OpenTable): Promise<Mark | undefined> {
		const known = this.marks.get(table.group) ?? newestOf(table);
		this.marks.set(table.group, known);
		const mark = await known;
		if (mark === undefined) this.marks.delete(table.group);
		return mark;
	}

	/**
	 * @param mark what the newest document was before
	 * @returns for each created document what became of it; undefined where that cannot be told. Never
	 *   throws: the documents are there
	 */
	async find(
		table: OpenTable,
		mark: Mark | undefined,
		created: readonly EncodedArguments[],
	): Promise<Array<CreatedDocument | undefined>> {
		const unknown = created.map(() => undefined);
		if (mark === undefined) return unknown;
		try {
			const found = await documentsSince(table, mark, created.length);
			if (found === undefined) return unknown;
			const [newest] = found;
			if (newest !== undefined) this.marks.set(table.group, Promise.resolve({ ...mark, newest }));
			return matchCreated(created, found);
		} catch {
			return unknown;
		}
	}
}

async function newestOf({ call, table }: OpenTable): Promise<Mark | undefined> {
	try {
		const first = await readNewest(call, table, 1, null);
		if (first.documents.length === 0) return { newest: null, ahead: new Set() };
		const newest = parseDocument(first.documents[0]);
		if (newest === undefined) return undefined;
		const mark = { newest, ahead: new Set<string>() };
		return isAhead(newest) ? ((await behindTheFuture({ call, table })) ?? mark) : mark;
	} catch {
		return undefined;
	}
}

/** @returns undefined where the table has too many documents from the future */
async function behindTheFuture({
	call,
	table,
}: Pick<OpenTable, 'call' | 'table'>): Promise<Mark | undefined> {
	const { documents, nextCursor } = await readNewest(call, table, MAX_AHEAD + 1, null);
	const ahead = new Set<string>();
	for (const each of documents) {
		const newest = parseDocument(each);
		if (newest === undefined) return undefined;
		if (!isAhead(newest)) return { newest, ahead };
		ahead.add(newest._id);
	}
	return nextCursor === undefined ? { newest: null, ahead } : undefined;
}

function isAhead({ _creationTime }: CreatedDocument): boolean {
	return _creationTime > Date.now() + AHEAD_MS;
}

/**
 * @param created how many there are at least
 * @returns the newest first; undefined where somebody else created too many besides
 */
async function documentsSince(
	{ call, table }: OpenTable,
	{ newest, ahead }: Mark,
	created: number,
): Promise<CreatedDocument[] | undefined> {
	const found: CreatedDocument[] = [];
	let read = 0;
	let cursor: string | null | undefined = null;
	while (cursor !== undefined) {
		const wanted = Math.min(countToRead(created + ahead.size, read) - read, MAX_PAGE_SIZE);
		if (wanted <= 0) return undefined;
		const page = await readNewest(call, table, wanted, cursor);
		for (const each of page.documents) {
			const document = parseDocument(each);
			if (document === undefined) return undefined;
			read += 1;
			if (ahead.has(document._id)) continue;
			if (newest !== null && !isNewer(document, newest)) return found;
			found.push(document);
		}
		// Without filters no page is empty but the last; one that is would be read for ever.
		if (page.documents.length === 0 && page.nextCursor !== undefined) return undefined;
		cursor = page.nextCursor;
	}
	return found;
}

/**
 * How many documents to read in all, where the mark was not among those that were read: twice as many,
 * so that neither many requests are sent nor much is read behind the mark.
 */
function countToRead(created: number, read: number): number {
	// One more than there may be: that one is the mark.
	const atFirst = created + FEW_OTHERS + 1;
	return Math.min(read < atFirst ? atFirst : 2 * read, created + MAX_OTHERS + 1);
}

function isNewer(document: CreatedDocument, mark: CreatedDocument): boolean {
	return document._id !== mark._id && document._creationTime >= mark._creationTime;
}
