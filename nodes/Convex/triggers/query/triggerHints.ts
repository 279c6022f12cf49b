import type { IBuilderHint, NodeHint, TriggerPanelDefinition } from 'n8n-workflow';

/** Reminders that the editor shows before the trigger runs. */
export const triggerHints: NodeHint[] = [
	{
		type: 'info',
		message:
			"A workflow that changes what its trigger watches starts itself again. Watch a query that leaves out what is done, or set 'Trigger On' to 'Documents Added, Changed or Removed' and 'Changes' to 'Added'.",
		displayCondition:
			'={{ $parameter["emit"] === "result" || $parameter["changes"].includes("changed") }}',
		whenToDisplay: 'beforeExecution',
		location: 'outputPane',
	},
];

const BY_HAND =
	"While you build the workflow, click <b>Execute step</b>: it starts with the query's result, or with the next change if 'Manual Execution' says so.";

/** What the editor shows in the trigger's panel, for runs by hand and for published ones. */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Start the workflow with the result of the query',
	executionsHelp: {
		inactive: `${BY_HAND}<br /><br />Publish the workflow to have every change start it. Those starts are in the list of executions, not in the editor.`,
		active: `${BY_HAND}<br /><br />The workflow is published: every change starts it as well. Those starts are in the <a data-key='executions'>list of executions</a>, not in the editor.`,
	},
	activationHint:
		'Publish the workflow to have every change of the result start it. Use a credential with a deploy key: a bearer token ends the trigger when it expires.',
};

/** What n8n's workflow builder finds the trigger by, and how it is filled in. */
export const triggerBuilderHint: IBuilderHint = {
	searchHint:
		"Starts a workflow in real time when data in Convex (convex.dev) changes, without polling: it watches a query function. 'emit' = 'changes' gives one item for each added, changed or removed document; 'emit' = 'result' gives the whole new result. A workflow that changes what it watches starts itself again: watch a query that leaves out what is done. Have one Convex Trigger in a workflow.",
	relatedNodes: [
		{
			nodeType: 'n8n-nodes-convex.convex',
			relationHint: 'Runs functions, and reads and changes documents and files',
		},
	],
	extraTypeDefContent: [
		{
			content: `<patterns>
<pattern title="Start with each document that a query's list gains">
const paidOrders = trigger({
  type: 'n8n-nodes-convex.convexTrigger',
  version: 1,
  config: {
    name: 'Paid Orders',
    parameters: {
      functionPath: { __rl: true, mode: 'path', value: 'orders:listPaid' },
      argumentsMode: 'json',
      argumentsJson: '{}',
      emit: 'changes',
      keyField: '_id',
      changes: ['added']
    }
  }
});
// The document is in $json.document, what happened to it in $json.change.
</pattern>
</patterns>`,
		},
	],
};
