/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import '../support/n8nEnvironment';
import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { INodeType } from 'n8n-workflow';
import { loadBuiltPackage } from '../support/builtPackage';
import { nodeAt, nodeThatRuns, outputsOf, runWorkflow } from '../support/engine';
import { forgetPeak, peakBytes } from '../support/peakMemory';

const NS_PER_MS = 1e6;
const WARM_UP_ROWS = 1_000;

/** How long whatever else the process does had to wait. */
const delays = monitorEventLoopDelay({ resolution: 5 });

/** What the process has before the node runs: with the items, which n8n keeps. */
let before = 0;

/** Gives so many rows of some 200 bytes, and notes what memory they take. */
const rowSource: INodeType = nodeThatRuns(
	'rowSource',
	async function () {
		const count = Number(this.getNodeParameter('count', 0));
		const rows = Array.from({ length: count }, (_, index) => ({
			json: {
				orderId: `order-${index}`,
				email: `customer-${index}@example.com`,
				total: index / 100,
				announced: index % 2 === 0,
			},
		}));
		before = process.memoryUsage.rss();
		forgetPeak();
		delays.reset();
		return [rows];
	},
	[{ displayName: 'Count', name: 'count', type: 'number', default: 0 }],
);

/**
 * Imports so many rows with the built node, in a process of its own, and prints how far the highest
 * resident memory rose above what it was with the rows. Fewer rows go first, so that what n8n loads for
 * any request is not counted.
 */
async function main([
	packageFolder = '',
	deploymentUrl = '',
	token = '',
	mode = 'append',
	rows = '100000',
]: string[]) {
	const { nodeTypes, credentialTypes } = await loadBuiltPackage(packageFolder);
	const importRows = async (count: number) => {
		const { run } = await runWorkflow(
			{
				nodeTypes: { ...nodeTypes, 'test.rowSource': rowSource },
				credentialTypes,
				credentials: { convexApi: { deploymentUrl, authentication: 'deployKey', token } },
			},
			{
				name: 'table import',
				nodes: [
					nodeAt('Source', 'test.rowSource', { parameters: { count } }),
					nodeAt('Import', 'n8n-nodes-convex.convex', {
						parameters: {
							resource: 'document',
							operation: 'import',
							table: { __rl: true, mode: 'name', value: 'orders' },
							importMode: mode,
							...(mode === 'upsert' && { keyFields: 'orderId' }),
						},
						credentials: { convexApi: { id: '1', name: 'Convex' } },
					}),
				],
				connections: {
					Source: { main: [[{ node: 'Import', type: 'main' as const, index: 0 }]] },
				},
			},
		);
		if (run.data.resultData.error !== undefined) throw run.data.resultData.error;
		return outputsOf(run, 'Import')[0]?.[0]?.json.imported;
	};
	await importRows(WARM_UP_ROWS);
	const startedAtMs = performance.now();
	delays.enable();
	const imported = await importRows(Number(rows));
	const additionalBytes = peakBytes() - before;
	const longestBlockMs = delays.max / NS_PER_MS;
	const elapsedMs = performance.now() - startedAtMs;
	console.log(JSON.stringify({ imported, additionalBytes, longestBlockMs, elapsedMs }));
}

void main(process.argv.slice(2));
