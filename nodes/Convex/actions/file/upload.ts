import type { UploadResult } from '../../convex/responses/uploadResponse';
import { INPUT_FILE, readFileOfTool, readInputFile } from '../../parameters/file/fileField';
import { knownContentType, readFileOptions } from '../../parameters/file/fileOptions';
import { readUploadUrlSource, type UploadUrlSource } from '../../parameters/file/uploadUrlFrom';
import { isAgentTool } from '../../transport/agentTool';
import type { Caller } from '../../transport/caller';
import { readContent } from '../../transport/fileContent';
import { requireDeployKey } from '../../transport/http/callSystemFunction';
import { sendFile, type FileToSend } from '../../transport/http/sendFile';
import type { FileRun, FileWork } from './fileRun';
import { requestUploadToken } from './uploadToken';

export const description = {
	name: 'Upload',
	value: 'upload',
	action: 'Upload a file',
	description: 'Store a file of the item in Convex, and get its ID',
};

/** What Convex is told of a file whose type is not known. */
const ANY_TYPE = 'application/octet-stream';

export const upload: FileWork = async (run, itemIndex, caller) => {
	const { context, parameters } = run;
	const readFile = isAgentTool(context.getNode()) ? readFileOfTool : readInputFile;
	const file = readFile(parameters, itemIndex);
	const source = readUploadUrlSource(parameters, itemIndex);
	const options = readFileOptions(parameters, 'upload', itemIndex);
	if (source.kind === 'system') requireDeployKey(caller, "'Upload URL From: System'");
	const { fileName, mimeType } = file;
	const contentType = options.contentType ?? knownContentType(mimeType) ?? ANY_TYPE;
	const content = await readContent(context, itemIndex, INPUT_FILE, file);
	const toSend = { content, contentType, timeoutMs: options.timeoutMs };
	const storageId = await store(run, caller, source, toSend);
	const { size, sha256 } = content;
	const named = fileName === undefined ? {} : { fileName };
	return [
		{ json: { storageId, ...named, contentType, size, sha256 }, pairedItem: { item: itemIndex } },
	];
};

/**
 * Stores a file by an upload URL that is requested right before. If Convex refuses that all the same, by
 * another one, once.
 */
async function store(
	run: FileRun,
	caller: Caller,
	source: UploadUrlSource,
	file: Omit<FileToSend, 'token'>,
): Promise<string> {
	let result = await storeOnce(run, caller, source, file);
	if (result.status === 'failure' && result.failure.reason === 'uploadUrlExpired') {
		result = await storeOnce(run, caller, source, file);
	}
	if (result.status === 'failure') throw result.failure;
	return result.storageId;
}

async function storeOnce(
	run: FileRun,
	caller: Caller,
	source: UploadUrlSource,
	file: Omit<FileToSend, 'token'>,
): Promise<UploadResult> {
	const token = await requestUploadToken(run, caller, source, file.timeoutMs);
	return await run
		.retriesOf(caller)
		.run(async () => await sendFile(run.context, caller, { ...file, token }));
}
