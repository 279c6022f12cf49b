import type { IExecuteFunctions } from 'n8n-workflow';
import type { ConvexFailure } from '../../convex/failure';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import {
	failedImport,
	importUnreadable,
	interruptedImport,
	otherImport,
	type ImportedRows,
} from '../../convex/imports/importFailure';
import { parseImportState, type ImportState } from '../../convex/imports/importState';
import { callSystemFunction } from '../../transport/http/callSystemFunction';
import { ImportRequests, type ImportAnswer } from '../../transport/http/importRequests';
import type { Caller } from '../../transport/caller';
import type { Retries } from '../../transport/retries';
import { toFailure } from '../../transport/nodeError';
import { ImportDeadline } from './importDeadline';

export interface ImportTerms {
	componentPath: string | undefined;
	/** For the answer to one request. */
	timeoutMs: number;
	/** For the whole import. */
	timeLimitMs: number;
}

/** Convex takes no smaller parts of an upload, but for the last (convex-backend crates/storage/src/lib.rs). */
const PART_BYTES = 5 * 2 ** 20;

/** How long an import is waited for that is being cancelled. */
const CANCEL_TIMEOUT_MS = 10_000;

/**
 * Adds rows to a table, or replaces all of it, as `npx convex import` does: they are uploaded in parts,
 * parsed by Convex, and written once the import is confirmed. Until then nothing has changed.
 *
 * What ends the run, or the time limit, cancels the import.
 */
export class TableImport {
	private readonly deadline: ImportDeadline;

	private readonly requests: ImportRequests;

	private importId: string | undefined;

	private isConfirmed = false;

	private lastProgress = '';

