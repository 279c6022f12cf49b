import { failureOf, type ConvexFailure } from '../../convex/failure';
import type { FailureReason } from '../../convex/advice';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { parseStoredFile, type StoredFile } from '../../convex/responses/storedFile';
import { quote } from '../../convex/values/quote';
import type { Caller } from '../../transport/caller';
import { toFailure } from '../../transport/nodeError';
import { callSystem, unexpectedResult, type FileRun } from './fileRun';

/**
 * What Convex knows of a file.
 *
 * @throws ConvexFailure, of an ID that no file has too
 */
export async function lookUpFile(
	run: FileRun,
	caller: Caller,
	storageId: string,
	timeoutMs: number,
): Promise<StoredFile> {
	const { getFile } = SYSTEM_FUNCTIONS;
	const value = await namingFile(
		storageId,
		async () => await callSystem(run, caller, getFile, { storageId }, timeoutMs),
	);
	if (value === null) throw noFile(storageId);
	const file = parseStoredFile(value);
	if (file === undefined) throw unexpectedResult(getFile);
	return file;
}

/** The functions for a file throw for nothing but its ID; what, a production deployment may hide. */
const REFUSED_ID: ReadonlySet<FailureReason> = new Set([
	'badArguments',
	'thrown',
	'hidden',
	'fileNotFound',
]);

/** Calls a system function for a file. @throws ConvexFailure which names the file where that is refused */
export async function namingFile<Result>(
	storageId: string,
	call: () => Promise<Result>,
): Promise<Result> {
	try {
		return await call();
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (failure.details.kind !== 'function' || !REFUSED_ID.has(failure.reason)) throw failure;
		const { requestId } = failure.details;
		throw noFile(storageId).with({
			details: { ...(requestId !== undefined && { requestId }) },
		});
	}
}

function noFile(storageId: string): ConvexFailure {
	return failureOf('fileNotFound', `The deployment has no file with the ID ${quote(storageId)}`, {
		kind: 'function',
		retryable: false,
		outcome: 'notExecuted',
	});
}
