import type { JSONValue } from 'convex/values';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { encodedSize, inMebibytes, MEBIBYTE } from '../../convex/values/encodedSize';
import type { CallRunner, CallSource } from './callRunner';
import type { PreparedCall, PreparedElement } from './prepareCall';

/**
 * Of the arguments of a call, as Convex counts them (convex-backend crates/common/src/knobs.rs,
 * `FUNCTION_MAX_ARGS_SIZE`), and of the JSON that they travel in: a request may have 2,000 bytes more
 * (crates/local_backend/src/public_api.rs), a message of a session no more at all.
 */
const MAX_CALL_BYTES = 16 * MEBIBYTE;

/** For what a call has besides path and arguments: the names of its fields, its format, its number. */
const ENVELOPE_BYTES = 2_048;

/** What waits to be sent is kept in memory. */
const MAX_WAITING_BYTES = 64 * MEBIBYTE;

/** Items that go into one call, one after another. */
interface Chunk {
	first: PreparedElement;
	itemIndices: [number, ...number[]];
	elements: JSONValue[];
	bytes: number;
}

/**
 * The calls for many items of a run. Items go together in input order, as many as may be, as long as
 * their calls differ in nothing but the list.
 *
 * All items are read before the first call is sent, unless they would take too much memory: an item
 * that is refused fails by itself, and where it stops the node, nothing was sent.
 */
export class ItemChunks implements CallSource {
	/** The last one may still grow. */
	private readonly waiting: Chunk[] = [];

	private waitingBytes = 0;

	/** @param refused why the way that the calls take does not carry an element, as JSON, if it does not */
	constructor(
		private readonly run: CallRunner,
		private readonly refused: (json: string) => ConvexFailure | undefined = () => undefined,
	) {}

	/** The next call; undefined when there is none, or the run has stopped. */
	async next(): Promise<PreparedCall | undefined> {
		await this.readAhead();
		if (this.run.items.stopped.aborted) return undefined;
		const chunk = this.waiting.shift();
		if (chunk === undefined) return undefined;
		this.waitingBytes -= chunk.bytes;
		return toCall(chunk);
	}

	hasWaiting(count: number): boolean {
		return this.waiting.length >= count;
	}

	/** Reads the items whose calls come next. */
	async readAhead(): Promise<void> {
		while (this.waitingBytes < MAX_WAITING_BYTES) {
			const itemIndex = this.run.items.next();
			if (itemIndex === undefined) return;
			const item = await this.run.prepareElement(itemIndex);
			if (item !== undefined) this.add(item);
			if (this.run.isBlocking) await this.run.yieldToEventLoop();
		}
	}

	private add(item: PreparedElement): void {
		const json = JSON.stringify(item.element);
		const refusal = this.refused(json);
		if (refusal !== undefined) {
			this.refuse(item, refusal);
			return;
		}
		const bytes = bytesOf(item.element, json) + 1;
		const { itemsPerCall = 1 } = this.run.options;
		const chunk = this.waiting.at(-1);
		const fits =
			chunk !== undefined &&
			chunk.itemIndices.length < itemsPerCall &&
			chunk.bytes + bytes <= MAX_CALL_BYTES &&
			differInListOnly(chunk.first, item);
		if (fits) {
			chunk.itemIndices.push(item.itemIndex);
			chunk.elements.push(item.element);
			chunk.bytes += bytes;
			this.waitingBytes += bytes;
			return;
		}
		this.begin(item, envelopeBytes(item) + bytes);
	}

	private begin(first: PreparedElement, bytes: number): void {
		const { itemIndex, element } = first;
		if (bytes > MAX_CALL_BYTES) {
			this.refuse(first, tooLarge(bytes));
			return;
		}
		this.waiting.push({ first, itemIndices: [itemIndex], elements: [element], bytes });
		this.waitingBytes += bytes;
	}

	private refuse({ itemIndex, prepared }: PreparedElement, failure: ConvexFailure): void {
		const functionPath = formatFunctionPath(prepared.target.functionPath);
		this.run.items.fail(itemIndex, failure.ofCall({ functionPath }));
	}
}

/** Whether two items may share a call. */
function differInListOnly(one: PreparedElement, other: PreparedElement): boolean {
	const [a, b] = [one.prepared, other.prepared];
	return (
		one.listArgument === other.listArgument &&
		one.shared.json === other.shared.json &&
		formatFunctionPath(a.call.functionPath) === formatFunctionPath(b.call.functionPath) &&
		a.call.operation === b.call.operation &&
		a.call.componentPath === b.call.componentPath &&
		a.call.valueFormat === b.call.valueFormat &&
		a.caller.credential.deploymentUrl === b.caller.credential.deploymentUrl &&
		a.caller.credential.authorization === b.caller.credential.authorization &&
		a.options.output === b.options.output &&
		a.options.timeoutMs === b.options.timeoutMs
	);
}

function toCall({ first, itemIndices, elements }: Chunk): PreparedCall {
	const { prepared, listArgument, shared } = first;
	// An argument called `__proto__` is one like any other; an assignment would lose it.
	const args = Object.fromEntries([...Object.entries(shared.args), [listArgument, elements]]);
	return { ...prepared, itemIndices, call: { ...prepared.call, args } };
}

/** What a value takes, as Convex counts it or in JSON, whichever is more. */
function bytesOf(value: JSONValue, json = JSON.stringify(value)): number {
	return Math.max(encodedSize(value), Buffer.byteLength(json));
}

function envelopeBytes({ prepared: { call }, listArgument, shared }: PreparedElement): number {
	const { functionPath, componentPath = '' } = call;
	const names = [formatFunctionPath(functionPath), componentPath, listArgument];
	return bytesOf(shared.args) + bytesOf(names) + ENVELOPE_BYTES;
}

function tooLarge(bytes: number): ConvexFailure {
	return inputFailure(
		`The arguments of the item have ${inMebibytes(bytes)}, with those of 'Shared Arguments (JSON)'`,
		'Convex takes 16 MiB of arguments per call. Send less data per item.',
		'argumentsTooLarge',
	);
}
