import { readFileOptions } from '../../parameters/file/fileOptions';
import { readStorageId } from '../../parameters/file/storageId';
import { requireDeployKey } from '../../transport/http/callSystemFunction';
import type { FileWork } from './fileRun';
import { lookUpFile } from './lookUpFile';

export const description = {
	name: 'Get',
	value: 'get',
	action: 'Get a file',
	description: 'Get what Convex knows of a file: type, size, checksum and URL',
};

export const getFile: FileWork = async (run, itemIndex, caller) => {
	const { parameters } = run;
	const storageId = readStorageId(parameters, itemIndex);
	const { timeoutMs } = readFileOptions(parameters, 'get', itemIndex);
	requireDeployKey(caller, "'Operation: Get'");
	const file = await lookUpFile(run, caller, storageId, timeoutMs);
	return [{ json: { ...file }, pairedItem: { item: itemIndex } }];
};
