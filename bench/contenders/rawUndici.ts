/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { Pool } from 'undici';
import type { Job } from '../measurement';
import { nodeThatRuns } from '../../test/support/engine';
import { callOf, outputItem } from './calls';
import type { Contender } from './contender';

const MAX_QUERIES_PER_BODY = 1000;
const QUERY_CONNECTIONS = 4;

/**
 * The limit: the fastest HTTP client of Node on connections that stay open, without retries, checks
 * or parameters. Queries go on four connections, in the bodies that this package's node has just
 * sent, or else in bodies as large as they may be.
 */
export function rawUndici({ load, server, batchSizes }: Job): Contender {
	const connections = load.concurrency ?? QUERY_CONNECTIONS;
	const nodeType = nodeThatRuns('rawUndici', async function () {
		const items = this.getInputData();
		const pool = new Pool(server.url, { connections });
		try {
			const answers =
				load.operation === 'query'
					? await queryInBatches(pool, items, batchSizes)
					: await inParallel(
							connections,
							items,
							async (item) => await post(pool, `/api/${load.operation}`, callOf(item)),
						);
			return [answers.map(outputItem)];
		} finally {
			await pool.close();
		}
	});
	return { nodeType, parameters: {} };
}

async function queryInBatches(
	pool: Pool,
	items: INodeExecutionData[],
	batchSizes: number[] = [],
): Promise<IDataObject[]> {
	const largest = Math.min(MAX_QUERIES_PER_BODY, Math.ceil(items.length / QUERY_CONNECTIONS));
	const batches: INodeExecutionData[][] = [];
	for (let sent = 0, size = 0; sent < items.length; sent += size) {
		size = batchSizes[batches.length] ?? largest;
		batches.push(items.slice(sent, sent + size));
	}
	const answers = await inParallel(QUERY_CONNECTIONS, batches, async (batch) => {
		const { results } = await post(pool, '/api/query_batch', { queries: batch.map(callOf) });
		return results as IDataObject[];
	});
	return answers.flat();
}

async function post(pool: Pool, path: string, body: unknown): Promise<IDataObject> {
	const response = await pool.request({
		method: 'POST',
		path,
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	return (await response.body.json()) as IDataObject;
}

/** Results in the order of the inputs. */
async function inParallel<Input, Result>(
	concurrency: number,
	inputs: Input[],
	work: (input: Input) => Promise<Result>,
): Promise<Result[]> {
	const results = new Array<Result>(inputs.length);
	const queue = inputs.entries();
	const worker = async () => {
		for (const [index, input] of queue) results[index] = await work(input);
	};
	await Promise.all(Array.from({ length: concurrency }, worker));
	return results;
}
