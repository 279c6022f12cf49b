import { convexToJson, type Value } from 'convex/values';
import type { INode } from 'n8n-workflow';
import { useEmbeddedDeployment, type DeploymentUse } from './embeddedDeployment';
import { adminRequests } from './importRequests';
import { following, PollingWorkflow, type PollingOptions } from './polls';

export interface PollUse extends DeploymentUse {
	/** A workflow with a Convex Document Trigger; it is deactivated after the test. */
	workflow: (
		tables: unknown,
		parameters?: INode['parameters'],
		options?: Partial<PollingOptions>,
	) => PollingWorkflow;
	/** The same, activated. */
	activate: (
		tables: unknown,
		parameters?: INode['parameters'],
		options?: Partial<PollingOptions>,
	) => Promise<PollingWorkflow>;
	/** The same after a restart of n8n. */
	restart: (
		workflow: PollingWorkflow,
		options?: Partial<PollingOptions>,
	) => Promise<PollingWorkflow>;
	/** Runs a mutation of the sample app, as its administrator. */
	mutate: (path: string, args: Record<string, Value>, component?: string) => Promise<unknown>;
	/** Creates a task. @returns its ID */
	createTask: (title: string) => Promise<string>;
}

/** Gives the tests of a file an embedded deployment, and workflows that follow its documents. */
export function usePolls(): PollUse {
	const use = useEmbeddedDeployment('deployKey');
	let workflows: PollingWorkflow[] = [];
	afterEach(async () => {
		await Promise.all(workflows.map(async (workflow) => await workflow.deactivate()));
		workflows = [];
	});
	const kept = (workflow: PollingWorkflow) => {
		workflows.push(workflow);
		return workflow;
	};
	const workflow: PollUse['workflow'] = (tables, parameters = {}, options = {}) =>
		kept(
			new PollingWorkflow({
				credential: use.credential,
				parameters: following(tables, parameters),
				...options,
			}),
		);
	const { request } = adminRequests(() => use.deployment);
	const mutate: PollUse['mutate'] = async (path, args, componentPath) => {
		const format = 'convex_encoded_json';
		const data = { path, args: convexToJson(args), componentPath, format };
		const { body } = await request('POST', 'function', { data });
		if (body.status !== 'success') throw new Error(JSON.stringify(body));
		return body.value;
	};
	return {
		get deployment() {
			return use.deployment;
		},
		get credential() {
			return use.credential;
		},
		run: use.run,
		form: use.form,
		workflow,
		activate: async (...options) => {
			const made = workflow(...options);
			await made.activate();
			return made;
		},
		restart: async (before, options) => {
			await before.deactivate();
			const made = kept(before.restarted(options));
			await made.activate();
			return made;
		},
		mutate,
		createTask: async (title) => String(await mutate('tasks:create', { title })),
	};
}
