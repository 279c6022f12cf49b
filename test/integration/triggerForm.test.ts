import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { editorContext, type CredentialValues } from '../support/engine';
import { TRIGGER_TYPE, triggerNode, watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

const { description, methods } = new ConvexTrigger();

function form(parameters: INodeParameters, credential: CredentialValues = use.credential) {
	const context = editorContext(
		{
			nodeTypes: { [TRIGGER_TYPE]: new ConvexTrigger() },
			credentialTypes: { convexApi: new ConvexApi() },
			credentials: { convexApi: credential },
		},
		triggerNode(parameters),
	);
	return {
		searchFunctions: async () => (await methods.listSearch.searchFunctions.call(context)).results,
		getArguments: async () => await methods.resourceMapping.getArguments.call(context),
	};
}

describe("the trigger's form", () => {
	it('lists queries, and nothing else', async () => {
		const names = (await form(watching('')).searchFunctions()).map(({ name }) => name);
		expect(names).toEqual(expect.arrayContaining(['tasks:list', 'jobs:status (internal)']));
		expect(names).not.toContain('tasks:create');
	});

	it("shows the query's own arguments", async () => {
		const { fields } = await form(watching('tasks:list')).getArguments();
		expect(fields).toMatchObject([{ id: 'status', type: 'options', required: false }]);
	});

	it.each([
		['a mutation', watching('tasks:create'), /not a query\. Only queries can be watched/],
		[
			'an expression',
			watching('=tasks:list'),
			/Set 'Arguments' to 'Using Fields Below' or 'Using JSON'\.$/,
		],
	])('says what to do about %s', async (_what, parameters, sentence) => {
		const { fields, emptyFieldsNotice } = await form(parameters).getArguments();
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toMatch(sentence);
	});

	it('offers nothing that needs an input item', () => {
		const offered = JSON.stringify(description.properties);
		expect(offered).not.toMatch(/[Ii]nput item|Input Item|binary/);
		expect(valuesOf('argumentsMode')).toEqual(['fields', 'mapping', 'json']);
		expect(offered).toContain('"supportAutoMap":false');
	});

	it('offers the options that matter to a watched query', () => {
		const names = (property('options').options ?? []).map(({ name }) => name);
		expect(names).toEqual(['actAsUser', 'componentPath', 'valueFormat']);
	});
});

function property(wanted: string): INodeProperties {
	const found = description.properties.find(({ name }) => name === wanted);
	if (found === undefined) throw new Error(`no parameter '${wanted}'`);
	return found;
}

function valuesOf(name: string): unknown[] {
	return (property(name).options ?? []).map((option) => 'value' in option && option.value);
}
