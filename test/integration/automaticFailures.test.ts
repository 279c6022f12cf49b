import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { unusedUrl } from '../support/awkwardServers';
import { calling, userOf, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

type Operation = 'mutation' | 'action';
type Options = NonNullable<Parameters<typeof calling>[3]>;

interface Failing {
	operation: Operation;
	path: string;
	args: unknown;
	options?: Options;
	credential?: Record<string, string>;
}

const COUNT = 12;

/** What the items do that do not fail. */
const WORKING = {
	mutation: { path: 'counters:add', args: { name: 'list', key: 'a' } },
	action: { path: 'counters:note', args: { key: 'a' } },
};

/** Each call has a request id of its own, and a token expires some seconds before. */
function comparable(value: unknown): unknown {
	return JSON.parse(
		JSON.stringify(value ?? null, (key, inner: unknown) => (key === 'requestId' ? 'an id' : inner))
			.replaceAll(/(?:\[Request ID: |request ID )\w+/g, 'request ID')
			.replaceAll(/expired \d+ seconds/g, 'expired'),
	);
}

/** What a user sees of a run: its items, its error branch, and what stopped it. */
function shownOf({ success, error, stoppedBy }: Awaited<ReturnType<typeof convex.run>>) {
	const shown = ({ json, pairedItem }: INodeExecutionData) => ({ json, pairedItem });
	const { message, description, name, httpCode, context } = stoppedBy ?? {};
	return comparable({
		success: success.map(shown),
		error: error.map(shown),
		stopped: { message, description, name, httpCode, context },
	});
}

/** The same run with both deliveries, on an emptied deployment each. */
async function bothDeliveries(
	{ operation, options = {}, credential }: Failing,
	input: ConvexRunOptions['input'],
	settings: ConvexRunOptions['settings'],
	prepare: () => Promise<unknown>,
) {
	const results: unknown[] = [];
	for (const delivery of ['http', 'auto']) {
		await convex.deployment.reset();
		await prepare();
		const { deployment } = convex;
		const result = await convex.run({
			...(credential !== undefined && { credential: { ...convex.credential, ...credential } }),
			parameters: calling(operation, '={{ $json.path }}', '={{ $json.args }}', {
				...options,
				delivery,
			}),
			...(input !== undefined && { input }),
			...(settings !== undefined && { settings }),
		});
		results.push({
			shown: shownOf(result),
			executions: await deployment.executions(),
		});
	}
	return { http: results[0], automatic: results[1] };
}

const data = { code: 'NO', big: { $integer: 'KgAAAAAAAAA=' } };

const TABLE: Array<[string, Failing]> = [
	['throws', { operation: 'mutation', path: 'failures:writeThenThrow', args: { name: 'a' } }],
	['throws a ConvexError', { operation: 'mutation', path: 'failures:refuse', args: { data } }],
	[
		'throws one, with lossless data',
		{
			operation: 'mutation',
			path: 'failures:refuse',
			args: { data },
			options: { valueFormat: 'encoded' },
		},
	],
	[
		'throws in an action',
		{ operation: 'action', path: 'failures:actThenThrow', args: { name: 'a' } },
	],
	[
		'gives what its validator refuses',
		{ operation: 'mutation', path: 'failures:badReturn', args: { name: 'a' } },
	],
	['is a query', { operation: 'mutation', path: 'failures:throwError', args: {} }],
	['is an action', { operation: 'mutation', path: 'counters:wait', args: { ms: 1 } }],
	['is a mutation', { operation: 'action', path: 'counters:increment', args: { name: 'a' } }],
	['is not there, but one like it', { operation: 'mutation', path: 'counters:incremen', args: {} }],
	['gets a wrong argument', { operation: 'mutation', path: 'counters:add', args: { name: 42 } }],
	['gets a wrong argument, in an action', { operation: 'action', path: 'counters:note', args: {} }],
	['has no valid path', { operation: 'mutation', path: 'counters:', args: {} }],
	['gets no object', { operation: 'mutation', path: 'counters:add', args: 'nothing' }],
];

describe.each<[string, number[], typeof TABLE]>([
	['first and others', [0, 1, 5, 6, 8], TABLE],
	['last two', [10, 11], TABLE.filter(([what]) => what.startsWith('throws'))],
])('the %s of twelve items fail as over HTTP', (_place, failing, functions) => {
	it.each(functions)('where the function %s', async (_what, call) => {
		const { path, args } = call;
		const input = Array.from({ length: COUNT }, (_, index) =>
			failing.includes(index) ? { path, args } : WORKING[call.operation],
		).map((item) => ({ ...item }) as IDataObject);
		for (const settings of [
			{},
			{ onError: 'continueErrorOutput' },
			{ onError: 'continueRegularOutput' },
			{ retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
		] as const) {
			const { http, automatic } = await bothDeliveries(call, input, settings, async () => {});
			expect(automatic).toEqual(http);
		}
	});
});

it('an item in the middle of twelve that is larger than fits fails as over HTTP', async () => {
	const { path, args } = WORKING.mutation;
	const tooLarge = { path, args: { ...args, key: 'x'.repeat(17 * 2 ** 20) } };
	const input = Array.from({ length: COUNT }, (_, index) =>
		index === 5 ? tooLarge : { path, args },
	);
	for (const settings of [{}, { onError: 'continueErrorOutput' }] as const) {
		const call = { operation: 'mutation', ...tooLarge } as const;
		const { http, automatic } = await bothDeliveries(call, input, settings, async () => {});
		expect(automatic).toEqual(http);
	}
});

describe('all of twelve items fail as over HTTP', () => {
	const adding = WORKING.mutation;

	it.each<[string, Failing, (() => Promise<unknown>)?]>([
		[
			'a refused deploy key',
			{ operation: 'mutation', ...adding, credential: { token: 'dev:a|0000' } },
		],
		[
			'a refused token',
			{
				operation: 'mutation',
				...adding,
				credential: { authentication: 'bearerToken', token: 'no.t.oken' },
			},
		],
		['a function that is not there', { operation: 'mutation', path: 'counters:no', args: {} }],
		[
			'a paused deployment',
			{ operation: 'mutation', ...adding },
			async () => await convex.deployment.setPaused(true),
		],
		[
			'hidden errors',
			{ operation: 'mutation', path: 'failures:writeThenThrow', args: { name: 'a' } },
			async () => await convex.deployment.redact(),
		],
		[
			'a user without a deploy key',
			{
				operation: 'mutation',
				...adding,
				credential: { authentication: 'none' },
				options: { actAsUser: userOf('{"tokenIdentifier":"a|b"}') },
			},
		],
		[
			'an unknown component',
			{ operation: 'mutation', ...adding, options: { componentPath: 'nowhere' } },
		],
		['no valid timeout', { operation: 'mutation', ...adding, options: { timeout: 0 } }],
	])('for %s', async (_what, call, prepare = async () => {}) => {
		const { path, args } = call;
		const input = Array.from({ length: COUNT }, () => ({ path, args }) as IDataObject);
		for (const settings of [{}, { onError: 'continueErrorOutput' }] as const) {
			const { http, automatic } = await bothDeliveries(call, input, settings, prepare);
			expect(automatic).toEqual(http);
		}
	});

	it.each<[string, Operation, string, string, Options]>([
		['an internal mutation', 'mutation', 'internal.jobs.tick', '{ name: "a" }', {}],
		['an internal action', 'action', 'internal.jobs.runAll', '{}', {}],
		[
			'a mutation of a component',
			'mutation',
			'marks:add',
			'{ label: "a" }',
			{ componentPath: 'tally' },
		],
	])(
		'for a key that lacks the permission for %s',
		async (_what, operation, path, args, options) => {
			const token = await convex.deployment.createKey(['deployment:data:view']);
			const input = Array.from({ length: COUNT }, () => ({}));
			const results = await Promise.all(
				['http', 'auto'].map(async (delivery) =>
					shownOf(
						await convex.run({
							credential: { ...convex.credential, token },
							parameters: calling(operation, path, `={{ ${args} }}`, { ...options, delivery }),
							input,
							settings: { onError: 'continueErrorOutput' },
						}),
					),
				),
			);
			expect(results[1]).toEqual(results[0]);
			expect(await convex.deployment.executions()).toEqual({});
		},
	);

	it('for a deployment that is not there', async () => {
		const deploymentUrl = await unusedUrl();
		const results = await Promise.all(
			['http', 'auto'].map(async (delivery) =>
				shownOf(
					await convex.run({
						credential: { ...convex.credential, deploymentUrl },
						parameters: calling(
							'mutation',
							'counters:add',
							{ name: 'a', key: 'b' },
							{ delivery, maxRetries: 0 },
						),
						input: Array.from({ length: COUNT }, () => ({})),
						settings: { onError: 'continueErrorOutput' },
					}),
				),
			),
		);
		expect(results[1]).toEqual(results[0]);
	});
});
