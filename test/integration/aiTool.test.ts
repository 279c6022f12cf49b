import { NodeHelpers, type IDataObject, type INodeParameters } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import type { FaultEffect } from '../../emulator/faults';
import { callConvexTool, requestConvexTool } from '../support/agents';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

const callTool = async (
	parameters: INodeParameters,
	args: IDataObject,
	settings: IDataObject = {},
	moreCalls: IDataObject[] = [],
) =>
	await callConvexTool({ credential: convex.credential, parameters, settings }, [
		args,
		...moreCalls,
	]);

const functionPath = (value: string) => ({ __rl: true, mode: 'list', value });
const increment = (more: object = {}) => ({
	operation: 'mutation',
	functionPath: functionPath('counters:increment'),
	argumentsMode: 'json',
	argumentsJson: "={{ $fromAI('args', 'The arguments', 'json') }}",
	...more,
});

const MAY_HAVE_RUN =
	'The function may have run: do not call it again before checking that in Convex.';
const REPEAT_ADVICE = /again later|run the workflow again|\bretry\b/i;

describe('a call of a model whose answer was lost', () => {
	const LOST: FaultEffect[] = [
		{ kind: 'dropAfter' },
		{ kind: 'truncate' },
		{ kind: 'serverError', status: 503, when: 'after' },
		{ kind: 'answer', status: 302, headers: { location: '/sign-in' }, when: 'after' },
		{ kind: 'answer', status: 403, body: '<html>', when: 'after' },
	];
	const agents: Array<[string, typeof requestConvexTool]> = [
		['that n8n runs as a node', requestConvexTool],
		['that the agent invokes', async (options, args) => await callConvexTool(options, [args])],
	];
	const cases = LOST.flatMap((fault) => agents.map(([what, agent]) => ({ what, agent, fault })));

	it.each(cases)(
		'is not to be repeated, says the message: $what, $fault',
		async ({ agent, fault }) => {
			await convex.deployment.addFault({ ...fault, path: '/api/mutation' });
			const { credential } = convex;
			const call = { args: { name: 'a' } };
			const result = await agent({ credential, parameters: increment() }, call);
			expect(String(result?.answer)).toContain(MAY_HAVE_RUN);
			expect(String(result?.answer)).not.toMatch(REPEAT_ADVICE);
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
		},
	);

	it('may be repeated when it was a query', async () => {
		await convex.deployment.addFault({ kind: 'serverError', status: 503 });
		const parameters = {
			operation: 'query',
			functionPath: functionPath('version'),
			argumentsMode: 'json',
			argumentsJson: '{}',
			options: { maxRetries: 0 },
		};
		const { credential } = convex;
		const result = await requestConvexTool({ credential, parameters }, {});
		expect(result?.answer).toBe(
			"Your request couldn't be completed. Try again later. Call the tool once more; if it fails too, tell the user.",
		);
	});
});

