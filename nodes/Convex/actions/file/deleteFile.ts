import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { readFileOptions } from '../../parameters/file/fileOptions';
import { readStorageId } from '../../parameters/file/storageId';
import { requireDeployKey } from '../../transport/http/callSystemFunction';
import { toFailure } from '../../transport/nodeError';
import { callSystem, type FileWork } from './fileRun';
import { missingFileOr } from './lookUpFile';

export const description = {
	name: 'Delete',
	value: 'delete',
	action: 'Delete a file',
	description: 'Delete a file; documents that refer to it stay as they are',
};

export const deleteFile: FileWork = async (run, itemIndex, caller) => {
	const { parameters } = run;
	const storageId = readStorageId(parameters, itemIndex);
	const { timeoutMs } = readFileOptions(parameters, 'delete', itemIndex);
	requireDeployKey(caller, "'Operation: Delete'");
	try {
		await callSystem(run, caller, SYSTEM_FUNCTIONS.deleteFile, { storageId }, timeoutMs);
	} catch (thrown) {
		throw await missingFileOr(run, caller, storageId, timeoutMs, toFailure(thrown));
	}
	return [{ json: { deleted: true, storageId }, pairedItem: { item: itemIndex } }];
};
