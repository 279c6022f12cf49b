/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import type { JSONValue } from 'convex/values';
import { Convex } from '../../nodes/Convex/Convex.node';
import { toHttpActionItems } from '../../nodes/Convex/actions/httpAction/httpActionOutput';
import { inputFailure } from '../../nodes/Convex/convex/failure';
import { toPlainJson } from '../../nodes/Convex/convex/values/plainJson';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { busyMs, leastOf, longestTurnOf, noteEachTurn } from '../support/eventLoop';
import { ofFiles } from '../support/files';
import { requestToPath } from '../support/httpActions';
import { importing } from '../support/importRequests';
import { waitingForBoard } from '../support/waitingForResults';

/** While the node works on thousands of items, n8n serves its editor and all other workflows. */
const convex = useEmbeddedDeployment('deployKey');

const COUNT = 8_000;

/**
 * The node, which counts the turns of the event loop while it runs.
 *
 * @param items - what it gets in the place of its input, if anything
 */
function countingNode(items?: (turn: () => number) => INodeExecutionData[]) {
	let turns = 0;
	const nodeType: INodeType = Object.assign(new Convex(), {
		async execute(this: IExecuteFunctions) {
			const given = items?.(() => turns) ?? this.getInputData();
			const context: IExecuteFunctions = Object.create(this, {
				getInputData: { value: () => given },
			});
			let immediate = setImmediate(function count() {
				turns += 1;
				immediate = setImmediate(count);
			});
			try {
				return await Convex.prototype.execute.call(context);
			} finally {
				clearImmediate(immediate);
			}
		},
	});
	return { nodeType, turns: () => turns };
}

/** The node, which notes the longest work between two turns of the event loop while it runs. */
function busyNode() {
	let longestMs = 0;
	const nodeType: INodeType = Object.assign(new Convex(), {
		async execute(this: IExecuteFunctions) {
			const turn = await longestTurnOf(async () => await Convex.prototype.execute.call(this));
			longestMs = Math.max(longestMs, turn.longestMs);
			return turn.result;
		},
	});
	return { nodeType, longestMs: () => longestMs };
}

