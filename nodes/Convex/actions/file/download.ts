import type { IBinaryData } from 'n8n-workflow';
import { parseFileUrl, type StoredFileAddress } from '../../convex/deployment/storageUrl';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import type { StoredFile } from '../../convex/responses/storedFile';
import { readOutputField } from '../../parameters/file/fileField';
import { readFileOptions } from '../../parameters/file/fileOptions';
import { readFileReference, type FileReference } from '../../parameters/file/storageId';
import type { Caller } from '../../transport/caller';
import { requireDeployKey } from '../../transport/http/callSystemFunction';
import { receiveFile } from '../../transport/http/receiveFile';
import { unexpectedResult, type FileRun, type FileWork } from './fileRun';
import { lookUpFile } from './lookUpFile';

export const description = {
	name: 'Download',
	value: 'download',
	action: 'Download a file',
	description: 'Get the content of a file, by its ID or URL',
};

export const download: FileWork = async (run, itemIndex, caller) => {
	const { context, parameters } = run;
	const reference = readFileReference(parameters, itemIndex);
	const field = readOutputField(parameters, itemIndex);
	const { fileName, timeoutMs } = readFileOptions(parameters, 'download', itemIndex);
	const { address, known } = await locate(run, caller, reference, timeoutMs);
	const file = { address, expected: known, fileName, timeoutMs };
	const result = await run
		.retriesOf(caller)
		.run(async () => await receiveFile(context, caller, file));
	if (result.status === 'failure') throw result.failure;
	const { binary, contentType = null, size, sha256 } = result;
	const json = known === undefined ? { contentType, size, sha256 } : { ...known };
	const named = withName(binary, reference);
	return [{ json, binary: { [field]: named }, pairedItem: { item: itemIndex } }];
};

/** Where a file is served; of one by its ID, Convex also says what it is. */
async function locate(
	run: FileRun,
	caller: Caller,
	reference: FileReference,
	timeoutMs: number,
): Promise<{ address: StoredFileAddress; known: StoredFile | undefined }> {
	if (reference.kind === 'url') return { address: reference.address, known: undefined };
	requireDeployKey(caller, "'Operation: Download' by the ID of a file");
	const known = await lookUpFile(run, caller, reference.storageId, timeoutMs);
	const address = parseFileUrl(known.url);
	if (address === undefined) throw unexpectedResult(SYSTEM_FUNCTIONS.getFile);
	return { address, known };
}

/** A file without a name gets its ID for one: n8n's other nodes want to attach or write it. */
function withName(binary: IBinaryData, reference: FileReference): IBinaryData {
	if (binary.fileName !== undefined) return binary;
	const id = reference.kind === 'id' ? reference.storageId : reference.address.uuid;
	const { fileExtension = '' } = binary;
	return { ...binary, fileName: fileExtension === '' ? id : `${id}.${fileExtension}` };
}
