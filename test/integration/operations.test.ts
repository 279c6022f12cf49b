import type { INodeExecutionData } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany } from '../support/manyItems';

const convex = useEmbeddedDeployment('deployKey');

const json = (items: INodeExecutionData[]) => items.map((item) => item.json);

describe('operations', () => {
	it('creates by mutation and reads back by query', async () => {
		const created = await convex.run({
			parameters: calling('mutation', 'tasks:create', '={{ $json }}'),
			input: [{ title: 'Write' }, { title: 'Test', priority: 2 }],
		});
		expect(created.stoppedBy).toBeUndefined();
		expect(json(created.success)).toEqual([
			{ value: expect.any(String), logLines: ["[LOG] 'creating' 'Write'"] },
			{ value: expect.any(String), logLines: ["[LOG] 'creating' 'Test'"] },
		]);
		expect(created.success.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);

		const listed = await convex.run({ parameters: calling('query', 'tasks:list') });
		expect(json(listed.success)).toEqual([
			{
				value: [
					expect.objectContaining({ title: 'Write', status: 'open' }),
					expect.objectContaining({ title: 'Test', status: 'open', priority: 2 }),
				],
				logLines: [],
			},
		]);
	});

	it('runs an action that calls a query and a mutation', async () => {
		const { success } = await convex.run({
			parameters: calling('action', 'admin/reports:summarize', { heading: 'Today' }),
		});
		expect(json(success)).toEqual([{ value: 'Today: 0 open, 0 done', logLines: [] }]);
	});

	it.each([
		['a query', 'version', '1.0'],
		['a mutation', 'counters:increment', 1],
		['an action', 'counters:wait', 1],
	])('runs %s by path', async (_type, path, value) => {
		const args = { 'counters:increment': { name: 'a' }, 'counters:wait': { ms: 1 } }[path] ?? {};
		const { success } = await convex.run({ parameters: calling('run', path, args) });
		expect(json(success)).toEqual([{ value, logLines: [] }]);
	});

	it.each([
		'tasks:list',
		'tasks.js:list',
		'tasks/list',
		'api.tasks.list',
		'convex/tasks.ts:list',
		'  tasks:list ',
	])('understands the function path %s', async (path) => {
		for (const operation of ['query', 'run']) {
			const { success } = await convex.run({ parameters: calling(operation, path) });
			expect(json(success)).toEqual([{ value: [], logLines: [] }]);
		}
	});

	it('runs internal functions and default exports', async () => {
		const internal = await convex.run({
			parameters: calling('mutation', 'internal.jobs.tick', { name: 'a' }),
		});
		expect(json(internal.success)).toEqual([{ value: 'ticked', logLines: [] }]);
		const version = await convex.run({ parameters: calling('query', 'version.ts') });
		expect(json(version.success)).toEqual([{ value: '1.0', logLines: [] }]);
	});

	it.each(['counters.js:get', 'convex/counters:get', 'api.counters.get'])(
		'finds the function by an expression that gives %s, in both modes',
		async (path) => {
			for (const mode of ['list', 'path']) {
				const functionPath = { __rl: true, mode, value: `={{ ${JSON.stringify(path)} }}` };
				const parameters = calling('query', 'counters:get', { name: 'a' }, { convertTypes: true });
				const { success } = await convex.run({ parameters: { ...parameters, functionPath } });
				expect(success).toHaveLength(1);
			}
		},
	);

	it('gives log lines of every level', async () => {
		const { success } = await convex.run({ parameters: calling('query', 'logs:everyLevel') });
		expect(success[0]?.json.logLines).toEqual([
			"[LOG] 'plain' 42",
			'[DEBUG] {\n  nested: true\n}',
			"[INFO] 'information'",
			"[WARN] 'a warning'",
			"[ERROR] 'an error line'",
		]);
	});

	it.each([
		[1, 1],
		[2, 3],
		[10_000, 4],
	])('decrypts a credential for %i items %i times', async (count, reads) => {
		const { credentialReads, success } = await convex.run({
			parameters: calling('query', 'version'),
			input: Array(count).fill({}),
		});
		expect(success).toHaveLength(count);
		expect(credentialReads).toBe(reads);
	});

	it.each(['query', 'mutation'])(
		'reads a parameter of a %s once an item, and one without expressions once a run',
		async (operation) => {
			const reads = new ParameterReads();
			const path = operation === 'query' ? 'values:echo' : 'counters:increment';
			const argument = operation === 'query' ? 'value' : 'name';
			const { success } = await convex.run({
				nodeType: reads.node,
				parameters: calling(operation, path, `={{ { ${argument}: $json.text } }}`),
				input: Array(40).fill({ text: 'a' }),
			});
			expect(success).toHaveLength(40);
			const { argumentsJson, ...others } = reads.byName;
			expect(argumentsJson).toEqual(Array.from({ length: 40 }, (_, itemIndex) => itemIndex));
			expect(Object.keys(others)).toEqual(
				expect.arrayContaining(['operation', 'functionPath', 'argumentsMode', 'options']),
			);
			for (const [name, itemIndexes] of Object.entries(others)) {
				expect([name, itemIndexes]).toEqual([name, [0]]);
			}
		},
	);

	it('reads a parameter of calls for many items once an item, too', async () => {
		const reads = new ParameterReads();
		const { success } = await convex.run({
			nodeType: reads.node,
			parameters: addingMany(
				{},
				{ argumentsMode: '={{ $json.mode ?? "json" }}', itemFieldNames: 'key' },
			),
			input: Array(40).fill({ key: 'a' }),
		});
		expect(success).toHaveLength(40);
		const { argumentsJson, argumentsMode, ...others } = reads.byName;
		const each = Array.from({ length: 40 }, (_, itemIndex) => itemIndex);
		expect([argumentsJson, argumentsMode]).toEqual([each, each]);
		expect(Object.keys(others)).toEqual(
			expect.arrayContaining(['callFor', 'listArgument', 'itemsPerCall', 'sharedArguments']),
		);
		for (const [name, itemIndexes] of Object.entries(others)) {
			expect([name, itemIndexes]).toEqual([name, [0]]);
		}
	});

	it.each(['documents', 'File', ''])(
		'fails each item where the node has no such resource: %j',
		async (resource) => {
			const run = async (onError: 'stopWorkflow' | 'continueErrorOutput') =>
				await convex.run({
					parameters: { resource, operation: 'delete', documentId: 'x' },
					input: [{ a: 1 }, { a: 2 }],
					settings: { onError },
				});
			const message = `'Resource' has the unknown value '${resource}'`;
			const { success, error } = await run('continueErrorOutput');
			expect(success).toEqual([]);
			expect(error.map((item) => [item.json.a, item.json.error])).toEqual([
				[1, message],
				[2, message],
			]);
			expect((await run('stopWorkflow')).stoppedBy?.message).toBe(message);
		},
	);

	it('gives no items for no items', async () => {
		const { success, run } = await convex.run({
			parameters: calling('query', 'version'),
			input: [],
		});
		expect(success).toEqual([]);
		expect(run.data.resultData.error).toBeUndefined();
	});
});

/** The node, with notes of the parameters that it reads of n8n, and for which items. */
class ParameterReads {
	readonly byName: Record<string, number[]> = {};

	get node(): Convex {
		const { byName } = this;
		const node = new Convex();
		const { execute } = node;
		node.execute = async function () {
			const getNodeParameter = new Proxy(this.getNodeParameter, {
				apply: (read, _context, [name, itemIndex, ...others]: unknown[]) => {
					(byName[String(name)] ??= []).push(Number(itemIndex));
					return Reflect.apply(read, this, [name, itemIndex, ...others]);
				},
			});
			return await execute.call(
				Object.create(this, { getNodeParameter: { value: getNodeParameter } }),
			);
		};
		return node;
	}
}
