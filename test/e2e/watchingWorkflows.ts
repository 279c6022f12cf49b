/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConvexHttpClient } from 'convex/browser';
import type { Value } from 'convex/values';
import type { IDataObject, INode } from 'n8n-workflow';
import { nodeAt, type WorkflowFile } from '../support/engine';
import { mutation, query } from '../support/syncClients';
import { DOCUMENT_TRIGGER_TYPE } from '../support/polls';
import { TRIGGER_TYPE } from '../support/triggers';
import { readStack } from './environment';
import type { N8nApi, PublicationStatus, StoredExecution } from './n8nApi';
import { FACTS } from './n8nFacts';
import { until } from './until';

const { deployment, deploymentUrl, userFolder } = readStack();

/** What the editor calls the triggers. */
const TRIGGER_NAMES = {
	[TRIGGER_TYPE]: 'Convex Trigger',
	[DOCUMENT_TRIGGER_TYPE]: 'Convex Document Trigger',
};

export interface ReportedFailure {
	message: string;
	/** What to do. */
	description: string;
}

/** Gives the tests of a file workflows that a Convex Trigger starts; they are unpublished after each test. */
export function useWatchingWorkflows(n8n: () => N8nApi): WatchingWorkflows {
	const workflows = new WatchingWorkflows(n8n);
	afterEach(async () => await workflows.unpublishAll());
	return workflows;
}

class WatchingWorkflows {
	private published: string[] = [];

	constructor(private readonly n8n: () => N8nApi) {}

	/**
	 * Imports a trigger, the Convex Trigger unless another is given → the given node, or one that does nothing.
	 *
	 * @returns the workflow's id
	 */
	async import(
		credentialId: string,
		parameters: INode['parameters'],
		next?: INode,
		type: keyof typeof TRIGGER_NAMES = TRIGGER_TYPE,
	) {
		const after = next ?? nodeAt('Next', 'n8n-nodes-base.noOp');
		const trigger = nodeAt(TRIGGER_NAMES[type], type, {
			parameters,
			credentials: { convexApi: { id: credentialId, name: 'Convex' } },
		});
		const workflow: WorkflowFile = {
			name: `test of ${type}`,
			nodes: [trigger, { ...after, position: [250, 0] }],
			connections: { [trigger.name]: { main: [[{ node: after.name, type: 'main', index: 0 }]] } },
		};
		return await this.n8n().importWorkflow(workflow);
	}

	/** Publishes a workflow and waits until n8n has its triggers running, or has given up. */
	async publish(id: string): Promise<PublicationStatus> {
		this.published.push(id);
		await this.n8n().activate(id);
		return await this.settled(id);
	}

	/** Waits until n8n has the triggers running, or has given up. */
	async settled(id: string): Promise<PublicationStatus> {
		await until(async () => (await this.n8n().publicationStatus(id)).status !== 'in_progress');
		return await this.n8n().publicationStatus(id);
	}

	async unpublish(id: string): Promise<void> {
		await this.n8n().deactivate(id);
		await until(async () => (await this.n8n().publicationStatus(id)).status === 'not_published');
	}

	async unpublishAll(): Promise<void> {
		const ids = new Set(this.published);
		this.published = [];
		for (const id of ids) await this.unpublish(id);
	}

	/** Waits until a start of the workflow has items as wanted. @returns the items of all, oldest first */
	async starts(
		id: string,
		isThere: (items: IDataObject[]) => boolean = () => true,
	): Promise<IDataObject[][]> {
		let starts: IDataObject[][] = [];
		await until(async () => {
			starts = await this.startsSoFar(id);
			return starts.some(isThere);
		});
		return starts;
	}

	async startsSoFar(id: string): Promise<IDataObject[][]> {
		const executions = await this.n8n().executionsOf(id);
		return executions
			.filter(({ status }) => status === 'success')
			.map(startItemsOf)
			.reverse();
	}

	/** What a trigger reported while it kept running, once there is something. */
	async reports(id: string): Promise<ReportedFailure[]> {
		const reported = async () =>
			FACTS.recordsFailedExecutions ? await this.failedExecutions(id) : loggedFailures(id);
		await until(async () => (await reported()).length > 0);
		return await reported();
	}

	private async failedExecutions(id: string): Promise<ReportedFailure[]> {
		const executions = await this.n8n().executionsOf(id);
		return executions
			.filter(({ status }) => status === 'error')
			.map(({ data }) => {
				const { message = '', description } = data.resultData.error ?? {};
				return { message, description: description ?? '' };
			});
	}
}

/** Where n8n records no failed executions, they are lines of its log, with message and advice in one. */
function loggedFailures(workflowId: string): ReportedFailure[] {
	const lines = readFileSync(join(userFolder, 'n8n.log'), 'utf8').split('\n');
	return lines
		.filter((line) => line.includes(`(${workflowId}): `) && line.includes('error'))
		.map((line) => ({ message: line, description: line }));
}

/** What the trigger started an execution with. n8n keeps it as the output of the node that ran first. */
function startItemsOf({ data }: StoredExecution): IDataObject[] {
	const [runs] = Object.values(data.resultData.runData);
	const items = runs?.[0]?.data?.main?.[0] ?? [];
	return items.map(({ json }) => json);
}

/** Has the deployment's data changed, past n8n. */
export async function mutate(path: string, args: Record<string, Value>): Promise<unknown> {
	const http = new ConvexHttpClient(deploymentUrl, { logger: false });
	return await http.mutation(mutation(path), args, { skipQueue: true });
}

export async function read(path: string, args: Record<string, Value>): Promise<unknown> {
	return await new ConvexHttpClient(deploymentUrl, { logger: false }).query(query(path), args);
}

/** Waits until the deployment has this many open sockets. */
export async function untilSockets(wanted: number): Promise<void> {
	await until(async () => (await deployment.syncStats()).sockets === wanted);
}
