import type { ITriggerResponse } from 'n8n-workflow';

/** Something that runs until it is closed. Closing again does nothing. */
interface Closable {
	close: () => Promise<void>;
}

/** Which trigger is activated. */
export interface ActivatedTrigger {
	workflowId: string;
	nodeId: string;
	/** Two nodes of a workflow that was not made in the editor may share an id, but never a name. */
	nodeName: string;
}

/**
 * The activations of this process, one for a trigger of a workflow.
 *
 * n8n closes a trigger by what `trigger()` gave back, and cannot close one whose `trigger()` has not
 * come back yet: a workflow that is unpublished meanwhile would stay subscribed, and start twice for
 * each change once it is published again. So the next activation of the same trigger ends the one before.
 *
 * Nothing but that and n8n ends an activation. That n8n holds nothing of one any more is no sign that
 * it is not wanted: n8n 2.20 and older drop what a trigger gave back when they end a workflow while
 * they activate it again (n8n-core `ActiveWorkflows`), though it stays published.
 */
const present = new Map<string, Activation>();

/** One activation of a trigger, from its begin to its end. */
export class Activation {
	/** Settled when it has ended, whatever ended it. */
	readonly ended: Promise<void>;

	private settle: () => void = () => {};

	private state: 'pending' | 'active' | 'ended' = 'pending';

	private watching: Closable | undefined;

	private constructor(private readonly key: string) {
		this.ended = new Promise((resolve) => {
			this.settle = resolve;
		});
	}

	/** Begins an activation, which ends the one before of the same trigger. */
	static begin({ workflowId, nodeId, nodeName }: ActivatedTrigger): Activation {
		const key = JSON.stringify([workflowId, nodeId, nodeName]);
		const activation = new Activation(key);
		void present.get(key)?.end();
		present.set(key, activation);
		return activation;
	}

	get hasEnded(): boolean {
		return this.state === 'ended';
	}

	/** @param watching what ends with the activation */
	watch(watching: Closable): void {
		this.watching = watching;
	}

	/**
	 * What n8n gets, and can close from here on. n8n keeps what it gets last. Where it has got the activation
	 * that took this one's place, it may keep this in the place of that: closing this one closes both. Where it
	 * gets that one only later, it closes this one only to undo an activation that failed for another trigger,
	 * while that one is published.
	 */
	response(): ITriggerResponse {
		if (this.state === 'pending') this.state = 'active';
		const last = present.get(this.key);
		const replaced = last !== this && last?.state === 'active' ? last : undefined;
		return {
			closeFunction: async () => {
				await Promise.all([this.end(), replaced?.end()]);
			},
		};
	}

	/** Ends within a second. Ending it again does nothing. */
	async end(): Promise<void> {
		this.state = 'ended';
		this.settle();
		if (present.get(this.key) === this) present.delete(this.key);
		await this.watching?.close();
	}
}
