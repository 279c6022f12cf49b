import type { JSONValue } from 'convex/values';
import type { ListPage } from '../../../../nodes/Convex/actions/calls/readPages';
import type { PaginationOptions } from '../../../../nodes/Convex/parameters/pagination';
import type { EncodedArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { isPlainObject } from '../../../../nodes/Convex/convex/values/plainObject';
import type { FunctionResult } from '../../../../nodes/Convex/convex/responses/functionResponse';
import type { PagedList } from '../../convex/responses/pagedList';

/** How to read a list: whole, in pages of three, unless said otherwise. */
export const reading = (more: Partial<PaginationOptions> = {}): PaginationOptions => ({
	limit: Number.POSITIVE_INFINITY,
	pageSize: 3,
	itemPer: 'document',
	onInvalidCursor: 'fail',
	...more,
});

export const success = (value: JSONValue, logLines: string[] = []): FunctionResult => ({
	status: 'success',
	value,
	logLines,
});

export const page = (documents: JSONValue[], continueCursor: string | null, isDone = false) =>
	success({ page: documents, isDone, continueCursor });

export const documentsOf = (pages: ListPage[]) => pages.flatMap(({ documents }) => documents);

/** What a call asks for. */
export function askedFor({ paginationOpts }: EncodedArguments) {
	if (!isPlainObject(paginationOpts)) throw new Error('paginationOpts is no object');
	const { numItems, cursor, endCursor } = paginationOpts;
	return {
		numItems: Number(numItems),
		range: {
			cursor: typeof cursor === 'string' ? cursor : null,
			...(typeof endCursor === 'string' && { endCursor }),
		},
	};
}

/** A function that gives the pages of a list, and the arguments of all its calls. */
export function serving(list: PagedList) {
	const calls: EncodedArguments[] = [];
	const send = async (args: EncodedArguments): Promise<FunctionResult> => {
		calls.push(args);
		const { range, numItems } = askedFor(args);
		return success(list.page(range, numItems), [`call ${calls.length}`]);
	};
	return { calls, send };
}

/** A function that gives these answers, one after another, and the arguments of all its calls. */
export function scripted(...answers: FunctionResult[]) {
	const calls: EncodedArguments[] = [];
	const send = async (args: EncodedArguments): Promise<FunctionResult> => {
		const answer = answers[calls.length];
		calls.push(args);
		if (answer === undefined) throw new Error('One call too many');
		return answer;
	};
	return { calls, send };
}
