import type { ITriggerResponse } from 'n8n-workflow';

/** Something that runs until it is closed. Closing again does nothing. */
interface Closable {
	close: () => Promise<void>;
}

/**
 * The activations of this process, one for a trigger of a workflow.
 *
 * n8n closes a trigger by what `trigger()` gave back, and cannot close one whose `trigger()` has not
 * come back yet: a workflow that is unpublished meanwhile would be watched on by nobody's order, and
 * started twice for each change once it is published again. So the next activation of the same
 * trigger ends the one before, and an activation ends that n8n has forgotten.
 */
const present = new Map<string, Activation>();

/** Nobody can close any more what n8n holds no handle of. */
const forgotten = new FinalizationRegistry<Activation>((activation) => void activation.end());

class Activation {
	/** Settled when it has ended, whatever ended it. */
	readonly ended: Promise<void>;

	/** What took its place before n8n had its handle. */
	successor: ActivationHandle | undefined;

	private settle: () => void = () => {};

	private state: 'pending' | 'active' | 'ended' = 'pending';

	private watching: Closable | undefined;

	constructor(private readonly key: string) {
		this.ended = new Promise((resolve) => {
			this.settle = resolve;
		});
	}

	get hasEnded(): boolean {
		return this.state === 'ended';
	}

	watch(watching: Closable): void {
		this.watching = watching;
	}

	/** n8n has its handle from here on. */
	activate(): void {
		if (this.state === 'pending') this.state = 'active';
	}

	/** n8n may put this one's handle in the place of the other's: closing it has to close the other. */
	supersede(successor: ActivationHandle): void {
		if (this.state === 'pending') this.successor = successor;
		void this.end();
	}

	async end(): Promise<void> {
		this.state = 'ended';
		this.settle();
		if (present.get(this.key) === this) present.delete(this.key);
		await this.watching?.close();
	}
}

/** What n8n holds of an activation. Nothing else may hold it, or it is never forgotten. */
export class ActivationHandle {
	private constructor(private readonly activation: Activation) {}

	/** Begins an activation, which ends the one before of the same trigger. */
	static begin(workflowId: string, nodeId: string): ActivationHandle {
		const key = JSON.stringify([workflowId, nodeId]);
		const activation = new Activation(key);
		const handle = new ActivationHandle(activation);
		forgotten.register(handle, activation);
		present.get(key)?.supersede(handle);
		present.set(key, activation);
		return handle;
	}

	/** Settled when the activation has ended, whatever ended it. */
	get ended(): Promise<void> {
		return this.activation.ended;
	}

	get hasEnded(): boolean {
		return this.activation.hasEnded;
	}

	/** What ends with the activation. */
	watch(watching: Closable): void {
		this.activation.watch(watching);
	}

	/** What n8n gets. */
	response(): ITriggerResponse {
		this.activation.activate();
		return { closeFunction: async () => await this.close() };
	}

	/** Ends within a second. Closing again does nothing. */
	async close(): Promise<void> {
		const { activation } = this;
		await Promise.all([activation.end(), activation.successor?.close()]);
	}

	/** Ends an activation that n8n gets no handle of. */
	async abandon(): Promise<void> {
		await this.activation.end();
	}
}
