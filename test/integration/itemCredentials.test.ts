import type { INodeExecutionData } from 'n8n-workflow';
import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import { unusedUrl } from '../support/awkwardServers';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { sessionWithTimeouts } from '../support/sessions';

const convex = useEmbeddedDeployment('none');
const continuing = { onError: 'continueErrorOutput' } as const;

let other: EmbeddedDeployment;
let userItems: Array<{ token: string; url: string }>;

beforeAll(async () => {
	other = await startDeployment();
});
beforeEach(async () => {
	await other.reset();
	const subjects = ['ada', 'grace', 'ada', 'edsger'];
	const { url } = convex.deployment;
	userItems = await Promise.all(
		subjects.map(async (sub) => ({ token: await convex.deployment.signToken({ sub }), url })),
	);
});
afterAll(async () => await other.stop());

const ofEachUser = (token = '={{ $json.token }}') => ({
	deploymentUrl: convex.deployment.url,
	authentication: 'bearerToken',
	token,
});

const subjectOf = ({ json: { value } }: INodeExecutionData) =>
	typeof value === 'object' && value !== null && 'subject' in value ? value.subject : value;

/** Each way that a call is sent. */
const WAYS: Array<[string, ConvexRunOptions['parameters']]> = [
	['a query', calling('query', 'users:whoami')],
	['a query in a request of its own', calling('query', 'users:whoami', {}, { batchSize: 1 })],
	['a query of a snapshot', calling('query', 'users:whoami', {}, { snapshot: true })],
	['a mutation', calling('mutation', 'users:sign')],
	['a mutation in a session', calling('mutation', 'users:sign', {}, { delivery: 'session' })],
	['an action', calling('action', 'users:whoCalls')],
	['an action in a session', calling('action', 'users:whoCalls', {}, { delivery: 'session' })],
	['a function by path', calling('run', 'users:whoami')],
];

