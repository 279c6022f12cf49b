import type { IDataObject } from 'n8n-workflow';
import { callConvexTool, requestConvexTool } from '../support/agents';
import { calling, userOf, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

type Parameters = ConvexRunOptions['parameters'];

const withForm = {
	...calling('mutation', 'counters:increment'),
	argumentsMode: 'mapping',
	mappedArguments: { mappingMode: 'defineBelow', value: { name: 'a' } },
} as Parameters;

const NAMED = { name: 'a' };
const USER = userOf('{"tokenIdentifier":"a|b"}');

const OTHER_ARGUMENTS =
	"set 'Arguments' to 'Using Fields Below', 'Using Input Item' or 'Using JSON'";
const NO_CONVERSION = "remove the option 'Convert Argument Types'";

/** What needs the list of functions, and what it says of doing without. */
const CALLS: Array<[what: string, parameters: Parameters, instead: string | undefined]> = [
	['a form of arguments', withForm, OTHER_ARGUMENTS],
	[
		'converted arguments',
		calling('mutation', 'counters:increment', NAMED, { convertTypes: true }),
		NO_CONVERSION,
	],
	[
		'a form whose arguments are converted',
		{ ...withForm, options: { convertTypes: true } },
		`${OTHER_ARGUMENTS}, and ${NO_CONVERSION}`,
	],
	['a function of a component', { ...withForm, options: { componentPath: 'tally' } }, undefined],
];

const AS_USER: (typeof CALLS)[number] = [
	'a function of any type, as a user',
	calling('run', 'counters:increment', NAMED, { actAsUser: USER }),
	"set 'Operation' to the type of the function",
];

const failureOf = async (options: Omit<ConvexRunOptions, 'credential'>, credential = {}) => {
	const { error } = await convex.run({
		...options,
		credential: { ...convex.credential, ...credential } as never,
		settings: { onError: 'continueErrorOutput' },
	});
	expect(await convex.deployment.executions()).toEqual({});
	const { hint, reason } = error[0]?.json.details as IDataObject;
	return { message: error[0]?.json.error, hint, reason };
};

describe('functions that cannot be listed', () => {
	it.each([...CALLS, AS_USER])('by this key: %s says what else to do', async (...row) => {
		const [, parameters, instead] = row;
		await convex.deployment.addFault({
			kind: 'answer',
			status: 403,
			body: { code: 'Forbidden', message: 'no' },
			path: '/api/query',
			times: 10,
		});
		const { message, hint } = await failureOf({ parameters });
		expect(message).toBe('The functions of the deployment could not be read: no');
		if (instead === undefined) expect(hint).not.toContain('You can also');
		else expect(hint).toMatch(new RegExp(`\\. You can also ${instead}\\.$`));
	});

	it.each(CALLS)('without a key: %s says what else to do', async (_what, parameters, instead) => {
		const credential = { authentication: 'none', token: '' };
		expect(await failureOf({ parameters }, credential)).toEqual({
			message: 'The functions of a deployment can be read with a deploy key only [item 0]',
			hint: `Set the credential's 'Authentication' to 'Deploy Key'.${instead === undefined ? '' : ` You can also ${instead}.`}`,
			reason: 'invalidCredential',
		});
	});

	it('tell a tool of nothing that it has not', async () => {
		const { url: deploymentUrl } = convex.deployment;
		const credential = { deploymentUrl, authentication: 'none', token: '' };
		const options = { credential, parameters: withForm };
		for (const answer of [
			await callConvexTool(options, [{}]),
			await requestConvexTool(options, { args: {} }),
		]) {
			expect(JSON.stringify(answer)).toContain(
				"You can also set 'Arguments' to 'Using Fields Below' or 'Using JSON'.",
			);
		}
	});

	it.each([...CALLS, AS_USER])(
		'in time are waited for no longer than the call: %s',
		async (...row) => {
			const [, { options = {}, ...parameters }] = row;
			await convex.deployment.addFault({
				kind: 'delay',
				ms: 60_000,
				path: '/api/query',
				times: 10,
			});
			const limits = { timeout: 200, maxRetries: 0 };
			const { message, hint } = await failureOf({
				parameters: { ...parameters, options: { ...(options as object), ...limits } },
			});
			expect(message).toMatch(/could not be read: The deployment did not answer within 200 ms$/);
			expect(hint).toContain("raise 'Timeout'");
		},
	);

	it('are waited for by each execution as long as it may, whoever asked for them', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 1_500, path: '/api/query' });
		const increment = async (timeout: number) =>
			await convex.run({
				parameters: { ...withForm, options: { timeout, maxRetries: 0 } },
				settings: { onError: 'continueErrorOutput' },
			});
		const runs = await Promise.all([300, 20_000, 400].map(increment));
		expect(runs.map(({ success }) => success.length)).toEqual([0, 1, 0]);
		expect(runs.map(({ error }) => error[0]?.json.error)).toEqual([
			expect.stringMatching(/did not answer within 300 ms$/),
			undefined,
			expect.stringMatching(/did not answer within 400 ms$/),
		]);
	});

	it('are not waited for again by each item, but by one that may wait longer', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 2_500, path: '/api/query' });
		// If each of the ten waited for itself, the list would be there for the last of them.
		const { success, error } = await convex.run({
			parameters: {
				...withForm,
				options: { timeout: '={{ $json.timeout }}', maxRetries: 0 },
			},
			input: [...Array<number>(10).fill(300), 20_000].map((timeout) => ({ timeout })),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toHaveLength(10);
		for (const { json } of error) expect(json.error).toMatch(/did not answer within 300 ms$/);
		expect(success).toHaveLength(1);
	});

	it('are not what is wrong with a function that is not there', async () => {
		const parameters = {
			...withForm,
			...calling('mutation', 'counters:gone'),
			argumentsMode: 'mapping',
		};
		const { hint } = await failureOf({ parameters });
		expect(hint).not.toContain('You can also');
	});
});
