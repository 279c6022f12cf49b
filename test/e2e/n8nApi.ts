/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import axios, { type AxiosInstance } from 'axios';
import { parse as parseFlatted } from 'flatted';
import type {
	INode,
	INodeListSearchItems,
	IRunExecutionData,
	ResourceMapperField,
} from 'n8n-workflow';
import type { WorkflowFile } from '../support/engine';
import { FACTS } from './n8nFacts';

export const OWNER = {
	email: 'owner@example.com',
	firstName: 'Test',
	lastName: 'Owner',
	// n8n wants a capital letter and a digit.
	password: ['Password', 'of', 'tests', 1].join(' '),
};

const EXECUTION_TIMEOUT_MS = 120_000;
const POLL_INTERVAL_MS = 100;
/** n8n may close a connection that is kept just as it is used again. */
const CONNECTION = { Connection: 'close' };
const API_SCOPES = ['workflow:activate', 'workflow:deactivate'];

export interface StoredExecution {
	id: string;
	status: string;
	mode: string;
	data: IRunExecutionData;
}

/** Whether the triggers of a published workflow run. */
export interface PublicationStatus {
	status: 'not_published' | 'in_progress' | 'published' | 'partial' | 'failed';
	triggers: Array<{ nodeId: string; status: string; errorMessage: string | null }>;
}

/** n8n over its REST API, signed in as its owner. */
export class N8nApi {
	/** Why n8n refused to turn a workflow's triggers on, where it says so at once. */
	private readonly failedActivations = new Map<string, string>();

	private publicClient: Promise<AxiosInstance> | undefined;

	private constructor(
		readonly url: string,
		private readonly rest: AxiosInstance,
	) {}

	/** Creates the owner of a new n8n. */
	static async setUp(url: string): Promise<N8nApi> {
		return await N8nApi.open(url, '/rest/owner/setup', OWNER);
	}

	static async signIn(url: string): Promise<N8nApi> {
		const { email: emailOrLdapLoginId, password } = OWNER;
		return await N8nApi.open(url, '/rest/login', { emailOrLdapLoginId, password });
	}

