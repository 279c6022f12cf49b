import type { IExecuteFunctions } from 'n8n-workflow';
import type { FunctionTarget } from '../../convex/functions/functionCall';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { FunctionSignature } from '../../convex/functions/functionSpec';
import type { ConvexFailure } from '../../convex/failure';
import { KEY_REFUSALS } from '../../convex/failures/keyRefusals';
import type { Caller } from '../../transport/caller';
import {
	nearestName,
	readSignature,
	readSignatureSince,
	withSuggestedName,
} from '../../transport/http/functionSignature';
import { toFailure } from '../../transport/nodeError';
import type { Retries } from '../../transport/retries';

type SignatureResult =
	| { status: 'success'; signature: FunctionSignature }
	| { status: 'failure'; failure: ConvexFailure };

/** A signature that did not come in time. */
interface TimedOut {
	failure: ConvexFailure;
	/** That of the call for which it was asked. */
	timeoutMs: number;
	/** Until when others take it for what they would meet themselves. */
	untilMs: number;
}

/** Where an item gets the signature of its function. */
export interface SignatureSource {
	known: () => Promise<FunctionSignature>;
	/** For where it can do without: undefined for a signature that cannot be read. */
	knownIfReadable: () => Promise<FunctionSignature | undefined>;
	/** What the deployment says in this run, for what an older list would pass over without a word. */
	current: () => Promise<FunctionSignature>;
}

/** The signatures of the functions of a run, read from the deployments once for each function. */
export class SignatureCache {
	private readonly signatures = new Map<string, Promise<SignatureResult>>();

	private readonly timedOut = new Map<string, TimedOut>();

	/** Signatures that were read again, past the cache. */
	private readonly renewals = new Map<string, Promise<SignatureResult>>();

	/** Those of functions that the deployment did not tell of, where a run can do without. */
	private readonly unreadable = new Set<string>();

	private readonly suggestions = new Map<string, Promise<string | undefined>>();

	private readonly startedAtMs = performance.now();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly retriesFor: (caller: Caller) => Retries,
	) {}

	/**
	 * @param timeoutMs that of the call for which it is asked
	 * @throws ConvexFailure (`input`) when the function is gone or has another type
	 */
	async signature(
		caller: Caller,
		target: FunctionTarget,
		timeoutMs: number,
	): Promise<FunctionSignature> {
		const key = keyOf(caller, target);
		this.refuseTimedOut(key, timeoutMs);
		const askedAtMs = performance.now();
		const asked = this.signatures.get(key) ?? this.read(caller, target, timeoutMs, readSignature);
		this.signatures.set(key, asked);
		const result = await asked;
		if (result.status === 'success') return result.signature;
		if (result.failure.reason === 'timedOut') {
			const nowMs = performance.now();
			const untilMs = nowMs + (nowMs - askedAtMs);
			this.timedOut.set(key, { failure: result.failure, timeoutMs, untilMs });
		}
		// A missing function or permission fails all items; what a proxy says may be over for the next one.
		const { reason, details } = result.failure;
		if (details.kind !== 'input' && !KEY_REFUSALS.has(reason)) this.signatures.delete(key);
		throw result.failure;
	}

	/**
	 * Items are read one after another: each would wait in vain once more. For as long as one of them
	 * waited, the others do not, but for one that may wait longer.
	 *
	 * @throws ConvexFailure that of the item that waited
	 */
	private refuseTimedOut(key: string, timeoutMs: number): void {
		const last = this.timedOut.get(key);
		if (last === undefined || timeoutMs > last.timeoutMs) return;
		if (performance.now() < last.untilMs) throw last.failure;
	}

	/**
	 * Reads an item by a function's signature. What a signature of the cache refuses is read once more
	 * by what the deployment says now, which is asked for once in a run.
	 *
	 */
	async reading<Result>(
		caller: Caller,
		target: FunctionTarget,
		timeoutMs: number,
		read: (signatures: SignatureSource) => Promise<Result>,
	): Promise<Result> {
		let used: FunctionSignature | undefined;
		const known = async () => (used = await this.signature(caller, target, timeoutMs));
		try {
			return await read({
				known,
				knownIfReadable: async () =>
					(used = await this.signatureIfReadable(caller, target, timeoutMs)),
				current: async () =>
					(used = (await this.renewed(caller, target, timeoutMs)) ?? used ?? (await known())),
			});
		} catch (thrown) {
			const current =
				used === undefined ? undefined : await this.renewed(caller, target, timeoutMs);
			if (current === undefined || current === used) throw toFailure(thrown);
			const renewed = async () => current;
			return await read({ known: renewed, knownIfReadable: renewed, current: renewed });
		}
	}

	/** Adds the name that was probably meant to the failure of a function that was not found. */
	async withSuggestion(
		caller: Caller,
		target: FunctionTarget,
		failure: ConvexFailure,
	): Promise<ConvexFailure> {
		if (failure.reason !== 'functionNotFound') return failure;
		const key = keyOf(caller, target);
		const asked = this.suggestions.get(key) ?? nearestName(this.context, caller, target);
		this.suggestions.set(key, asked);
		return withSuggestedName(await asked, failure);
	}

	private async signatureIfReadable(
		caller: Caller,
		target: FunctionTarget,
		timeoutMs: number,
	): Promise<FunctionSignature | undefined> {
		const key = keyOf(caller, target);
		if (caller.credential.authentication !== 'deployKey' || this.unreadable.has(key)) {
			return undefined;
		}
		try {
			return await this.signature(caller, target, timeoutMs);
		} catch {
			this.unreadable.add(key);
			return undefined;
		}
	}

	/** @returns undefined when the deployment could not be asked */
	private async renewed(
		caller: Caller,
		target: FunctionTarget,
		timeoutMs: number,
	): Promise<FunctionSignature | undefined> {
		const key = keyOf(caller, target);
		const asked =
			this.renewals.get(key) ?? this.read(caller, target, timeoutMs, readSignatureSince);
		this.renewals.set(key, asked);
		const result = await asked;
		if (result.status === 'success' || result.failure.details.kind === 'input') {
			this.signatures.set(key, asked);
		}
		return result.status === 'success' ? result.signature : undefined;
	}

	private async read(
		caller: Caller,
		target: FunctionTarget,
		timeoutMs: number,
		readFrom: typeof readSignatureSince,
	): Promise<SignatureResult> {
		return await this.retriesFor(caller).run(async () => {
			try {
				const { context, startedAtMs } = this;
				const signature = await readFrom(context, caller, target, startedAtMs, timeoutMs);
				return { status: 'success', signature } as const;
			} catch (thrown) {
				return { status: 'failure', failure: toFailure(thrown) } as const;
			}
		});
	}
}

function keyOf(
	{ credential: { deploymentUrl, authorization } }: Caller,
	{ operation, functionPath, componentPath }: FunctionTarget,
): string {
	const path = formatFunctionPath(functionPath);
	return JSON.stringify([deploymentUrl, authorization, operation, componentPath, path]);
}
