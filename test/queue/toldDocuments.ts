import type { IDataObject } from 'n8n-workflow';
import { hasEnded, type N8nApi, type StoredExecution } from '../e2e/n8nApi';
import { DOCUMENT_TRIGGER_TYPE } from '../support/polls';
import { readQueueStack } from './environment';

const { executionStatuses } = readQueueStack();

interface Change {
	change: 'written' | 'deleted';
	id: string;
	document: IDataObject | null;
	timestamp: string;
}

/** What a Convex Document Trigger told the executions of its workflow, whatever became of them. */
export class ToldDocuments {
	/** The changes that each execution was started with, and how it ended, by its id. */
	private readonly executions = new Map<string, { status: string; changes: Change[] }>();

	constructor(
		private readonly n8n: N8nApi,
		private readonly workflowId: string,
	) {}

	/** Reads the executions that have ended. */
	async refresh(): Promise<void> {
		for (const [id, status] of Object.entries(await executionStatuses(this.workflowId))) {
			if (!hasEnded(status) || this.executions.has(id)) continue;
			const changes = changesOf(await this.n8n.finishedExecution(id));
			this.executions.set(id, { status, changes });
		}
	}

	/** What a copy has that takes the latest of what it is told: the documents by their ids. */
	get copy(): Record<string, IDataObject> {
		const latest = new Map<string, Change>();
		for (const change of this.told) {
			const known = latest.get(change.id);
			const isLater = known === undefined || BigInt(change.timestamp) >= BigInt(known.timestamp);
			if (isLater) latest.set(change.id, change);
		}
		const documents: Record<string, IDataObject> = {};
		for (const { id, document } of latest.values()) if (document !== null) documents[id] = document;
		return documents;
	}

	/** Of each change that was told again, the execution that it was told first. */
	get repeated(): string[] {
		const toldTo = new Map<string, string>();
		const repeated: string[] = [];
		for (const [execution, { changes }] of this.inOrder()) {
			for (const { id, timestamp } of changes) {
				const key = `${id} ${timestamp}`;
				const first = toldTo.get(key);
				if (first === undefined) toldTo.set(key, execution);
				else repeated.push(first);
			}
		}
		return repeated;
	}

	/** Each change that was told, in short. */
	get changes(): string[] {
		const told = this.told.map(({ change, id, timestamp }) => `${change} ${id} ${timestamp}`);
		return [...new Set(told)].sort();
	}

	/** The executions whose worker was killed. */
	get crashed(): string[] {
		return this.inOrder().flatMap(([id, { status }]) => (status === 'crashed' ? [id] : []));
	}

	/** How many changes each execution was started with. */
	get sizes(): number[] {
		return this.inOrder().map(([, { changes }]) => changes.length);
	}

	private get told(): Change[] {
		return [...this.executions.values()].flatMap(({ changes }) => changes);
	}

	private inOrder() {
		return [...this.executions].sort(([one], [other]) => Number(one) - Number(other));
	}
}

/** An execution whose worker was killed has them before it; n8n makes up what came out of its nodes. */
function changesOf({ data }: StoredExecution): Change[] {
	const [run] = data.resultData.runData['Convex Document Trigger'] ?? [];
	const waiting = data.executionData?.nodeExecutionStack ?? [];
	const before = waiting.find(({ node }) => node.type === DOCUMENT_TRIGGER_TYPE);
	const items = (before?.data ?? run?.data)?.main?.[0] ?? [];
	return items.map(({ json }) => changeOf(json));
}

function changeOf({ change, id, document, timestamp }: IDataObject): Change {
	if (change !== 'written' && change !== 'deleted')
		throw new Error(`what happened is '${String(change)}'`);
	const isGone = typeof document !== 'object' || document === null;
	return {
		change,
		id: String(id),
		document: isGone ? null : Object(document),
		timestamp: String(timestamp),
	};
}