	private static async open(url: string, path: string, body: object): Promise<N8nApi> {
		const { headers } = await axios.post(`${url}${path}`, body, { headers: CONNECTION });
		const cookies = (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]);
		const rest = axios.create({
			baseURL: `${url}/rest`,
			headers: { ...CONNECTION, Cookie: cookies.join('; ') },
		});
		return new N8nApi(url, rest);
	}

	/** @returns the credential's id */
	async createCredential(name: string, type: string, data: object): Promise<string> {
		const response = await this.rest.post('/credentials', { name, type, data });
		return response.data.data.id;
	}

	async updateCredential(id: string, name: string, type: string, data: object): Promise<void> {
		await this.rest.patch(`/credentials/${id}`, { name, type, data });
	}

	async deleteCredential(id: string): Promise<void> {
		await this.rest.delete(`/credentials/${id}`);
	}

	/** Saves a credential and presses its Test button. */
	async testCredential(type: string, data: object): Promise<{ status: string; message: string }> {
		const name = 'tested';
		const id = await this.createCredential(name, type, data);
		const credentials = { id, name, type, data };
		const response = await this.rest.post('/credentials/test', { credentials });
		return response.data.data;
	}

	/** What a searchable list of a node's form offers. */
	async searchList(node: INode, methodName: string, path: string, filter: string) {
		const body = { ...formOf(node), methodName, path, filter };
		const response = await this.rest.post(
			'/dynamic-node-parameters/resource-locator-results',
			body,
		);
		const results: INodeListSearchItems[] = response.data.data.results;
		return results;
	}

	/** The fields that a resource mapper of a node's form shows. */
	async mapperFields(node: INode, methodName: string, path: string) {
		const body = { ...formOf(node), methodName, path };
		const response = await this.rest.post('/dynamic-node-parameters/resource-mapper-fields', body);
		const fields: ResourceMapperField[] = response.data.data.fields;
		return fields;
	}

	/** @returns the workflow's id */
	async importWorkflow(workflow: WorkflowFile): Promise<string> {
		// n8n 1 wants to be told that a new workflow is not active.
		const body = { settings: {}, active: false, ...workflow };
		const response = await this.rest.post('/workflows', body);
		return response.data.data.id;
	}

	/** Runs a workflow as its Execute button does, and waits for its end. */
	async runWorkflow(id: string): Promise<StoredExecution> {
		const { data: workflowData } = (await this.rest.get(`/workflows/${id}`)).data;
		const triggerToStartFrom = { name: startNodeOf(workflowData) };
		const run = { workflowData, triggerToStartFrom };
		const response = await this.rest.post(`/workflows/${id}/run`, run);
		return await this.finishedExecution(response.data.data.executionId);
	}

	/** Has an execution that failed go on where it stopped, and waits for its end. */
	async retryExecution(id: string): Promise<void> {
		await this.rest.post(`/executions/${id}/retry`, { loadWorkflow: true });
	}

	/** Waits for an execution to end. */
	async finishedExecution(id: string): Promise<StoredExecution> {
		const deadline = Date.now() + EXECUTION_TIMEOUT_MS;
		while (Date.now() < deadline) {
			// n8n 2.20 fails to show an execution whose end is saved before its data.
			const validateStatus = (status: number) => status < 400 || status === 500;
			const response = await this.rest.get(`/executions/${id}`, { validateStatus });
			const execution = response.data.data ?? {};
			const isSaved = response.status !== 500 && hasEnded(execution.status);
			const data: IRunExecutionData | undefined = isSaved
				? parseFlatted(execution.data)
				: undefined;
			// n8n 1 shows it then, without data.
			if (data?.resultData !== undefined) return { ...execution, data };
			await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
		}
		throw new Error(`execution ${id} did not end within ${EXECUTION_TIMEOUT_MS} ms`);
	}

	/** The executions of a workflow, newest first. Those that run are waited for. */
	async executionsOf(workflowId: string): Promise<StoredExecution[]> {
		const filter = JSON.stringify({ workflowId });
		const response = await this.rest.get('/executions', { params: { filter } });
		const started: StoredExecution[] = response.data.data.results;
		return await Promise.all(started.map(async ({ id }) => await this.finishedExecution(id)));
	}

	/** n8n turns triggers on and off some time after it was asked to. */
	async publicationStatus(id: string): Promise<PublicationStatus> {
		if (!FACTS.publishesInBackground) return await this.activationStatus(id);
		return (await this.rest.get(`/workflows/${id}/publication-status`)).data.data;
	}

	/** The same of an n8n that turns them on and off while it is asked to. */
	private async activationStatus(id: string): Promise<PublicationStatus> {
		const failure = this.failedActivations.get(id);
		if (failure !== undefined) {
			return {
				status: 'failed',
				triggers: [{ nodeId: '', status: 'failed', errorMessage: failure }],
			};
		}
		const { active } = (await this.rest.get(`/workflows/${id}`)).data.data;
		const errorMessage = (await this.rest.get(`/active-workflows/error/${id}`)).data.data ?? null;
		// What went wrong is kept also when the workflow is turned off.
		const status = !active ? 'not_published' : errorMessage === null ? 'published' : 'failed';
		return { status, triggers: [{ nodeId: '', status, errorMessage }] };
	}

	/** Turns a workflow's triggers on. */
	async activate(id: string): Promise<void> {
		const api = await this.publicApi();
		this.failedActivations.delete(id);
		// Where it is done at once, a trigger that is refused is a refused request.
		const isRefusable = { validateStatus: FACTS.publishesInBackground ? undefined : null };
		const { status, data } = await api.post(`/workflows/${id}/activate`, {}, isRefusable);
		if (status >= 400) this.failedActivations.set(id, String(data?.message ?? status));
	}

	async deactivate(id: string): Promise<void> {
		this.failedActivations.delete(id);
		await (await this.publicApi()).post(`/workflows/${id}/deactivate`, {});
	}

	/** Its key is made once: n8n 1 makes the same key again within a second, and refuses it. */
	private async publicApi(): Promise<AxiosInstance> {
		this.publicClient ??= this.openPublicApi();
		return await this.publicClient;
	}

	private async openPublicApi(): Promise<AxiosInstance> {
		const label = `key ${Date.now()} ${Math.random()}`;
		const key = await this.rest.post('/api-keys', { label, expiresAt: null, scopes: API_SCOPES });
		const headers = { ...CONNECTION, 'X-N8N-API-KEY': key.data.data.rawApiKey };
		return axios.create({ baseURL: `${this.url}/api/v1`, headers });
	}
}

/** Whether this is the status of an execution that has ended, well or badly. */
export function hasEnded(status: string): boolean {
	return !['new', 'running', 'waiting'].includes(status);
}

/** What the editor says of the node whose form is open. */
function formOf({ type, typeVersion, credentials, parameters }: INode) {
	return {
		nodeTypeAndVersion: { name: type, version: typeVersion },
		currentNodeParameters: parameters,
		credentials,
	};
}

function startNodeOf({ nodes, connections }: WorkflowFile): string {
	const targets = new Set(
		Object.values(connections).flatMap((outputs) =>
			(outputs.main ?? []).flatMap((branch) => (branch ?? []).map(({ node }) => node)),
		),
	);
	const start = nodes.find(({ name, type }) => !targets.has(name) && !type.endsWith('stickyNote'));
	if (start === undefined) throw new Error('the workflow has no start');
	return start.name;
}
