import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { readFileOptions } from '../../parameters/file/fileOptions';
import { readStorageId } from '../../parameters/file/storageId';
import { requireDeployKey } from '../../transport/http/callSystemFunction';
import { callSystem, type FileWork } from './fileRun';
import { namingFile } from './lookUpFile';

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
	const args = { storageId };
	await namingFile(
		storageId,
		async () => await callSystem(run, caller, SYSTEM_FUNCTIONS.deleteFile, args, timeoutMs),
	);
	return [{ json: { deleted: true, storageId }, pairedItem: { item: itemIndex } }];
};
