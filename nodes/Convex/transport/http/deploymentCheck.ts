import {
	credentialProbe,
	judgeProbe,
	type DeploymentState,
} from '../../convex/deployment/credentialProbe';
import type { CallContext, Caller } from '../caller';
import { settledWithin } from '../timers';
import { post } from './post';

const CHECK_TIMEOUT_MS = 10_000;

/** No longer is a check waited for that others began: its answer may never come. */
const SHARED_CHECK_MS = 1_000;

/**
 * Asks a deployment over HTTP, when its live connection is in doubt. The WebSocket of the host says of
 * a connection that failed only that it did; n8n's request helper says why.
 */
export class DeploymentCheck {
	private pending: Promise<DeploymentState> | undefined;

	/** @param actsAsUser whether the caller is a user that a deploy key acts as */
	constructor(
		private readonly context: CallContext,
		private readonly caller: Caller,
		private readonly actsAsUser: boolean,
	) {}

	/**
	 * Makes one request that reads the credential, or shares the one that is pending. That one may have
	 * begun before what brought the deployment into doubt: that it accepts the credential proves nothing.
	 *
	 * @param timeoutMs how long to wait for the whole answer
	 */
	async ask(timeoutMs = CHECK_TIMEOUT_MS): Promise<DeploymentState> {
		const { pending } = this;
		if (pending === undefined) return await this.begin(timeoutMs);
		const shared = await settledWithin(pending, SHARED_CHECK_MS);
		if (shared !== undefined && shared.status !== 'accepts') return shared;
		const newer = this.pending === pending ? undefined : this.pending;
		return await (newer ?? this.begin(timeoutMs));
	}

	private async begin(timeoutMs: number): Promise<DeploymentState> {
		const begun = this.request(timeoutMs).finally(() => {
			if (this.pending === begun) this.pending = undefined;
		});
		this.pending = begun;
		return await begun;
	}

	private async request(timeoutMs: number): Promise<DeploymentState> {
		const { credential } = this.caller;
		// The check of a deploy key knows no users; the one of a token is any query.
		const probed = this.actsAsUser
			? { ...credential, authentication: 'bearerToken' as const }
			: credential;
		const probe = credentialProbe(probed);
		const { method, path, body } = probe;
		const answer = await post(this.context, this.caller, {
			operation: 'query',
			method,
			path,
			...(body !== undefined && { body: JSON.stringify(body) }),
			timeoutMs,
		});
		return answer.status === 'failure'
			? { status: 'unavailable', failure: answer.failure }
			: judgeProbe(probed, probe, answer.response);
	}
}