describe('n8n goes on with its other work', () => {
	it.each<[string, ConvexRunOptions['parameters']]>([
		['a storage ID', ofFiles('get', { storageId: '={{ $json.value }}' })],
		['a path of an HTTP action', requestToPath('GET', '={{ $json.value }}')],
		[
			'a document ID',
			{
				resource: 'document',
				operation: 'get',
				table: { __rl: true, mode: 'name', value: '={{ $json.value }}' },
				documentId: 'a',
			},
		],
	])('while thousands of items are refused for %s', async (_what, parameters) => {
		const { nodeType, turns } = countingNode();
		const { success } = await convex.run({
			parameters,
			nodeType,
			input: Array.from({ length: COUNT }, () => ({ value: '/..' })),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(success).toHaveLength(COUNT);
		expect(turns()).toBeGreaterThan(1);
	});

	it('while thousands of rows are written down for an upload', async () => {
		const readAt: number[] = [];
		const { nodeType } = countingNode((turn) =>
			Array.from({ length: COUNT }, (_, index) => ({
				json: {
					orderId: `o${index}`,
					email: 'a@example.com',
					announced: false,
					get total() {
						readAt.push(turn());
						return index;
					},
				},
			})),
		);
		const { stoppedBy } = await convex.run({
			parameters: importing('orders', 'append'),
			nodeType,
			input: [{}, {}],
		});
		expect(stoppedBy).toBeUndefined();
		// Each row is read when it is checked, and once more when it is written down.
		const written = new Set(readAt.slice(-COUNT));
		expect(written.size).toBeGreaterThan(1);
	});

	it('while thousands of rows fail for one reason', async () => {
		const count = 30_000;
		const input = Array.from({ length: count }, (_, index) => ({
			title: `t${index}`,
			status: index === 0 ? 'none of these' : 'open',
		}));
		const fail = async () => {
			const { nodeType, longestMs } = busyNode();
			const parameters = importing('tasks', 'replace');
			const settings = { onError: 'continueErrorOutput' } as const;
			const { error } = await convex.run({ parameters, nodeType, input, settings });
			expect(error).toHaveLength(count);
			const before = busyMs();
			const failure = inputFailure('a', 'b');
			for (let index = 0; index < count; index++) failure.with({ message: `${index}` });
			return longestMs() / (busyMs() - before);
		};
		// In one turn, it took seven times as long as to make the failures.
		expect(await leastOf(4, fail)).toBeLessThan(4);
	});

	it('while thousands of rows wait for the next attempt', async () => {
		const count = 30_000;
		const input = Array.from({ length: count }, (_, index) => ({
			name: `n${index}`,
			count: index,
		}));
		const hold = async () => {
			const { nodeType, longestMs } = busyNode();
			await convex.deployment.addFault({
				path: '/api/streaming_import/import_airbyte_records',
				kind: 'answer',
				status: 429,
				body: { code: 'TooManyConcurrentRequests', message: 'Busy' },
			});
			const { success } = await convex.run({
				parameters: importing('counters', 'upsert', {
					keyFields: 'name',
					options: { maxRetries: 0 },
				}),
				nodeType,
				input,
				settings: {
					onError: 'continueErrorOutput',
					retryOnFail: true,
					maxTries: 2,
					waitBetweenTries: 1,
				},
			});
			expect(success).toMatchObject([{ json: { imported: count } }]);
			const before = busyMs();
			const failure = inputFailure('a', 'b');
			for (let index = 0; index < count; index++) failure.with({ message: `${index}` });
			return longestMs() / (busyMs() - before);
		};
		// In one turn, it took three times as long.
		expect(await leastOf(2, hold)).toBeLessThan(2);
	}, 60_000);

	it('while a long list of an HTTP action becomes items', async () => {
		const text = JSON.stringify(Array.from({ length: 400_000 }, (_, index) => ({ index })));
		const headers = { 'content-type': 'application/json' };
		let turns = 0;
		const noting = noteEachTurn(() => {
			turns += 1;
		});
		const items = await toHttpActionItems(
			{
				status: 'answered',
				head: { httpStatus: 200, headers },
				content: { kind: 'text', text, isExact: true },
			} as never,
			{ route: {}, response: { shape: 'auto', outputField: 'data' }, fullResponse: false } as never,
			0,
		);
		noting.stop();
		expect(items).toHaveLength(400_000);
		expect(turns).toBeGreaterThan(1);
	});

	it('while a long result is given to all items that wait for it', async () => {
		const rows = Array.from({ length: 8_000 }, (_, index) => ({ index, tags: ['a', 'b'], at: {} }));
		await convex.run({ parameters: calling('mutation', 'boards:put', { name: 'a', value: rows }) });
		const wait = async () => {
			const { nodeType, longestMs } = busyNode();
			const { success } = await convex.run({
				parameters: waitingForBoard({}, { concurrency: 100 }),
				nodeType,
				input: Array.from({ length: 100 }, () => ({})),
			});
			expect(success).toHaveLength(100);
			const before = busyMs();
			for (const { json } of success) toPlainJson(json.value as JSONValue);
			return longestMs() / (busyMs() - before);
		};
		expect(await leastOf(2, wait)).toBeLessThan(2);
	});

	it('while one item has thousands of dates without a time zone', async () => {
		const longest = async (zone: string) => {
			const rows = Array.from({ length: 8_000 }, (_, index) => {
				const time = new Date(Date.UTC(2026, 0, 1) + index * 300_000).toISOString().slice(0, 19);
				return { big: 1, at: `${time.replace('T', ' ')}${zone}` };
			});
			const { nodeType, longestMs } = busyNode();
			const { success } = await convex.run({
				parameters: {
					...calling('query', 'values:lists', {}),
					argumentsMode: 'mapping',
					mappedArguments: { mappingMode: 'defineBelow', value: { rows: '={{ $json.rows }}' } },
				},
				nodeType,
				input: [{ rows }],
			});
			expect(success).toHaveLength(1);
			return longestMs();
		};
		// The first one compiles what the others run.
		await longest('');
		const compare = async () => (await longest('')) / (await longest('Z'));
		const tries = [await compare()];
		while (Math.min(...tries) >= 1.4 && tries.length < 4) tries.push(await compare());
		expect(Math.min(...tries)).toBeLessThan(1.4);
	});
});