describe('a credential with an expression', () => {
	it.each(WAYS)("has the item's own user call %s", async (_way, parameters) => {
		const { success } = await convex.run({
			credential: ofEachUser(),
			parameters,
			input: userItems,
		});
		expect(success.map(subjectOf)).toEqual(['ada', 'grace', 'ada', 'edsger']);
	});

	it.each(WAYS)('calls the deployment that the item names with %s', async (_way, parameters) => {
		const input = ['ada', 'grace', 'ada'].map(async (sub, index) => {
			const { url, signToken } = index === 1 ? other : convex.deployment;
			return { url, token: await signToken({ sub }) };
		});
		const { success } = await convex.run({
			credential: { ...ofEachUser(), deploymentUrl: '={{ $json.url }}' },
			parameters,
			input: await Promise.all(input),
		});
		expect(success.map(subjectOf)).toEqual(['ada', 'grace', 'ada']);
		expect(Object.values(await other.executions())).toEqual([1]);
	});

	it.each([
		['{{ $json.token ?? $("Start").first().json.fallback }}', ['no one', 'grace']],
		['{{ $("Start").item.json.token ?? $("Start").first().json.fallback }}', ['no one', 'grace']],
		[
			'{{ $("Start").all()[$itemIndex].json.token ?? $("Start").first().json.fallback }}',
			['no one', 'grace'],
		],
		['{{ $input.item.json.token ?? $("Start").first().json.fallback }}', ['no one', 'grace']],
		['{{ $thisItem?.json.token ?? $("Start").first().json.fallback }}', ['no one', 'grace']],
		[
			'{{ $itemIndex % 2 ? $("Start").all()[1].json.token : $("Start").first().json.fallback }}',
			['no one', 'grace'],
		],
	])('counts for each item, also where it is constant for the first: %s', async (token, users) => {
		const fallback = await convex.deployment.signToken({ sub: 'no one' });
		const { success } = await convex.run({
			credential: ofEachUser(`=${token}`),
			parameters: calling('query', 'users:whoami'),
			input: [{ fallback }, { token: userItems[1]?.token, fallback }],
		});
		expect(success.map(subjectOf)).toEqual(users);
	});

	it.each([1, 19])(
		'counts for the item with the index %i alone, where it is the same for the others and for none',
		async (itemIndex) => {
			const [fallback, token] = [userItems[0]?.token, userItems[1]?.token];
			const input = Array.from({ length: 20 }, (_, index) =>
				index === itemIndex ? { token } : {},
			);
			const { success } = await convex.run({
				credential: ofEachUser(`={{ $thisItem?.json.token ?? "${fallback}" }}`),
				parameters: calling('query', 'users:whoami'),
				input,
			});
			expect(success.map(subjectOf)).toEqual(
				input.map((_, index) => (index === itemIndex ? 'grace' : 'ada')),
			);
		},
	);

	it('that is empty for the first item and for none fails the first alone', async () => {
		const { success, error } = await convex.run({
			credential: ofEachUser('={{ $thisItem?.json.token }}'),
			parameters: calling('query', 'users:whoami'),
			input: [{}, userItems[1] ?? {}],
			settings: continuing,
		});
		expect(success.map(subjectOf)).toEqual(['grace']);
		expect(error.map(({ json }) => json.error)).toEqual([
			"The credential's 'Bearer Token' is empty [item 0]",
		]);
	});

	it('is read a few times where it does not depend on the item', async () => {
		const { success, credentialReads } = await convex.run({
			credential: ofEachUser('={{ $("Start").first().json.token }}'),
			parameters: calling('query', 'users:whoami'),
			input: userItems,
		});
		expect(success.map(subjectOf)).toEqual(['ada', 'ada', 'ada', 'ada']);
		expect(credentialReads).toBe(4);
	});

	it.each(WAYS)(
		'that is unusable for an item fails that item alone with %s',
		async (_way, parameters) => {
			const [ada, grace, , edsger] = userItems;
			const input = [ada ?? {}, { token: '' }, { ...grace, url: 'nonsense' }, edsger ?? {}];
			const { success, error } = await convex.run({
				credential: {
					...ofEachUser(),
					deploymentUrl: '={{ $json.url ?? $("Start").first().json.url }}',
				},
				parameters,
				input,
				settings: continuing,
			});
			expect(success.map(subjectOf)).toEqual(['ada', 'edsger']);
			expect(error.map(({ json }) => json.error)).toEqual([
				"The credential's 'Bearer Token' is empty [item 1]",
				"The credential's 'Deployment URL' is not a URL [item 2]",
			]);
		},
	);

	it('has queries of the same user and deployment share a request, and no others', async () => {
		const input = Array.from({ length: 20 }, (_, index) => userItems[index % 2] ?? {});
		const { success } = await convex.run({
			credential: ofEachUser(),
			parameters: calling('query', 'users:whoami'),
			input,
		});
		expect(success.map(subjectOf)).toEqual(input.map((_, index) => ['ada', 'grace'][index % 2]));
		const { batchSizes, requests } = await convex.deployment.requestStats();
		expect(batchSizes.reduce((sum, size) => sum + size, 0)).toBe(20);
		expect(requests).toBeLessThan(20);
	});

	it('that names a deployment that is down leaves the items of another alone in a session', async () => {
		const down = await unusedUrl();
		const input = Array.from({ length: 6 }, (_, index) => ({
			...userItems[0],
			url: index % 2 === 0 ? down : convex.deployment.url,
		}));
		const { success, error } = await convex.run({
			nodeType: sessionWithTimeouts('mutation', 300),
			credential: { ...ofEachUser(), deploymentUrl: '={{ $json.url }}' },
			parameters: calling('mutation', 'users:sign', {}, { delivery: 'session' }),
			input,
			settings: continuing,
		});
		expect(success.map(subjectOf)).toEqual(['ada', 'ada', 'ada']);
		expect(error.map(({ json: { details } }) => details)).toEqual(
			Array(3).fill(expect.objectContaining({ code: 'ECONNREFUSED', outcome: 'notExecuted' })),
		);
	});
});

describe('a credential that is not there', () => {
	it('is asked for, without naming an item', async () => {
		const { stoppedBy } = await convex.run({
			parameters: calling('query', 'version'),
			settings: { credentials: undefined },
			input: [{}, {}],
		});
		expect(stoppedBy).toMatchObject({
			message: 'The node has no Convex credential',
			description: expect.stringMatching(/choose one in 'Credential to connect with'/),
		});
		expect(stoppedBy?.context.itemIndex).toBeUndefined();
	});

	it('but was, is named, with what to choose', async () => {
		const { error } = await convex.run({
			parameters: calling('query', 'version'),
			settings: { ...continuing, credentials: { convexApi: { id: 'gone', name: 'My Convex' } } },
			credential: undefined,
			input: [{}, {}, {}],
		});
		expect(error).toHaveLength(3);
		for (const { json } of error)
			expect(json.error).toMatch(/^The credential 'My Convex' cannot be used: /);
	});
});
