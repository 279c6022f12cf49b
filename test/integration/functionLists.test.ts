import { convexForm, runConvex, type ConvexRunOptions } from '../support/convexNode';
import { startHttpServer, type TestServer } from '../support/awkwardServers';

const MANY = 10_000;

/** What the deployment answers to every query. */
let value: unknown;
let server: TestServer;
beforeAll(async () => {
	server = await startHttpServer((request, response) => {
		request.resume();
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ status: 'success', value, logLines: [] }));
	});
});
afterAll(async () => await server.stop());

let keys = 0;

/** A node with a key of its own: a list is remembered for a while by its key. */
const node = (componentPath?: string): ConvexRunOptions => ({
	credential: {
		deploymentUrl: server.url,
		authentication: 'deployKey',
		token: `prod:happy-animal-123|key${(keys += 1)}`,
	},
	parameters: {
		operation: 'query',
		functionPath: { __rl: true, mode: 'list', value: 'tasks:list' },
		argumentsMode: 'mapping',
		mappedArguments: { mappingMode: 'defineBelow', value: {} },
		options: componentPath === undefined ? {} : { componentPath },
	},
});

describe.each([
	['the functions', undefined],
	['the components', 'tally'],
])('an answer that is no list of %s', (_what, componentPath) => {
	const notAList = /could not be read: the answer is .*, not a list/;

	it.each([[null], ['text'], [{ functions: [] }]])(
		'does not mean that there are none: %j',
		async (answer) => {
			value = answer;
			await expect(convexForm(node(componentPath)).searchFunctions()).rejects.toThrow(notAList);
			await expect(convexForm(node(componentPath)).getArguments()).rejects.toThrow(notAList);
			const { stoppedBy } = await runConvex(node(componentPath));
			expect(stoppedBy?.message).toMatch(notAList);
			expect(stoppedBy?.description).toMatch(/lists its functions in another way/);
		},
	);
});

describe('what a deployment lists by the thousands', () => {
	it('is cut short where a component is not found, and has names only', async () => {
		value = [
			...[{}, 5].map((path) => ({ path, id: 'odd' })),
			...Array.from({ length: MANY }, (_, index) => ({ path: `component${index}`, id: '' })),
		];
		const { stoppedBy } = await runConvex(node('tally'));
		expect(stoppedBy?.description).toMatch(/^Its components are: component0, .*, 99\d\d more\.$/);
	});

	it("is cut short in the form's words, and whole in what it is filled in with", async () => {
		const literals = Array.from({ length: MANY }, (_, index) => ({
			fieldType: { type: 'literal', value: `choice${index}` },
		})).map(({ fieldType }) => fieldType);
		const field = (fieldType: object) => ({ fieldType, optional: false });
		const args = {
			choice: field({ type: 'union', value: literals }),
			choiceOrId: field({ type: 'union', value: [...literals, { type: 'id', tableName: 't' }] }),
			...Object.fromEntries(literals.map(({ value: name }) => [name, field({ type: 'any' })])),
		};
		value = [
			{
				identifier: 'tasks.js:list',
				functionType: 'Query',
				visibility: { kind: 'public' },
				args: { type: 'object', value: args },
			},
		];
		const [only] = await convexForm(node()).searchFunctions();
		expect(only?.description).toMatch(/^query\(choice, choiceOrId, choice0, .*, 99\d\d more\)$/);
		const { fields } = await convexForm(node()).getArguments();
		expect(fields).toHaveLength(MANY + 2);
		const [choice, choiceOrId] = fields;
		expect(choice?.options).toHaveLength(MANY);
		expect(choiceOrId?.displayName).toMatch(/^choiceOrId \("choice0" or .* or 99\d\d more\)$/);
	});
});
