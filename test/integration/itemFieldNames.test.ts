import { calling } from '../support/convexNode';
import { creating, mapperValue, tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { importing } from '../support/importRequests';

/** n8n reads the first column of a CSV file with a byte order mark under a name that begins with it. */
const convex = useEmbeddedDeployment('deployKey');
const { rows } = tablesOf(convex);

const task = { '\uFEFFtitle': 'A', status: 'open' };

const titles = async () => (await rows('tasks')).map(({ title }) => title);

describe('a field name that begins with a byte order mark', () => {
	it.each([
		['Using Input Item', { argumentsMode: 'item' }],
		[
			'Map Automatically',
			{ argumentsMode: 'mapping', mappedArguments: mapperValue(null, 'autoMapInputData') },
		],
	])('is that of an argument without it: %s', async (_mode, more) => {
		const { stoppedBy } = await convex.run({
			parameters: calling('mutation', 'tasks:create', {}, {}, more),
			input: [{ '\uFEFFtitle': 'A' }],
		});
		expect(stoppedBy?.message).toBeUndefined();
		expect(await titles()).toEqual(['A']);
	});

	it.each([
		['Using Input Item', creating('tasks', '{}', { fieldsMode: 'item' })],
		[
			'Map Automatically',
			creating('tasks', '{}', {
				fieldsMode: 'mapping',
				fields: mapperValue(null, 'autoMapInputData'),
			}),
		],
		['Import', importing('tasks', 'append')],
	])('is that of a field of a document without it: %s', async (_mode, parameters) => {
		const { stoppedBy } = await convex.run({ parameters, input: [task] });
		expect(stoppedBy?.message).toBeUndefined();
		expect(await titles()).toEqual(['A']);
	});

	it('stays where the item has both, and is shown', async () => {
		const { stoppedBy } = await convex.run({
			parameters: calling('mutation', 'tasks:create', {}, {}, { argumentsMode: 'item' }),
			input: [{ '\uFEFFtitle': 'A', title: 'B' }],
		});
		expect(stoppedBy?.message).toBe(
			"The input item: '<U+FEFF>title' has a name with characters other than ASCII letters, digits and signs [item 0]",
		);
	});
});

it('a field that differs from an optional argument by blanks is not left out without a word', async () => {
	const mapped = {
		argumentsMode: 'mapping',
		mappedArguments: mapperValue(null, 'autoMapInputData'),
	};
	const { stoppedBy } = await convex.run({
		parameters: calling('query', 'tasks:list', {}, {}, mapped),
		input: [{ 'status ': 'done' }],
	});
	expect(stoppedBy?.message).toBe(
		"The function takes 'status', and the item has 'status ' [item 0]",
	);
});
