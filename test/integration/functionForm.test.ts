import type { IDataObject } from 'n8n-workflow';
import { userOf } from '../support/convexNode';
import type { ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

const parameters = (operation: string, path: string, more: IDataObject = {}) =>
	({
		operation,
		functionPath: { __rl: true, mode: 'list', value: path },
		argumentsMode: 'mapping',
		options: {},
		...more,
	}) as ConvexRunOptions['parameters'];

const mapped = (operation: string, path: string, value: IDataObject, options: IDataObject = {}) =>
	parameters(operation, path, {
		mappedArguments: { mappingMode: 'defineBelow', value, matchingColumns: [], schema: [] },
		options,
	});

const autoMapped = (operation: string, path: string, options: IDataObject = {}) =>
	parameters(operation, path, {
		mappedArguments: { mappingMode: 'autoMapInputData', value: null },
		options,
	});

describe('the list of functions', () => {
	const names = async (operation: string, filter?: string) =>
		(await convex.form(parameters(operation, '')).searchFunctions(filter)).map(({ name }) => name);

	it('has the functions that the operation can run, public ones first', async () => {
		const queries = await names('query');
		expect(queries).toContain('tasks:list');
		expect(queries).toContain('version:default');
		expect(queries).not.toContain('tasks:create');
		expect(queries.indexOf('jobs:status (internal)')).toBe(queries.length - 1);
		expect(await names('mutation')).toContain('jobs:tick (internal)');
		expect(await names('action')).toContain('admin/reports:summarize');
		const all = await names('run');
		for (const name of ['tasks:list', 'tasks:create', 'counters:wait']) expect(all).toContain(name);
	});

	it('is ordered by module, and says what a function takes', async () => {
		const results = await convex.form(parameters('run', '')).searchFunctions('TASKS');
		expect(results).toEqual([
			{ name: 'tasks:complete', value: 'tasks:complete', description: 'mutation(id)' },
			{
				name: 'tasks:create',
				value: 'tasks:create',
				description: 'mutation(title, dueAt?, priority?)',
			},
			{
				name: 'tasks:createMany',
				value: 'tasks:createMany',
				description: 'mutation(tasks, status?)',
			},
			{ name: 'tasks:get', value: 'tasks:get', description: 'query(id)' },
			{ name: 'tasks:list', value: 'tasks:list', description: 'query(status?)' },
			{ name: 'tasks:page', value: 'tasks:page', description: 'query(paginationOpts)' },
		]);
	});

	it('has the functions of a component', async () => {
		const form = parameters('run', '', { options: { componentPath: 'tally' } });
		const results = await convex.form(form).searchFunctions();
		expect(results.map(({ value }) => value)).toEqual(['marks:add', 'marks:count']);
	});

	it('says that it cannot know the functions of a component that an expression names', async () => {
		const form = convex.form(
			parameters('query', 'tasks:list', { options: { componentPath: '={{ $json.component }}' } }),
		);
		const sentence =
			/^The option 'Component' is an expression, so its functions are not known yet\. .*'By Path'/;
		await expect(form.searchFunctions()).rejects.toThrow(sentence);
		expect((await form.getArguments()).emptyFieldsNotice).toMatch(sentence);
	});

	it('says what it needs instead of being empty', async () => {
		const search = async (credential: IDataObject, operation = 'query') =>
			await convex
				.form(parameters(operation, ''), { ...convex.credential, ...credential } as never)
				.searchFunctions();
		await expect(search({ authentication: 'none' })).rejects.toMatchObject({
			message: expect.stringMatching(/with a deploy key only\. .*'By Path'/),
		});
		const limited = await convex.deployment.createKey(['deployment:data:write']);
		await expect(search({ token: limited })).rejects.toMatchObject({
			message: expect.stringMatching(
				/could not be read.*\(deployment:data:view\).*permission 'deployment:data:view'.*'By Path'/,
			),
		});
		await expect(search({ token: 'wrong|key' })).rejects.toMatchObject({
			message: expect.stringMatching(/could not be read: The provided admin key/),
		});
		await expect(search({ deploymentUrl: '' })).rejects.toThrow(/'Deployment URL' is empty/);
	});

	it('is read once for requests that come together', async () => {
		const key = await convex.deployment.createKey(['deployment:data:view']);
		// A limited number of answers: a second request would be the fault.
		await convex.deployment.addFault({ kind: 'delay', ms: 100, path: '/api/query' });
		await convex.deployment.addFault({ kind: 'answer', status: 500, path: '/api/query' });
		const form = convex.form(parameters('query', 'tasks:list'), {
			...convex.credential,
			token: key,
		});
		const [list, search, args] = await Promise.all([
			form.searchFunctions(),
			form.searchFunctions('tasks'),
			form.getArguments(),
		]);
		expect([list.length > 5, search.length, args.fields.length]).toEqual([true, 3, 1]);
	});
});

describe('the form of arguments', () => {
	it('has a field of its own for every kind of validator', async () => {
		const { fields } = await convex.form(parameters('query', 'values:everyKind')).getArguments();
		const shown = fields.map(({ displayName, type, removed, options }) => [
			displayName,
			type,
			!removed,
			options?.map(({ value }) => value),
		]);
		// A field that is left empty is null where the function names null.
		const mayBeEmpty = fields.filter(({ required }) => !required).map(({ id }) => id);
		expect(mayBeEmpty).toEqual(['nullable', 'limit', 'note']);
		const prefilled = fields.filter(({ defaultValue }) => defaultValue !== undefined);
		expect(prefilled.map(({ id, defaultValue }) => [id, defaultValue])).toEqual([
			['list', '[]'],
			['object', '{}'],
			['record', '{}'],
			['shapes', '{}'],
		]);
		// In the deployment's order, by name; optional arguments last.
		expect(shown).toEqual([
			['anything (any)', undefined, true, undefined],
			['big (int64)', 'string', true, undefined],
			['bytes (bytes)', 'string', true, undefined],
			['choice', 'options', true, ['low', 'high']],
			['exactly', 'options', true, ['3']],
			['flag', 'boolean', true, undefined],
			['list (array of int64)', 'array', true, undefined],
			['mixed (int64 or string)', 'string', true, undefined],
			['nullable', 'string', true, undefined],
			['number (number or ISO date)', 'number', true, undefined],
			['object (object {inner, big?})', 'object', true, undefined],
			['record', 'object', true, undefined],
			['shapes (object {kind, radius} or object {kind, side})', 'object', true, undefined],
			['task (ID of tasks)', 'string', true, undefined],
			['text', 'string', true, undefined],
			['limit (number or ISO date)', 'number', false, undefined],
			['note', 'string', false, undefined],
		]);
	});

	it('says when there is nothing to fill in', async () => {
		const none = await convex.form(parameters('query', 'users:whoami')).getArguments();
		expect(none).toEqual({ fields: [], emptyFieldsNotice: 'This function takes no arguments.' });
		const any = await convex.form(parameters('query', 'values:describeAll')).getArguments();
		expect(any.emptyFieldsNotice).toMatch(/declares no arguments, so it takes any/);
	});

	it.each([
		['no function', '', /No function is chosen/],
		['an expression', '={{ $json.fn }}', /is an expression/],
		['a function that is gone', 'tasks:lst', /has no function 'tasks:lst'/],
		['a function of another type', 'tasks:create', /'tasks:create' is a mutation, not a query/],
	])('says what is wrong with %s', async (_what, path, message) => {
		const { fields, emptyFieldsNotice } = await convex
			.form(parameters('query', path))
			.getArguments();
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toMatch(message);
	});

	it('does not replace fields that are filled in by a sentence', async () => {
		const filledIn = { mappingMode: 'defineBelow', value: { id: 'a' }, schema: [{ id: 'id' }] };
		const form = convex.form(parameters('query', 'tasks:gte', { mappedArguments: filledIn }));
		await expect(form.getArguments()).rejects.toThrow(/has no function 'tasks:gte'/);
	});

	it("says that 'Pagination' fills in what a paginated query takes", async () => {
		const form = (pagination: boolean) =>
			convex.form(parameters('query', 'tasks:page', { pagination }));
		expect((await form(false).getArguments()).fields).toMatchObject([
			{ displayName: "paginationOpts ('Pagination' of a query fills it in)" },
		]);
		expect(await form(true).getArguments()).toEqual({
			fields: [],
			emptyFieldsNotice:
				"This function takes no arguments but 'paginationOpts', which the node fills in.",
		});
	});
});

const everyKind = {
	text: 'text',
	number: '1.5',
	flag: 'true',
	big: '9007199254740993',
	bytes: 'aGk=',
	task: '000000000000000000000000010000tasks'.slice(-32),
	choice: 'high',
	exactly: '3',
	object: '{ "inner": 1, "big": 42 }',
	list: [1, '2'],
	record: { a: 1 },
	anything: { free: true },
	nullable: null,
	shapes: { kind: 'square', side: 4 },
	mixed: 42,
};

const everyKindEncoded = {
	...everyKind,
	number: 1.5,
	flag: true,
	big: { $integer: 'AQAAAAAAIAA=' },
	bytes: { $bytes: 'aGk=' },
	exactly: { $integer: 'AwAAAAAAAAA=' },
	object: { inner: 1, big: { $integer: 'KgAAAAAAAAA=' } },
	list: [{ $integer: 'AQAAAAAAAAA=' }, { $integer: 'AgAAAAAAAAA=' }],
	shapes: { kind: 'square', side: { $integer: 'BAAAAAAAAAA=' } },
	mixed: { $integer: 'KgAAAAAAAAA=' },
};

describe('arguments by the function’s own validator', () => {
	const encoded = { valueFormat: 'encoded' };

	it('are filled in and converted, every kind', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: mapped(
				'query',
				'values:everyKind',
				{ ...everyKind, note: null, limit: null },
				encoded,
			),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.value).toEqual({ ...everyKindEncoded, limit: null });
	});

	it.each<[string, IDataObject]>([
		['was never touched', { name: 'a' }],
		['was emptied', { name: 'a', value: null }],
		['has an expression that gives nothing', { name: 'a', value: '={{ $json.missing }}' }],
	])('overwrite nothing where one that takes anything %s', async (_what, value) => {
		const { stoppedBy } = await convex.run({ parameters: mapped('mutation', 'boards:put', value) });
		expect(stoppedBy?.message).toBe(
			"'Arguments' lacks 'value', which the function requires [item 0]",
		);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it.each([1, 2])('are null where an expression says so, for %p items', async (count) => {
		const input = Array.from({ length: count }, () => ({ row: null }));
		for (const anything of ['={{ null }}', '={{ $json.row }}']) {
			const { success } = await convex.run({
				parameters: mapped('query', 'values:lists', { anything }),
				input,
			});
			expect(success.map(({ json }) => json.value)).toEqual(input.map(() => ({ anything: null })));
		}
		const put = mapped('mutation', 'boards:put', { name: 'a', value: '={{ $json.row }}' });
		expect((await convex.run({ parameters: put, input })).success).toHaveLength(count);
	});

	it.each([
		['$now.diff($now.minus({ days: 1 }))', 'is a Duration object, not a number'],
		['new Date(NaN)', 'is an invalid date'],
	])('are no number for what is no point in time: %s', async (at, words) => {
		const rows = `={{ [{ big: 1, at: ${at} }] }}`;
		const { stoppedBy } = await convex.run({
			parameters: mapped('query', 'values:lists', { rows }),
		});
		expect(stoppedBy?.message).toBe(`'Arguments': 'rows[0].at' ${words} [item 0]`);
	});

	it('are taken from the item by name, the rest is ignored', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: autoMapped('query', 'values:everyKind', encoded),
			input: [{ ...everyKind, note: 'n', unknown: 'ignored' }],
		});
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.value).toEqual({ ...everyKindEncoded, note: 'n' });
	});

	it('are not mapped from the item where the function declares none', async () => {
		const { stoppedBy } = await convex.run({
			parameters: autoMapped('query', 'values:describeAll'),
			input: [{ title: 'a', secret: 'x' }],
		});
		expect(stoppedBy?.message).toMatch(/^The function does not declare what it takes/);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('are not given where a row has null or an empty text for an optional one', async () => {
		for (const nothing of [null, '']) {
			const row = { title: 't', priority: nothing, dueAt: nothing };
			const items = { argumentsMode: 'item', itemFields: 'all', options: { convertTypes: true } };
			for (const by of [
				autoMapped('mutation', 'tasks:create'),
				mapped('mutation', 'tasks:create', row),
				parameters('mutation', 'tasks:create', items),
			]) {
				const { success, stoppedBy } = await convex.run({ parameters: by, input: [row] });
				expect(stoppedBy).toBeUndefined();
				expect(success).toHaveLength(1);
			}
		}
		const { success } = await convex.run({
			parameters: mapped('query', 'tasks:list', { status: '' }),
		});
		expect(success[0]?.json.value).toHaveLength(6);
	});

	it('are refused for a mapping mode that there is not', async () => {
		const { stoppedBy } = await convex.run({
			parameters: parameters('query', 'tasks:list', {
				mappedArguments: { mappingMode: 'automatic', value: null },
			}),
		});
		expect(stoppedBy?.message).toMatch(
			/^The mapping mode of 'Arguments' is not one of its choices/,
		);
	});

	it('are converted for items, fields and JSON too, when asked', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: parameters('mutation', 'tasks:create', {
				argumentsMode: 'item',
				itemFields: 'all',
				options: { convertTypes: true },
			}),
			input: [{ title: 5, priority: '2', dueAt: '2026-01-31T12:00:00Z' }],
		});
		expect(stoppedBy).toBeUndefined();
		const { success: read } = await convex.run({
			parameters: mapped('query', 'tasks:get', { id: success[0]?.json.value as string }),
		});
		expect(read[0]?.json.value).toMatchObject({
			title: '5',
			priority: 2,
			dueAt: Date.parse('2026-01-31T12:00:00Z'),
		});
	});

	it.each<[string, IDataObject, RegExp]>([
		[
			'a missing argument',
			{ title: null },
			/^'Arguments' lacks 'title', which the function requires/,
		],
		[
			'an argument too many',
			{ title: 't', old: 1 },
			/^'Arguments' has 'old', which the function does not take/,
		],
		[
			'a wrong type',
			{ title: 't', priority: 'high' },
			/^'Arguments': 'priority' is text \('high'\), not a number/,
		],
	])('are refused before anything is sent: %s', async (_what, value, message) => {
		const { error } = await convex.run({
			parameters: mapped('mutation', 'tasks:create', value),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error[0]?.json.error).toMatch(message);
		expect(error[0]?.json.error).toMatch(/ \[item 0\]$/);
		expect(error[0]?.json.details).toMatchObject({ kind: 'input', outcome: 'notExecuted' });
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('leave a mutation unsent when the signature cannot be read, so that it may be tried again', async () => {
		const token = await convex.deployment.createKey(['deployment:data:view']);
		await convex.deployment.addFault({ kind: 'dropBefore', path: '/api/query' });
		const { success } = await convex.run({
			parameters: mapped('mutation', 'tasks:create', { title: 't' }),
			credential: { ...convex.credential, token },
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
		});
		expect(success).toHaveLength(1);
		expect(await convex.deployment.executions()).toEqual({ 'tasks:create': 1 });
	});

	it('name the nearest function when the one of the workflow is gone', async () => {
		const gone = await convex.run({
			parameters: mapped('mutation', 'tasks:creat', { title: 't' }),
		});
		expect(gone.stoppedBy).toMatchObject({
			message: expect.stringMatching(/^The deployment has no function 'tasks:creat'/),
			description: expect.stringMatching(/Did you mean 'tasks:create'\?/),
		});
		const byPath = await convex.run({
			parameters: parameters('query', 'tasks:lst', { argumentsMode: 'json', argumentsJson: '{}' }),
		});
		expect(byPath.stoppedBy).toMatchObject({
			message: "Could not find public function for 'tasks:lst'.",
			description: expect.stringMatching(/^Did you mean 'tasks:list'\?/),
		});
	});
});

describe('what the function returns', () => {
	const hintsOf = async (path: string, value: IDataObject, output = 'full') => {
		const { run, stoppedBy } = await convex.run({
			parameters: { ...mapped('query', path, value), output },
			input: [{}, {}],
		});
		expect(stoppedBy).toBeUndefined();
		return run.data.resultData.runData.Convex?.[0]?.hints?.map(({ message }) => message);
	};

	it.each([undefined, null, '', '{}', '={{ ({}) }}'])(
		'says of a paginated query whose paginationOpts is %p what fills it in',
		async (paginationOpts) => {
			const values = paginationOpts === undefined ? {} : { paginationOpts };
			const { stoppedBy } = await convex.run({ parameters: mapped('query', 'tasks:page', values) });
			expect(stoppedBy?.message).toContain("'paginationOpts' is empty");
			expect(stoppedBy?.description).toContain("switch on 'Pagination'");
		},
	);

	it('is hinted at when it is a list or a page of one', async () => {
		const page = { paginationOpts: { numItems: 1, cursor: null } };
		expect(await hintsOf('orders:list', {})).toEqual([
			expect.stringMatching(/returned a list.*'Value Only'/),
		]);
		expect(await hintsOf('tasks:page', page)).toEqual([
			"The function returned one page of a list. To read further pages, and to get one item for each document, switch on 'Pagination'.",
		]);
		expect((await hintsOf('orders:list', {}, 'value')) ?? []).toEqual([]);
		expect((await hintsOf('version', {})) ?? []).toEqual([]);
	});
});

describe('an option whose expression gives nothing', () => {
	it.each<[string, IDataObject, RegExp]>([
		[
			'Act as User, by JSON',
			{ actAsUser: userOf('={{ $json.missing }}') },
			/is missing, not an object/,
		],
		['Act as User, by fields', { actAsUser: { user: {} } }, /does not say which user/],
		['Act as User', { actAsUser: {} }, /'User' is missing, not an object/],
		['Component', { componentPath: '={{ $json.missing }}' }, /'Component' is empty/],
		['Component', { componentPath: '={{ "" }}' }, /'Component' is empty/],
	])('is not taken for an option that is not there: %s', async (_option, options, message) => {
		const { stoppedBy } = await convex.run({
			parameters: parameters('mutation', 'counters:increment', {
				argumentsMode: 'json',
				argumentsJson: '{ "name": "a" }',
				options,
			}),
		});
		expect(stoppedBy?.message).toMatch(message);
		expect(await convex.deployment.executions()).toEqual({});
	});
});

describe('components and restricted keys', () => {
	const inTally = (operation: string, path: string, args: IDataObject) =>
		parameters(operation, path, {
			argumentsMode: 'json',
			argumentsJson: JSON.stringify(args),
			options: { componentPath: 'tally' },
		});

	it('runs functions of a component', async () => {
		const added = await convex.run({
			parameters: inTally('mutation', 'marks:add', { label: 'a' }),
		});
		expect(added.stoppedBy).toBeUndefined();
		const counted = await convex.run({ parameters: inTally('run', 'marks:count', {}) });
		expect(counted.success[0]?.json.value).toBe(1);
	});

	it('does not run a function of another type, which the endpoint would', async () => {
		const { stoppedBy } = await convex.run({
			parameters: inTally('query', 'marks:add', { label: 'a' }),
		});
		expect(stoppedBy?.message).toMatch(/'marks:add' is a mutation, not a query/);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('names the components there are', async () => {
		const { stoppedBy } = await convex.run({
			parameters: parameters('query', 'x:y', {
				argumentsMode: 'json',
				argumentsJson: '{}',
				options: { componentPath: 'taly' },
			}),
		});
		expect(stoppedBy).toMatchObject({
			message: expect.stringMatching(/^The deployment has no component 'taly'/),
			description: 'Its components are: tally.',
		});
	});

	it.each([
		['query', 'jobs:status', {}, 'runInternalQueries'],
		['mutation', 'jobs:tick', { name: 'a' }, 'runInternalMutations'],
		['action', 'jobs:runAll', {}, 'runInternalActions'],
	])('names the permission that the key lacks: %s', async (operation, path, args, permission) => {
		const token = await convex.deployment.createKey(['deployment:data:view']);
		const { stoppedBy } = await convex.run({
			parameters: parameters(operation, path, {
				argumentsMode: 'json',
				argumentsJson: JSON.stringify(args),
			}),
			credential: { ...convex.credential, token },
		});
		expect(stoppedBy?.message).toMatch(`deployment:functions:${permission}`);
		expect(stoppedBy?.description).toMatch(/permission/);
	});
});
