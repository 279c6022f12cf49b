import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import {
	fileTextDescription,
	inputFileDescription,
	outputFileDescription,
} from '../../parameters/file/fileField';
import { fileListDescription } from '../../parameters/file/fileList';
import {
	FILE_OPERATIONS,
	fileOptionsDescription,
	readFileRunOptions,
	type FileOperation,
} from '../../parameters/file/fileOptions';
import { storageIdDescription, storageIdOrUrlDescription } from '../../parameters/file/storageId';
import { uploadUrlDescription } from '../../parameters/file/uploadUrlFrom';
import { ItemParameters } from '../../parameters/itemParameters';
import { oneOf, shownFor } from '../../parameters/resource';
import type { ItemCallers } from '../../transport/itemCallers';
import { ItemRunner } from '../calls/itemRunner';
import type { ItemResults } from '../itemResults';
import { deleteFile, description as deleteDescription } from './deleteFile';
import { description as downloadDescription, download } from './download';
import type { FileRun, FileWork } from './fileRun';
import { description as getDescription, getFile } from './getFile';
import { description as getManyDescription, getManyFiles } from './getManyFiles';
import { description as uploadDescription, upload } from './upload';

export const description: INodeProperties[] = shownFor('file', [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'upload',
		options: [
			deleteDescription,
			downloadDescription,
			getDescription,
			getManyDescription,
			uploadDescription,
		],
	},
	fileTextDescription,
	inputFileDescription,
	...uploadUrlDescription,
	storageIdDescription,
	storageIdOrUrlDescription,
	outputFileDescription,
	...fileListDescription,
	fileOptionsDescription,
]);

const WORK: Record<Exclude<FileOperation, 'getMany'>, FileWork> = {
	upload,
	download,
	get: getFile,
	delete: deleteFile,
};

/** @throws ConvexFailure (`input`) for an unknown operation, or an option that holds for all items */
export async function execute(
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	chosen: string,
): Promise<void> {
	const operation = oneOf(FILE_OPERATIONS, "'Operation'", chosen);
	const runner = new ItemRunner(context, items, callers, readFileRunOptions(context, operation));
	const run: FileRun = {
		context,
		parameters: new ItemParameters(context),
		retriesOf: (caller) => runner.retries.of(caller),
	};
	if (operation === 'getMany') {
		await getManyFiles(run, items, callers);
		return;
	}
	const work = WORK[operation];
	await runner.run(async (itemIndex, caller) => await work(run, itemIndex, caller));
}
