import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { isPage, pageArguments, PageWalk, parsePage } from '../../convex/responses/pageWalk';
import { parseStoredFile, type StoredFile } from '../../convex/responses/storedFile';
import { readsItem } from '../../parameters/expressions';
import { FILE_LIST_PARAMETERS, readFileList, type FileList } from '../../parameters/file/fileList';
import { readFileOptions } from '../../parameters/file/fileOptions';
import type { Caller } from '../../transport/caller';
import { requireDeployKey } from '../../transport/http/callSystemFunction';
import type { ItemCallers } from '../../transport/itemCallers';
import { toFailure } from '../../transport/nodeError';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import { hintAtOutput } from '../calls/output';
import { sharedRequests, type SharedRequest } from '../calls/sharedRequests';
import type { ItemResults } from '../itemResults';
import { callSystem, unexpectedResult, type FileRun } from './fileRun';

export const description = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many files',
	description: 'List files with their type, size, checksum and URL',
};

/** Convex makes the URL of each file of a page. */
const FILES_PER_PAGE = 100;

interface ListRequest extends FileList {
	timeoutMs: number;
}

/** Lists files once for all items that ask for the same; they come out in the place of the first. */
export async function getManyFiles(
	run: FileRun,
	items: ItemResults,
	callers: ItemCallers,
): Promise<void> {
	const { context, parameters } = run;
	const { parameters: stored } = context.getNode();
	const isSame = !readsItem(['options', ...FILE_LIST_PARAMETERS].map((name) => stored[name]));
	let ofAll: ListRequest | undefined;
	const requests = await sharedRequests(items, callers, (itemIndex, caller): ListRequest => {
		requireDeployKey(caller, "'Operation: Get Many'");
		if (ofAll !== undefined) return ofAll;
		const list = readFileList(parameters, itemIndex);
		const { timeoutMs } = readFileOptions(parameters, 'getMany', itemIndex);
		const request = { ...list, timeoutMs };
		// The time of one item is another one's a moment later, and means the same.
		if (isSame) ofAll = request;
		return request;
	});
	for (const request of requests) {
		if (items.stopped.aborted) return;
		await answer(run, items, request);
	}
	const count = requests.reduce((sum, { itemIndices }) => sum + itemIndices.length, 0);
	if (count > requests.length && items.succeeded > 0)
		hintAtOutput(context, ranOnce(count, requests.length));
}

function ranOnce(count: number, lists: number): string {
	const times = lists === 1 ? 'once' : `${lists} times`;
	const reason =
		lists === 1
			? 'since the parameters are the same for all of them'
			: 'once for all that have the same parameters and credential';
	return `The files were listed ${times} for ${count} input items, ${reason}.`;
}

async function answer(
	run: FileRun,
	items: ItemResults,
	{ itemIndices, caller, request }: SharedRequest<ListRequest>,
): Promise<void> {
	const [first, ...others] = itemIndices;
	try {
		const files = await listFiles(run, caller, request);
		const pairedItem = { item: first };
		items.succeed(
			first,
			files.map((file) => ({ json: { ...file }, pairedItem })),
		);
		for (const itemIndex of others) items.succeed(itemIndex, []);
	} catch (thrown) {
		const failure = toFailure(thrown);
		const turns = new EventLoopTurns();
		for (const itemIndex of itemIndices) {
			items.fail(itemIndex, failure);
			await turns.yield();
		}
	}
}

async function listFiles(
	run: FileRun,
	caller: Caller,
	{ limit, filters, timeoutMs }: ListRequest,
): Promise<StoredFile[]> {
	const { listFiles: list } = SYSTEM_FUNCTIONS;
	const files: StoredFile[] = [];
	const walk = new PageWalk({ cursor: null });
	for (let range = walk.next(); range !== undefined; range = walk.next()) {
		const wanted = Math.min(FILES_PER_PAGE, limit - files.length);
		const args = pageArguments({ filters }, range, wanted);
		const result = await callSystem(run, caller, list, args, timeoutMs);
		if (!isPage(result)) throw unexpectedResult(list);
		const page = parsePage(result);
		if (!walk.take(range, page)) continue;
		for (const document of page.documents) {
			const file = parseStoredFile(document);
			if (file === undefined) throw unexpectedResult(list);
			files.push(file);
		}
		if (files.length >= limit) return files.slice(0, limit);
	}
	return files;
}
