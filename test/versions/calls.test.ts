import type { IDataObject } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { keys } from '../support/sessions';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

const field = (name: string, type: string, value: unknown) => ({ name, type, value });

async function fill(count: number): Promise<void> {
	await built.run({ parameters: calling('mutation', 'documents:fill', { count }) });
}

const endpoints = async () => (await built.deployment.requestStats()).endpoints;

describe('values', () => {
	it('arrive in the type that was chosen, bytes of a file too', async () => {
		const { success } = await built.run({
			parameters: {
				operation: 'query',
				functionPath: { __rl: true, mode: 'path', value: 'values:describeAll' },
				argumentsMode: 'fields',
				argumentFields: {
					argument: [
						field('text', 'string', '7'),
						field('number', 'number', '7'),
						field('big', 'int64', '9007199254740993'),
						field('bytes', 'bytes', 'AAEC'),
						field('file', 'binary', 'attachment'),
						field('date', 'date', '2026-02-28T10:00:00Z'),
						field('nothing', 'null', ''),
						field('list', 'array', '[1, 2]'),
					],
				} as never,
				options: {},
			},
			input: [
				{
					json: {},
					binary: { attachment: { data: 'AAEC', mimeType: 'application/octet-stream' } },
				},
			],
		});
		expect(success[0]?.json.value).toEqual({
			text: 'string',
			number: 'float64',
			big: 'int64',
			bytes: 'bytes',
			file: 'bytes',
			date: 'float64',
			nothing: 'null',
			list: 'array',
		});
	});

	describe('of a file', () => {
		const four = { data: 'AP+ACg==', mimeType: 'application/octet-stream' };
		const saving = (value: unknown) => ({
			operation: 'mutation',
			functionPath: { __rl: true, mode: 'path', value: 'files:save' },
			argumentsMode: 'fields',
			argumentFields: {
				argument: [field('name', 'string', 'four'), field('content', 'binary', value)],
			} as never,
			options: {},
		});
		const input = [{ json: { file: four }, binary: { attachment: four } }];

		it.each(['attachment', '={{ $json.file }}'])('arrive, given as %s', async (value) => {
			const { success } = await built.run({ parameters: saving(value), input });
			expect(success[0]?.json.value).toEqual({ name: 'four', size: 4 });
		});

		it('that is missing are refused, naming the files that are there', async () => {
			const { stoppedBy } = await built.run({ parameters: saving('picture'), input });
			expect(stoppedBy?.message).toMatch(
				/the input item has no binary field 'picture' \[item 0\]$/,
			);
			expect(stoppedBy?.description).toBe('Its binary fields are: attachment.');
		});
	});

	it.each([
		['json', { big: '9007199254740993', bytes: 'AAEC', half: 0.5 }],
		['encoded', { big: { $integer: 'AQAAAAAAIAA=' }, bytes: { $bytes: 'AAEC' }, half: 0.5 }],
	])('come back whole (%s)', async (valueFormat, value) => {
		const given = { big: { $integer: 'AQAAAAAAIAA=' }, bytes: { $bytes: 'AAEC' }, half: 0.5 };
		const { success } = await built.run({
			parameters: calling('query', 'values:echo', { value: given }, { valueFormat }),
		});
		expect(success[0]?.json).toEqual({ value, logLines: [] });
	});
});

describe('queries', () => {
	it('travel in batches and come back in order', async () => {
		const { success } = await built.run({
			parameters: calling('query', 'values:echo', '={{ { value: $json.order } }}'),
			input: Array.from({ length: 500 }, (_, order) => ({ order })),
		});
		expect(success.map(({ json }) => json.value)).toEqual(
			Array.from({ length: 500 }, (_, order) => order),
		);
		const sent = await endpoints();
		expect(sent['/api/query_batch']?.requests).toBeGreaterThan(0);
		expect(sent['/api/query']).toBeUndefined();
	});

	it('read a list page by page', async () => {
		await fill(250);
		const { success } = await built.run({
			parameters: calling(
				'query',
				'documents:page',
				{},
				{},
				{ output: 'value', pagination: true, returnAll: true },
			),
		});
		expect(success.map(({ json }) => json.number)).toEqual(
			Array.from({ length: 250 }, (_, index) => index + 1),
		);
	});

	it('are sent again when the deployment is unavailable for a moment', async () => {
		await built.deployment.addFault({ kind: 'dropBefore', times: 2 });
		const { success } = await built.run({ parameters: calling('query', 'version') });
		expect(success.map(({ json }) => json.value)).toEqual(['1.0']);
	});
});

describe('mutations', () => {
	it('keep their order and run once each', async () => {
		const input = keys(40);
		const { success } = await built.run({
			parameters: calling('mutation', 'counters:add', '={{ { name: "list", key: $json.key } }}'),
			input,
		});
		expect(success.map(({ json }) => json.value)).toEqual(input.map(({ key }) => key));
	});

	it('come through a restart of the deployment, each run once', async () => {
		await built.deployment.addFault({
			kind: 'restart',
			downMs: 1_000,
			path: '/api/mutation',
			skip: 5,
		});
		const { success, error } = await built.run({
			parameters: calling('mutation', 'counters:add', '={{ { name: "list", key: $json.key } }}', {
				delivery: 'http',
				maxRetries: 20,
			}),
			input: keys(20),
			settings: { onError: 'continueErrorOutput' },
		});
		// Only the one whose connection was cut: what could not connect was not sent.
		expect(error.map(({ json }) => (json.details as IDataObject).outcome)).toEqual(['unknown']);
		expect(success).toHaveLength(19);
		const counts = Object.values((await built.deployment.executionsByKey())['counters:add'] ?? {});
		expect(Math.max(...counts)).toBe(1);
	});
});

describe('an execution that is cancelled', () => {
	it('aborts the call that is in flight and sends no further one', async () => {
		const cancel = new AbortController();
		const running = built.run({
			parameters: calling('action', 'counters:wait', { ms: 20_000 }),
			input: [{}, {}, {}],
			settings: { onError: 'continueErrorOutput' },
			cancelSignal: cancel.signal,
		});
		while ((await built.deployment.executions())['counters:wait'] === undefined);
		cancel.abort();
		await running.catch(() => undefined);
		expect(await built.deployment.executions()).toEqual({ 'counters:wait': 1 });
	});
});
