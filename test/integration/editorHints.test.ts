import type { IDataObject, INodeType, NodeHint, NodeParameterValueType } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { calling, runConvex } from '../support/convexNode';
import { mapperValue } from '../support/documentWrites';

/** The reminders of the editor: when each is shown, by n8n's own expressions. */
type Parameters = { [name: string]: NodeParameterValueType };

/** A node that says which of its hints are shown, in the place of running. */
function hintingNode(type: INodeType, name: string): INodeType {
	const probe: INodeType = Object.create(type);
	probe.description = { ...type.description, name, inputs: ['main'], outputs: ['main'] };
	probe.execute = async function () {
		const isShown = ({ displayCondition = '' }: NodeHint) =>
			this.evaluateExpression(displayCondition.slice(1), 0) === true;
		const shown = (type.description.hints ?? []).filter(isShown);
		return [shown.map(({ message }) => ({ json: { message } }))];
	};
	return probe;
}

const hintsOf = async (
	parameters: Parameters,
	input: IDataObject[] = [{}],
	nodeType = hintingNode(new Convex(), 'convex'),
) => {
	const { success, stoppedBy } = await runConvex({ credential: {}, parameters, input, nodeType });
	expect(stoppedBy).toBeUndefined();
	return success.map(({ json }) => String(json.message));
};

const items = [{ id: 'a' }, { id: 'b' }];

const getMany = (value: string): Parameters => ({
	resource: 'document',
	operation: 'getMany',
	table: { __rl: true, mode: 'name', value: 'tasks' },
	filters: { filter: [{ field: 'title', operator: 'equals', type: 'string', value }] },
});

describe('the hints of the editor', () => {
	it('remind of Get Many that reads once for each input item', async () => {
		const reminder = [expect.stringMatching(/read once for each input item/)];
		expect(await hintsOf(getMany('={{ $json.id }}'), items)).toEqual(reminder);
		expect(await hintsOf(getMany('={{ $json.id }}'))).toEqual([]);
		expect(await hintsOf(getMany('a'), items)).toEqual([]);
		// These are the same for all items, so the node reads once.
		expect(await hintsOf(getMany('={{ $now.toISO() }}'), items)).toEqual([]);
		expect(await hintsOf(getMany("={{ $('Start').first().json.id }}"), items)).toEqual([]);
	});

	it('remind of a function that is called again and again with the same arguments', async () => {
		const same = calling('query', 'tasks:list', { status: 'open' });
		const reminder = [expect.stringMatching(/each time with the same arguments/)];
		expect(await hintsOf(same, items)).toEqual(reminder);
		expect(await hintsOf(same)).toEqual([]);
		expect(await hintsOf({ ...same, argumentsMode: 'item' }, items)).toEqual([]);
		const file = { name: 'data', type: 'binary', value: 'data' };
		const ofFile = { argumentsMode: 'fields', argumentFields: { argument: [file] } };
		expect(await hintsOf({ ...same, ...ofFile }, items)).toEqual([]);
		expect(await hintsOf({ ...same, operation: 'waitForResult' }, items)).toEqual([]);
		const many = {
			callFor: 'manyItems',
			listArgument: { __rl: true, mode: 'name', value: 'tasks' },
		};
		expect(await hintsOf({ ...same, ...many }, items)).toEqual([]);
		expect(await hintsOf(calling('query', 'tasks:get', '={{ { id: $json.id } }}'), items)).toEqual(
			[],
		);
	});

	it.each([
		['the result', { value: [], previousValue: null, reason: 'change' }],
		['documents', { change: 'added', document: {}, changedFields: null, reason: 'change' }],
	])('remind of a workflow that writes what it watches: %s', async (_what, change) => {
		const writing = calling('mutation', 'tasks:complete', '={{ { id: $json.key } }}');
		expect(await hintsOf(writing, [change])).toEqual([
			expect.stringMatching(/starts itself again/),
		]);
		expect(await hintsOf(writing, [{ reason: 'spam' }])).toEqual([]);
		expect(await hintsOf({ ...writing, operation: 'query' }, [change])).toEqual([]);
	});

	it('warn of Map Automatically in a tool, and only there', async () => {
		const mapping = {
			...calling('mutation', 'tasks:create'),
			argumentsMode: 'mapping',
			mappedArguments: mapperValue(null, 'autoMapInputData'),
		};
		const tool = hintingNode(new Convex(), 'convexTool');
		expect(await hintsOf(mapping, [{}], tool)).toEqual([
			expect.stringMatching(/'Map Automatically' does not work in a tool/),
		]);
		expect(await hintsOf(mapping)).toEqual([]);
	});

	it('remind in the trigger of writing what it watches, unless it starts with new documents only', async () => {
		const trigger = hintingNode(new ConvexTrigger(), 'convexTrigger');
		const reminder = [expect.stringMatching(/starts itself again/)];
		const { functionPath } = calling('query', 'tasks:list');
		expect(await hintsOf({ functionPath }, [{}], trigger)).toEqual(reminder);
		const changes = (...names: string[]) => ({ functionPath, emit: 'changes', changes: names });
		expect(await hintsOf(changes('added', 'changed'), [{}], trigger)).toEqual(reminder);
		expect(await hintsOf(changes('added'), [{}], trigger)).toEqual([]);
	});
});
