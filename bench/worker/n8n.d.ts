/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
/** n8n itself comes from its installation, and has no types. */
declare module 'n8n/dist/expression-observability/expression-observability.provider' {
	import type { ObservabilityProvider } from '@n8n/expression-runtime';

	export class ExpressionObservabilityProvider implements ObservabilityProvider {
		metrics: ObservabilityProvider['metrics'];
		traces: ObservabilityProvider['traces'];
		logs: ObservabilityProvider['logs'];
	}
}

declare module 'n8n/dist/task-runners/task-runner-module' {
	export class TaskRunnerModule {
		start(): Promise<void>;
		stop(): Promise<void>;
	}
}

declare module 'n8n/dist/task-runners/task-managers/task-requester' {
	import type { IWorkflowExecuteAdditionalData } from 'n8n-workflow';

	export abstract class TaskRequester {
		startTask: IWorkflowExecuteAdditionalData['startRunnerTask'];
	}
}