	/** @param stopped aborted when the run is over */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly caller: Caller,
		private readonly retries: Retries,
		private readonly imported: ImportedRows,
		private readonly terms: ImportTerms,
		stopped: AbortSignal,
	) {
		this.deadline = new ImportDeadline(terms.timeLimitMs, stopped);
		this.requests = new ImportRequests(context, caller, terms.timeoutMs);
	}

	/**
	 * @param content what is uploaded, in chunks of any size
	 * @returns the import as it ended
	 * @throws ConvexFailure which says what was written
	 */
	async run(content: AsyncIterable<Uint8Array>): Promise<ImportState> {
		try {
			await this.checkOtherImports();
			await this.upload(content);
			const parsed = await this.waitFor('unconfirmed');
			const { rows } = this.imported;
			if (parsed.toWrite !== rows) throw otherImport(rows, parsed.toWrite);
			this.deadline.check();
			this.isConfirmed = true;
			const { importId = '' } = this;
			await this.send(async () => await this.requests.perform(importId));
			return await this.waitFor('completed');
		} catch (thrown) {
			if (thrown instanceof EndedImport) throw thrown.failure;
			const failure = toFailure(thrown);
			const ended = await this.cancel(mayArriveYet(failure));
			if (typeof ended === 'object' && ended.state === 'completed') return ended;
			throw interruptedImport(this.imported, failure, ended);
		}
	}

	/** A key that may not see imports is refused here, before anything is uploaded. */
	private async checkOtherImports(): Promise<void> {
		const result = await this.retries.run(
			async () => await this.call(SYSTEM_FUNCTIONS.listImports, {}),
		);
		if (result.status === 'failure') throw result.failure;
		const states = Array.isArray(result.value) ? result.value.map(parseImportState) : [];
		const others = states.filter((one) => one?.state === 'importing' || one?.state === 'parsing');
		if (others.length > 0) this.log(`waits for ${others.length} other import(s) of the deployment`);
	}

	private async upload(content: AsyncIterable<Uint8Array>): Promise<void> {
		const token = await this.send(async () => await this.requests.startUpload());
		const partTokens: string[] = [];
		for await (const part of partsOf(content, PART_BYTES)) {
			const number = partTokens.length + 1;
			partTokens.push(
				await this.send(async () => await this.requests.uploadPart(token, number, part)),
			);
			this.log(`part ${number} is uploaded`);
		}
		const { componentPath } = this.terms;
		const wanted = { mode: this.imported.mode, componentPath };
		this.importId = await this.send(
			async () => await this.requests.finishUpload(wanted, token, partTokens),
		);
	}

	/**
	 * Waits until the import is so far, up to the time limit.
	 *
	 * @throws EndedImport when it fails
	 */
	private async waitFor(wanted: ImportState['state']): Promise<ImportState> {
		return await this.deadline.until(async () => {
			const state = await this.read();
			if (state.state === wanted) return state;
			if (state.state === 'failed') {
				throw new EndedImport(failedImport(this.imported, state, this.isConfirmed));
			}
			if (state.state === 'importing') this.report(state.message);
			return undefined;
		});
	}

	private async read(): Promise<ImportState> {
		const { importId = '' } = this;
		const result = await this.call(SYSTEM_FUNCTIONS.readImport, { importId });
		if (result.status === 'failure') throw result.failure;
		const state = parseImportState(result.value);
		if (state === undefined) throw importUnreadable();
		return state;
	}

	private async call(
		systemFunction: Parameters<typeof callSystemFunction>[2],
		args: Parameters<typeof callSystemFunction>[3],
	) {
		const { context, caller, terms } = this;
		return await callSystemFunction(context, caller, systemFunction, args, terms.timeoutMs);
	}

	private async send<Content>(request: () => Promise<ImportAnswer<Content>>): Promise<Content> {
		this.deadline.check();
		const answer = await this.retries.run(request);
		if (answer.status === 'failure') throw answer.failure;
		return answer.content;
	}

	/**
	 * Cancels the import, and looks how it ended: it may have been carried out meanwhile. The run may be
	 * cancelled itself, so that its own signal would end these requests.
	 *
	 * @param mayBeConfirmed whether the request that confirms it may be on its way still
	 * @returns `unconfirmed` where it certainly was never carried out
	 */
	private async cancel(mayBeConfirmed: boolean): Promise<EndedState | 'unconfirmed' | 'unknown'> {
		const { importId, caller } = this;
		if (importId === undefined) return 'unconfirmed';
		const context = uncancelled(this.context);
		const timeoutMs = CANCEL_TIMEOUT_MS;
		const read = async () => {
			const { readImport } = SYSTEM_FUNCTIONS;
			const result = await callSystemFunction(context, caller, readImport, { importId }, timeoutMs);
			return result.status === 'success' ? parseImportState(result.value) : undefined;
		};
		// The request that confirms it may have been lost on its way.
		const before = this.isConfirmed && !mayBeConfirmed ? await read() : undefined;
		await new ImportRequests(context, caller, timeoutMs).cancel(importId);
		if (!this.isConfirmed) return 'unconfirmed';
		const ended = await read();
		if (ended?.state === 'completed') return ended;
		if (ended?.state !== 'failed') return 'unknown';
		return before?.state === 'unconfirmed' ? 'unconfirmed' : ended;
	}

	private report(progress: string): void {
		if (progress === this.lastProgress) return;
		this.lastProgress = progress;
		this.log(progress);
	}

	private log(progress: string): void {
		const { table, rows } = this.imported;
		this.context.logger.info(`Convex import of ${rows} rows into '${table}': ${progress}`);
	}
}

type EndedState = ImportState & { state: 'completed' | 'failed' };

/** An import that ended by itself: there is nothing to cancel. */
class EndedImport extends Error {
	constructor(readonly failure: ConvexFailure) {
		super(failure.message);
	}
}

/** Whether a request that failed so may be read after all: somebody only waits for it no longer. */
function mayArriveYet({ reason, details: { kind, outcome } }: ConvexFailure): boolean {
	if (reason === 'timedOut' || reason === 'cancelled') return true;
	return kind === 'deployment' && outcome === 'unknown';
}

/** The same context, whose requests go on when the execution was cancelled. */
function uncancelled(context: IExecuteFunctions): IExecuteFunctions {
	const none = { value: () => undefined };
	const derived: IExecuteFunctions = Object.create(context, { getExecutionCancelSignal: none });
	return derived;
}

/** Chunks put together to parts of this size; the last is what is left. */
async function* partsOf(
	chunks: AsyncIterable<Uint8Array>,
	partBytes: number,
): AsyncGenerator<Uint8Array> {
	let waiting: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of chunks) {
		waiting.push(chunk);
		bytes += chunk.length;
		if (bytes < partBytes) continue;
		yield Buffer.concat(waiting);
		waiting = [];
		bytes = 0;
	}
	if (bytes > 0) yield Buffer.concat(waiting);
}
