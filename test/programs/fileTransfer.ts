/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import '../support/n8nEnvironment';
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { BinaryDataService } from 'n8n-core';
import type { INodeExecutionData, INodeType } from 'n8n-workflow';
import { loadBuiltPackage } from '../support/builtPackage';
import {
	nodeAt,
	nodeThatRuns,
	outputsOf,
	runWorkflow,
	type Installation,
	type WorkflowFile,
} from '../support/engine';
import { forgetPeak, peakBytes } from '../support/peakMemory';

const MEBIBYTE = 2 ** 20;
const PIECE = Buffer.alloc(64 * 1024);
const WARM_UP_BYTES = 8 * MEBIBYTE;
const LARGE_BYTES = 100 * MEBIBYTE;

/** n8n-core's own container: that of a package of the same name beside it knows none of its services. */
const { Container }: { Container: { get: (type: unknown) => { init: () => Promise<void> } } } =
	createRequire(require.resolve('n8n-core'))('@n8n/di');

/** Pieces that differ from each other, of a size in all. */
function* piecesOf(size: number): Generator<Buffer> {
	for (let sent = 0, index = 0; sent < size; index++) {
		const piece = Buffer.from(PIECE.subarray(0, Math.min(PIECE.length, size - sent)));
		piece.writeUInt32LE(index);
		sent += piece.length;
		yield piece;
	}
}

/** Gives an item with a file of a size, which n8n keeps on disk. */
const fileSource: INodeType = nodeThatRuns(
	'fileSource',
	async function () {
		const size = Number(this.getNodeParameter('size', 0));
		const pieces = Readable.from(piecesOf(size), { objectMode: false });
		const data = await this.helpers.prepareBinaryData(pieces, 'large.bin');
		return [[{ json: {}, binary: { data } }]];
	},
	[{ displayName: 'Size', name: 'size', type: 'number', default: 0 }],
);

/** Replaces an item by the checksum of its file as n8n kept it. */
const fileChecksum: INodeType = nodeThatRuns('fileChecksum', async function () {
	const [item] = this.getInputData();
	const hash = createHash('sha256');
	const id = item?.binary?.data?.id ?? '';
	for await (const piece of await this.helpers.getBinaryStream(id)) hash.update(piece as Buffer);
	return [[{ json: { ...item?.json, kept: hash.digest('hex') } }]];
});

function workflow(size: number): WorkflowFile {
	const ofFiles = (name: string, parameters: object) =>
		nodeAt(name, 'n8n-nodes-convex.convex', {
			parameters: { resource: 'file', ...parameters },
			credentials: { convexApi: { id: '1', name: 'Convex' } },
		});
	const to = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
	return {
		name: 'file transfer',
		nodes: [
			nodeAt('Source', 'test.fileSource', { parameters: { size } }),
			ofFiles('Upload', { operation: 'upload' }),
			ofFiles('Download', { operation: 'download', storageId: '={{ $json.storageId }}' }),
			nodeAt('Checksum', 'test.fileChecksum'),
		],
		connections: { Source: to('Upload'), Upload: to('Download'), Download: to('Checksum') },
	};
}

/**
 * Uploads a file of 100 MiB and downloads it again with the built node in a process of its own, whose
 * binary data is on disk, and prints how far the highest resident memory rose above that before.
 * A smaller file goes first, so that what n8n loads for any request is not counted.
 */
async function main([packageFolder = '', deploymentUrl = '', token = '']: string[]): Promise<void> {
	await Container.get(BinaryDataService).init();
	const { nodeTypes, credentialTypes } = await loadBuiltPackage(packageFolder);
	const installation: Installation = {
		nodeTypes: { ...nodeTypes, 'test.fileSource': fileSource, 'test.fileChecksum': fileChecksum },
		credentialTypes,
		credentials: { convexApi: { deploymentUrl, authentication: 'deployKey', token } },
	};
	const transfer = async (size: number): Promise<INodeExecutionData | undefined> => {
		const { run } = await runWorkflow(installation, workflow(size));
		if (run.data.resultData.error !== undefined) throw run.data.resultData.error;
		return outputsOf(run, 'Checksum')[0]?.[0];
	};
	await transfer(WARM_UP_BYTES);
	const before = process.memoryUsage.rss();
	forgetPeak();
	const startedAtMs = performance.now();
	const item = await transfer(LARGE_BYTES);
	const wallTimeMs = performance.now() - startedAtMs;
	const additionalBytes = peakBytes() - before;
	const { size, sha256, kept } = item?.json ?? {};
	console.log(JSON.stringify({ size, sha256, kept, wallTimeMs, additionalBytes }));
}

void main(process.argv.slice(2));
