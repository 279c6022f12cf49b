import { failureOf, type ConvexFailure } from '../../convex/failure';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { parseStoredFile, type StoredFile } from '../../convex/responses/storedFile';
import { quote } from '../../convex/values/quote';
import type { Caller } from '../../transport/caller';
import { toFailure } from '../../transport/nodeError';
import { callSystem, unexpectedResult, type FileRun } from './fileRun';

/**
 * What Convex knows of a file.
 *
 * @throws ConvexFailure, of an ID that no file has too (`fileNotFound`)
 */
export async function lookUpFile(
	run: FileRun,
	caller: Caller,
	storageId: string,
	timeoutMs: number,
): Promise<StoredFile> {
	const { getFile } = SYSTEM_FUNCTIONS;
	const value = await callSystem(run, caller, getFile, { storageId }, timeoutMs);
	if (value === null) throw noFile(storageId);
	const file = parseStoredFile(value);
	if (file === undefined) throw unexpectedResult(getFile);
	return file;
}

/**
 * Why a request for a file failed. Convex throws for the ID of a file that is not there, and for much else,
 * as where a key may not do that; and a production deployment hides which it was. So a file is said not to
 * be there only where Convex says so when it is asked for the file.
 */
export async function missingFileOr(
	run: FileRun,
	caller: Caller,
	storageId: string,
	timeoutMs: number,
	failure: ConvexFailure,
): Promise<ConvexFailure> {
	const { kind, requestId } = failure.details;
	if (kind !== 'function') return failure;
	try {
		await lookUpFile(run, caller, storageId, timeoutMs);
		return failure;
	} catch (thrown) {
		const found = toFailure(thrown);
		if (found.reason === 'fileNotFound') {
			return found.with({ details: { ...(requestId !== undefined && { requestId }) } });
		}
		if (failure.reason !== 'hidden') return failure;
		const isOfKey = found.reason === 'permissionNeeded' || found.reason === 'hidden';
		const help = isOfKey
			? ": a key that also has 'deployment:data:view' lets the node find out."
			: ', which the node could not find out.';
		return failure.with({ advice: `${failure.description} Or there is no such file${help}` });
	}
}

function noFile(storageId: string): ConvexFailure {
	return failureOf('fileNotFound', `The deployment has no file with the ID ${quote(storageId)}`, {
		kind: 'function',
		retryable: false,
		outcome: 'notExecuted',
	});
}