describe('as a tool of an AI Agent', () => {
	it('takes typed arguments from the model', async () => {
		const result = await callTool(
			{
				operation: 'mutation',
				functionPath: functionPath('tasks:create'),
				argumentsMode: 'mapping',
				mappedArguments: {
					mappingMode: 'defineBelow',
					value: {
						title: "={{ $fromAI('title', 'Title of the task', 'string') }}",
						priority: "={{ $fromAI('priority', '1 to 5', 'number') }}",
					},
				} as never,
				options: {},
			},
			{ title: 'From the model', priority: 3 },
		);
		expect(result?.schema).toEqual(['title', 'priority']);
		expect(JSON.parse(String(result?.answer))).toEqual([
			{ value: expect.any(String), logLines: ["[LOG] 'creating' 'From the model'"] },
		]);
	});

	it('tells the model which function it calls, unless the user describes it', async () => {
		const described = await callTool(increment(), { args: { name: 'a' } });
		expect(described?.description).toBe(
			'Calls the function counters:increment of a Convex backend (changes data, all of it or nothing). Give IDs exactly as other results have them.',
		);
		const own = await callTool(increment({ toolDescription: 'Counts' }), { args: { name: 'a' } });
		expect(own?.description).toBe('Counts');
	});

	it('warns in the form where the model chooses the function', () => {
		const { description } = new Convex();
		const shown = (functionPath: string, name: string) =>
			description.properties
				.filter(({ displayOptions }) =>
					NodeHelpers.displayParameter(
						{
							resource: 'function',
							operation: 'query',
							functionPath: { __rl: true, mode: 'path', value: functionPath },
						},
						{ displayOptions } as never,
						null,
						{ ...description, name },
					),
				)
				.map((property) => property.name);
		const byModel = "={{ $fromAI('Function') }}";
		expect(shown(byModel, 'convexTool')).toContain('functionOfModelNotice');
		expect(shown('tasks:list', 'convexTool')).not.toContain('functionOfModelNotice');
		expect(shown(byModel, 'convex')).not.toContain('functionOfModelNotice');
		expect(shown(byModel, 'convex')).not.toContain('toolDescription');
		expect(shown(byModel, 'convexTool')).toContain('maxResultLength');
		expect(shown(byModel, 'convex')).not.toContain('maxResultLength');
	});

	it.each([
		['json', { name: 'a' }],
		['string', '{ "name": "a" }'],
	])('takes all arguments at once, as %s', async (type, args) => {
		const argumentsJson = `={{ $fromAI('args', 'The arguments', '${type}') }}`;
		const result = await callTool(increment({ argumentsJson }), { args });
		expect(JSON.parse(String(result?.answer))).toEqual([{ value: 1, logLines: [] }]);
	});

	it('gives the model the error and what to do', async () => {
		const result = await callTool(increment(), { args: { nam: 'a' } });
		expect(result?.answer).toMatch(/ArgumentValidationError: .*`name`/);
		expect(result?.answer).toMatch(/Give 'name'\. Correct the arguments and call the tool again/);
		const { credential } = convex;
		const asNode = await requestConvexTool(
			{ credential, parameters: increment() },
			{ args: { nam: 'a' } },
		);
		expect(asNode?.answer).toMatch(/Give 'name'\. Correct the arguments and call the tool again/);
	});

	it('gives the model the same when it continues on errors', async () => {
		const settings = { onError: 'continueRegularOutput' } as const;
		const result = await callTool(increment(), { args: { nam: 'a' } }, settings);
		expect(JSON.parse(String(result?.answer))).toEqual([
			{
				error: expect.stringMatching(/Give 'name'\. Correct the arguments and call the tool again/),
				details: expect.objectContaining({ reason: 'badArguments' }),
			},
		]);
	});

	it('is refused with an error output, by which n8n hands a model nothing at all', async () => {
		const { credential } = convex;
		const settings = { onError: 'continueErrorOutput' } as const;
		const result = await requestConvexTool(
			{ credential, parameters: increment(), settings },
			{ args: { name: 'a' } },
		);
		expect(result?.answer).toMatch(/^'On Error: Continue \(using error output\)' does not work/);
		expect(await convex.deployment.executions()).toEqual({});
	});

	describe('with a result that is too long for a model', () => {
		const LIST = {
			operation: 'query',
			functionPath: functionPath('tasks:list'),
			argumentsMode: 'json',
			argumentsJson: '{}',
		};
		const addTasks = async () => {
			const tasks = Array.from({ length: 150 }, (_, priority) => ({
				title: `Task ${priority}: ${'x'.repeat(100)}`,
				priority,
			}));
			await convex.run({ parameters: calling('mutation', 'tasks:createMany', { tasks }) });
		};

		it('gives the first rows, and says how many are left out', async () => {
			await addTasks();
			const answer = String((await callTool(LIST, {}))?.answer);
			expect(answer.length).toBeLessThan(20_500);
			const [result, cut, ...others] = JSON.parse(answer);
			expect(others).toEqual([]);
			const { value: tasks, logLines } = result;
			expect(logLines).toEqual([]);
			expect(tasks.length).toBeGreaterThan(50);
			expect(tasks.map(({ priority }: IDataObject) => priority)).toEqual([...tasks.keys()]);
			expect(cut.note).toMatch(
				new RegExp(
					`^The result is longer than 20,000 characters, so it is cut: the last ${150 - tasks.length} of 150 entries of 'value' are left out\\. Ask for less`,
				),
			);
		});

		it('gives rows of its own where a row is an item, to the length that is set', async () => {
			await addTasks();
			const answer = String(
				(await callTool({ ...LIST, output: 'value', maxResultLength: 2_000 }, {}))?.answer,
			);
			expect(answer.length).toBeLessThan(2_500);
			const rows: IDataObject[] = JSON.parse(answer);
			expect(rows.slice(0, -1).map(({ priority }) => priority)).toEqual([
				...rows.slice(0, -1).keys(),
			]);
			expect(rows.at(-1)?.note).toMatch(/^The result is longer than 2,000 characters/);
		});

		it('cuts nothing where no model reads it', async () => {
			await addTasks();
			const parameters = { ...LIST, output: 'value', maxResultLength: 2_000 };
			expect((await convex.run({ parameters })).success).toHaveLength(150);
		});

		it.each([0, 'many', 999])('takes no length such as %j', async (maxResultLength) => {
			const result = await callTool({ ...LIST, maxResultLength }, {});
			expect(result?.answer).toMatch(
				/^'Maximum Result Length' is not a whole number of characters between 1000 and 10000000/,
			);
		});
	});

	it('waits for a result, and says what to do when there was none in time', async () => {
		const waiting = {
			operation: 'waitForResult',
			functionPath: functionPath('tasks:list'),
			argumentsMode: 'json',
			argumentsJson: '{}',
			waitUntil: 'notEmpty',
			options: { timeout: 5_000 },
		};
		expect((await callTool(waiting, {}))?.answer).toMatch(
			/^The result was still empty after 5 seconds\. Call the tool once more/,
		);
		await convex.run({ parameters: calling('mutation', 'tasks:create', { title: 'A' }) });
		const answer = JSON.parse(String((await callTool(waiting, {}))?.answer));
		expect(JSON.stringify(answer)).toContain('"title":"A"');
	});

	it('is not run again by Retry On Fail when its answer was lost', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		const result = await callTool(increment(), { args: { name: 'a' } }, retrying);
		expect(result?.answer).toMatch(
			/^The connection broke before the answer arrived\. The function may have run/,
		);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
	});

	it('keeps calls apart that the model makes at once', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 20 };
		const [first, second] = [{ args: { name: 'a' } }, { args: { name: 'b' } }];
		const result = await callTool(increment(), first, retrying, [second]);
		const answers = [result?.answer, ...[result?.others].flat()].map(String);
		expect(answers.filter((answer) => answer.includes('The connection broke'))).toHaveLength(1);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 2 });
	});

	it('keeps calls apart that are the same, and makes each of them once', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		await convex.deployment.addFault({ kind: 'delay', path: '/api/mutation', ms: 150 });
		const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 20 };
		const call = { args: { name: 'a' } };
		const result = await callTool(increment(), call, retrying, [{ ...call }]);
		const answers = [result?.answer, ...[result?.others].flat()].map(String);
		expect(answers.filter((answer) => answer.includes('The connection broke'))).toHaveLength(1);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 2 });
	});

	it('makes each call, also behind one that failed, when it continues on errors', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const settings = { retryOnFail: true, maxTries: 3, onError: 'continueErrorOutput' } as const;
		const call = { args: { name: 'a' } };
		await callTool(increment(), call, settings, [{ ...call }, { ...call }]);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
	});
});
