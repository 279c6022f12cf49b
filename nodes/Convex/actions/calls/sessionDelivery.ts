import type { SessionOperation } from '../../convex/functions/functionCall';
import type { OutageThresholds } from '../../transport/live/outage';
import type { Session } from '../../transport/live/session';
import { SESSION_THRESHOLDS } from '../../transport/live/sessionOptions';
import { checkWebSocketSupport } from '../../transport/live/syncClient';
import type { CallRunner, CallSource } from './callRunner';
import { openSession } from './openSession';
import type { PreparedCall } from './prepareCall';
import { MAX_IN_FLIGHT, messageOf, SessionWindow } from './sessionWindow';

/**
 * Runs the functions that the items ask for over one live connection. Mutations are sent in input
 * order without waiting for answers, and the deployment runs them in this order. Actions are sent as
 * many at once as 'Concurrency' says.
 *
 * @param calls where they come from; the run itself, with one for each item, unless given
 * @throws ConvexFailure (`input`) on a host without WebSockets
 */
export async function runSession(
	run: CallRunner,
	operation: SessionOperation,
	thresholds: OutageThresholds = SESSION_THRESHOLDS,
	calls: CallSource = run,
): Promise<void> {
	checkWebSocketSupport();
	const delivery = new SessionDelivery(run, operation, thresholds);
	try {
		for (;;) {
			await delivery.whenAvailable();
			// Answers come in bursts, and each lets a further item be sent.
			await run.yieldToEventLoop();
			const prepared = await calls.next();
			if (prepared === undefined) break;
			await delivery.send(prepared);
		}
		await delivery.drain();
	} finally {
		await delivery.close();
	}
}

/** A session, where its calls go, and whom they are made as. */
interface OpenedSession {
	session: Session;
	deploymentUrl: string;
	authorization: string | undefined;
}

class SessionDelivery {
	private readonly window: SessionWindow;

	private opened: OpenedSession | undefined;

	/** Sessions that ended for a reason that any user would meet, by the deployment's address. */
	private readonly unavailable = new Map<string, Session>();

	constructor(
		private readonly run: CallRunner,
		private readonly operation: SessionOperation,
		private readonly thresholds: OutageThresholds,
	) {
		const allowed = operation === 'mutation' ? MAX_IN_FLIGHT : run.options.concurrency;
		const limit = run.isOneByOne ? 1 : allowed;
		this.window = new SessionWindow(run.items.stopped, () => limit);
	}

	/** Waits until one more may be in flight, or the run has stopped. */
	async whenAvailable(): Promise<void> {
		await this.window.whenAvailable();
	}

	/** Waits until all items have ended that were sent. */
	async drain(): Promise<void> {
		await this.window.drain();
	}

	async close(): Promise<void> {
		await this.opened?.session.close();
	}

	/** Sends an item's call, unless the run has stopped; does not wait for the answer. */
	async send(prepared: PreparedCall): Promise<void> {
		const { run, window } = this;
		const { bytes, refusal } = messageOf(prepared.call);
		if (refusal !== undefined) {
			await run.end(prepared, { status: 'failure', failure: refusal });
			return;
		}
		await window.whenFits(bytes);
		const session = await this.sessionFor(prepared);
		if (session === undefined) return;
		window.send(session, prepared, bytes, async ({ result }) => {
			await run.end(prepared, await result);
		});
	}

	/**
	 * A session has one deployment and one identity. Calls of another wait until all before have ended,
	 * mutations until they are answered, so that the order of the items is kept, and get a session of
	 * their own. One that ended for a reason that any user would meet is not tried again.
	 *
	 * @returns undefined when the run has stopped
	 */
	private async sessionFor(prepared: PreparedCall): Promise<Session | undefined> {
		const { window, run, operation } = this;
		const { deploymentUrl, authorization } = prepared.caller.credential;
		const { opened } = this;
		const isAnother =
			opened?.deploymentUrl !== deploymentUrl || opened.authorization !== authorization;
		if (opened !== undefined && isAnother) {
			await (operation === 'action' ? window.whenIdle() : window.whenReleased());
			if (run.items.stopped.aborted) return undefined;
			if (opened.session.endReason?.scope === 'deployment')
				this.unavailable.set(opened.deploymentUrl, opened.session);
			await opened.session.close();
		}
		if (run.items.stopped.aborted) return undefined;
		if (isAnother) {
			const session =
				this.unavailable.get(deploymentUrl) ??
				openSession(run, prepared, operation, this.thresholds);
			this.opened = { session, deploymentUrl, authorization };
		}
		return this.opened?.session;
	}
}
