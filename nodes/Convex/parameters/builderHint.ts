import type { IBuilderHint, IBuilderHintVariation } from 'n8n-workflow';

/**
 * How the node is filled in, for n8n's workflow builder, in the code that it writes (@n8n/workflow-sdk).
 * A form (`mapping`) is made by the editor from the deployment: code has typed fields or JSON.
 */
const PATTERNS: IBuilderHintVariation[] = [
	{
		displayOptions: { show: { resource: ['function'], operation: ['query'] } },
		content: `<patterns>
<pattern title="Read data with a query: one item per row">
const listTasks = node({
  type: 'n8n-nodes-convex.convex',
  version: 1,
  config: {
    name: 'List Tasks',
    executeOnce: true,
    parameters: {
      resource: 'function',
      operation: 'query',
      functionPath: { __rl: true, mode: 'path', value: 'tasks:list' },
      argumentsMode: 'json',
      argumentsJson: '{ "status": "open" }',
      output: 'value'
    }
  }
});
</pattern>
</patterns>`,
	},
	{
		displayOptions: { show: { resource: ['function'], operation: ['mutation', 'action', 'run'] } },
		content: `<patterns>
<pattern title="Change data with a mutation, for each input item">
const createTask = node({
  type: 'n8n-nodes-convex.convex',
  version: 1,
  config: {
    name: 'Create Task',
    parameters: {
      resource: 'function',
      operation: 'mutation',
      functionPath: { __rl: true, mode: 'path', value: 'tasks:create' },
      argumentsMode: 'fields',
      argumentFields: {
        argument: [
          { name: 'title', type: 'string', value: expr('{{ $json.title }}') },
          { name: 'priority', type: 'number', value: expr('{{ $json.priority }}') }
        ]
      },
      output: 'full'
    }
  }
});
// The result is in $json.value; log lines of the function are in $json.logLines.
</pattern>
<pattern title="Tool of an AI Agent: the model gives typed arguments">
const createTaskTool = tool({
  type: 'n8n-nodes-convex.convexTool',
  version: 1,
  config: {
    name: 'Create Task',
    parameters: {
      toolDescription: 'Creates a task in the app and returns its ID. Use it when the user asks to note something to do.',
      resource: 'function',
      operation: 'mutation',
      functionPath: { __rl: true, mode: 'path', value: 'tasks:create' },
      argumentsMode: 'fields',
      argumentFields: {
        argument: [
          { name: 'title', type: 'string', value: fromAi('title', 'Title of the task') },
          { name: 'priority', type: 'number', value: fromAi('priority', 'From 1 (low) to 5 (high)', 'number', 3) }
        ]
      }
    }
  }
});
// Never let the model choose functionPath. An argument without a default value is required of it.
</pattern>
</patterns>`,
	},
	{
		displayOptions: { show: { resource: ['document'], operation: ['getMany'] } },
		content: `<patterns>
<pattern title="List documents of a table, without a function">
const openTasks = node({
  type: 'n8n-nodes-convex.convex',
  version: 1,
  config: {
    name: 'Open Tasks',
    parameters: {
      resource: 'document',
      operation: 'getMany',
      table: { __rl: true, mode: 'name', value: 'tasks' },
      returnAll: false,
      limit: 50,
      filters: { filter: [{ field: 'status', operator: 'equals', type: 'string', value: 'open' }] }
    }
  }
});
</pattern>
</patterns>`,
	},
	{
		displayOptions: { show: { resource: ['document'], operation: ['create', 'update'] } },
		content: `<patterns>
<pattern title="Add a document to a table, without a function">
const addTask = node({
  type: 'n8n-nodes-convex.convex',
  version: 1,
  config: {
    name: 'Add Task',
    parameters: {
      resource: 'document',
      operation: 'create',
      table: { __rl: true, mode: 'name', value: 'tasks' },
      fieldsMode: 'json',
      documentJson: expr('{{ { title: $json.title, status: "open" } }}')
    }
  }
});
// To update, add documentId: expr('{{ $json._id }}'). Never write _id or _creationTime.
</pattern>
</patterns>`,
	},
];

/** What n8n's workflow builder finds the node by, and what it is told of it. */
export const builderHint: IBuilderHint = {
	searchHint:
		"Convex (convex.dev) is the reactive backend and database of an app. Prefer resource 'function', which runs the app's own functions and keeps its rules: a query reads, a mutation changes data, an action also calls other services. A function is named by file and name, such as 'tasks:list'. Resource 'document' reads and writes tables directly, 'file' stores files, 'httpAction' calls the app's own HTTP routes. To start a workflow when data changes, use Convex Trigger, not a schedule. The node runs once for each input item: set executeOnce where nothing depends on the item. As the tool of an AI Agent it is n8n-nodes-convex.convexTool.",
	relatedNodes: [
		{
			nodeType: 'n8n-nodes-convex.convexTrigger',
			relationHint: 'Starts the workflow as soon as the result of a query changes',
		},
		{
			nodeType: '@n8n/n8n-nodes-langchain.agent',
			relationHint: 'Calls Convex functions as its tools (n8n-nodes-convex.convexTool)',
		},
	],
	extraTypeDefContent: PATTERNS,
};
