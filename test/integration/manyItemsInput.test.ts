import { type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany, creatingMany, echoingMany, forMany, mapped } from '../support/manyItems';
import { keys } from '../support/sessions';

const convex = useEmbeddedDeployment('deployKey');
const continuing = { onError: 'continueErrorOutput' } as const;
const withoutKey = () => ({ ...convex.credential, authentication: 'none', token: '' });

const functionCalls = async () => {
	const counts = await convex.deployment.executions();
	return Object.keys(counts).filter((path) => !path.startsWith('_system'));
};

describe('bad input of calls for many items', () => {
	const cases: Array<
		[what: string, parameters: ConvexRunOptions['parameters'], message: RegExp, help: RegExp]
	> = [
		[
			'a list argument that the function does not take',
			creatingMany({ listArgument: 'task' }),
			/^'List Argument' names 'task', which the function does not take/,
			/^The function takes a list in: 'tasks'\.$/,
		],
		[
			'a list argument that takes no list',
			creatingMany({ listArgument: 'status' }),
			/^'List Argument' names 'status', which takes no list, but: "open" or "done"/,
			/in: 'tasks'/,
		],
		[
			'a function without a list',
			creatingMany({ path: 'tasks:create', listArgument: 'title' }),
			/^'List Argument' names 'title', which takes no list, but: string/,
			/no argument that takes a list\. Set 'Call For' to 'Each Item'/,
		],
		[
			'no list argument',
			creatingMany({ listArgument: ' ' }),
			/^'List Argument' is empty/,
			/Choose the argument/,
		],
		[
			'a list argument that is no name',
			creatingMany({ listArgument: '={{ 5 }}' }),
			/^'List Argument' is a number, not a name/,
			/Choose the argument/,
		],
		[
			'a list argument with a name that Convex does not have',
			creatingMany({ listArgument: '$tasks' }),
			/^'List Argument': '\$tasks' has a name that starts with '\$'/,
			/./,
		],
		[
			'shared arguments that name the list argument',
			creatingMany({ shared: { tasks: [] } }),
			/^'Shared Arguments \(JSON\)' has 'tasks', which is the list argument/,
			/Remove it there/,
		],
		...([[1], null, 5, 'text'] as const).map((shared): (typeof cases)[number] => [
			`shared arguments that are no object: ${JSON.stringify(shared)}`,
			creatingMany({ shared: JSON.stringify(shared) }),
			/^'Shared Arguments \(JSON\)' is (?:an array|null|a number|text), not an object/,
			/Use \{\} for no arguments/,
		]),
		[
			'shared arguments that are no JSON',
			creatingMany({ shared: '{' }),
			/^'Shared Arguments \(JSON\)' is not valid JSON/,
			/./,
		],
		[
			'shared arguments that Convex does not have',
			creatingMany({ shared: '={{ ({ $status: 1 }) }}' }),
			/^'Shared Arguments \(JSON\)': '\$status' has a name that starts with '\$'/,
			/./,
		],
		[
			'a shared argument that the function does not take, where types are converted',
			creatingMany({ shared: { state: 'open' }, options: { convertTypes: true } }),
			/^'Shared Arguments \(JSON\)' has 'state', which the function does not take/,
			/It takes: status\./,
		],
		[
			'a shared argument that is missing, in a form',
			addingMany({ shared: {} }, mapped({ value: 'a' })),
			/^'Shared Arguments \(JSON\)' lacks 'name', which the function requires/,
			/./,
		],
		...([8_193, 0, -1, 1.5, '1.5', 'many', null, '[]'] as const).map(
			(itemsPerCall): (typeof cases)[number] => [
				`${itemsPerCall} items per call`,
				creatingMany({ itemsPerCall }),
				/^'Items per Call' is not a whole number between 1 and 8192/,
				/./,
			],
		),
		[
			'a choice that there is not',
			creatingMany({}, { callFor: 'allItems' }),
			/^'Call For' is not one of its choices/,
			/'eachItem' or 'manyItems'/,
		],
		[
			'pagination',
			forMany(
				{ operation: 'query', path: 'values:echoList', listArgument: 'values', element: 1 },
				{ pagination: true },
			),
			/^'Call For: Many Items at Once' and 'Pagination' do not go together/,
			/Switch off 'Pagination'/,
		],
		[
			'a single snapshot',
			echoingMany(1, { options: { snapshot: true } }),
			/^'Call For: Many Items at Once' and the option 'Single Snapshot' do not go together/,
			/Remove the option/,
		],
	];

	it.each(cases)(
		'is refused before anything is sent: %s',
		async (_what, parameters, message, help) => {
			const { stoppedBy } = await convex.run({
				parameters,
				input: [{ title: 'a' }, { title: 'b' }],
			});
			expect(stoppedBy?.message).toMatch(message);
			expect(stoppedBy?.description).toMatch(help);
			expect(await functionCalls()).toEqual([]);
		},
	);

	it('is refused by Convex where the deployment does not tell of its functions', async () => {
		const token = await convex.deployment.createKey(['deployment:data:write']);
		for (const credential of [withoutKey(), { ...convex.credential, token }]) {
			const { error } = await convex.run({
				parameters: creatingMany({ listArgument: 'task', itemsPerCall: 2 }),
				input: [{ title: 'a' }, { title: 'b' }, { title: 'c' }],
				credential,
				settings: continuing,
			});
			expect(error).toHaveLength(3);
			expect(error[0]?.json.error).toMatch(/ArgumentValidationError/);
			expect(error[0]?.json.details).toMatchObject({
				reason: 'badArguments',
				callItems: 2,
				hint: expect.stringMatching(/Compare 'List Argument' and 'Shared Arguments \(JSON\)'/),
			});
			await convex.deployment.reset();
		}
	});

	it('is not asked about for each item, where the deployment does not tell of its functions', async () => {
		const token = await convex.deployment.createKey(['deployment:data:write']);
		const { success } = await convex.run({
			parameters: addingMany(),
			input: keys(50),
			credential: { ...convex.credential, token },
		});
		expect(success).toHaveLength(50);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query']?.requests).toBe(1);
	});

	it('names the item where an expression gives it, and the others are sent', async () => {
		const { success, error } = await convex.run({
			parameters: addingMany({ shared: '={{ $json.shared }}' }),
			input: ['a', 'a', 'b'].map((key, row) => ({
				key,
				shared: row === 1 ? { keys: 1, name: 'list' } : { name: 'list' },
			})),
			settings: continuing,
		});
		expect(success.map(({ json }) => json.value)).toEqual(['a', 'b']);
		expect(error.map(({ json }) => json.error)).toEqual([
			"'Shared Arguments (JSON)' has 'keys', which is the list argument [item 1]",
		]);
	});
});
