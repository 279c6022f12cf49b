import type { ConvexFailure } from '../../convex/failure';
import {
	connectionKeepsClosing,
	connectionRefused,
	sessionOutage,
} from '../../convex/failures/liveFailure';
import type { ConnectionDiagnosis } from './connectionDiagnosis';

/** What fails this often in a row, while the deployment answers over HTTP, fails the next time too. */
const MAX_CONSECUTIVE_FAILURES = 3;

/** Why a session sends no calls any more. */
export interface EndReason {
	cause: ConvexFailure;
	/** Whether every session with the deployment would end so, or it may be this user's own. */
	scope: 'deployment' | 'user';
}

interface ConnectionState {
	/** `broken` is one that had a connection, and has none now. */
	status: 'connecting' | 'open' | 'broken';
	/** How many connections there were. */
	connection: number;
	/** Why the last one ended, as far as it is known. */
	reason: string;
	/** How often something failed since the last answer. */
	failureCounts: { unopened: number; refused: number; protocol: number };
}

export type SessionState = ConnectionState | ({ status: 'ended' } & EndReason);

export type SessionEvent =
	| { type: 'opened' }
	| { type: 'closed'; reason: string }
	/** The deployment did not accept the credential, and says why; the connection closes. */
	| { type: 'refused'; reason: string }
	/** The deployment could not read what it was sent, and says so; the connection closes. */
	| { type: 'protocolFailed'; reason: string }
	| { type: 'answered' }
	| ({ type: 'ended' } & EndReason)
	| Diagnosed;

/** What HTTP says, with what it was asked about. */
type Diagnosed = { diagnosis: ConnectionDiagnosis } & (
	| { type: 'firstConnectDiagnosed' }
	/** A live connection may be refused for a passing reason. */
	| { type: 'refusalDiagnosed' }
	/** An outage is prolonged, since or after this connection. */
	| { type: 'outageDiagnosed'; connection: number; hasReconnected: boolean; limitMs: number }
);

export const CONNECTING: ConnectionState = {
	status: 'connecting',
	connection: 0,
	reason: '',
	failureCounts: { unopened: 0, refused: 0, protocol: 0 },
};

/**
 * The one place where a session goes from state to state.
 *
 *                     opened               closed
 *   connecting(0) ───────────▶ open(n) ───────────▶ broken(n)
 *         │                      │ ▲                  │ │
 *         │                      │ └──────────────────┘ │
 *         │ not established      │    opened: n + 1     │ the outage is prolonged
 *         │ for good             │                      │
 *         ▼                      ▼                      ▼
 *       ended(cause, scope) ◀───────────────────────────┘
 *
 * From each state it also ends when the run is over or cancelled, when n8n permits no connection, when
 * the credential is refused over HTTP too, and after too many failures in a row.
 */
export function nextState(state: SessionState, event: SessionEvent): SessionState {
	if (state.status === 'ended') return state;
	switch (event.type) {
		case 'opened':
			return { ...state, status: 'open', connection: state.connection + 1, reason: '' };
		case 'closed':
			return {
				...state,
				status: state.status === 'open' ? 'broken' : state.status,
				reason: event.reason === '' ? state.reason : event.reason,
			};
		case 'refused':
			return { ...counting(state, 'refused'), reason: event.reason };
		case 'protocolFailed': {
			const counted = counting(state, 'protocol');
			return isTooOften(counted.failureCounts.protocol)
				? ended(connectionKeepsClosing(event.reason), 'user')
				: { ...counted, reason: event.reason };
		}
		case 'answered':
			return { ...state, failureCounts: CONNECTING.failureCounts };
		case 'ended':
			return ended(event.cause, event.scope);
		default:
			return diagnosed(state, event);
	}
}

function diagnosed(state: ConnectionState, event: Diagnosed): SessionState {
	const { status, failure } = event.diagnosis;
	switch (event.type) {
		case 'firstConnectDiagnosed': {
			if (state.status !== 'connecting') return state;
			if (status === 'refuses') return ended(failure, 'user');
			const counted = status === 'accepts' ? counting(state, 'unopened') : state;
			// What does not pass by itself is not waited for.
			const isLasting = failure.details.retryable !== true;
			return isLasting || isTooOften(counted.failureCounts.unopened)
				? ended(failure, 'deployment')
				: counted;
		}
		case 'refusalDiagnosed':
			if (status === 'refuses') return ended(failure, 'user');
			return isTooOften(state.failureCounts.refused)
				? ended(connectionRefused(state.reason), 'user')
				: state;
		case 'outageDiagnosed': {
			const { connection, hasReconnected, limitMs } = event;
			// One that is there may be slow; one that was there meanwhile is judged when it breaks.
			if (state.status === 'open' || state.connection !== connection) return state;
			const cause = connection > 0 ? sessionOutage(limitMs, hasReconnected, failure) : failure;
			return ended(cause, status === 'refuses' ? 'user' : 'deployment');
		}
	}
}

function counting(
	state: ConnectionState,
	kind: keyof ConnectionState['failureCounts'],
): ConnectionState {
	const { failureCounts } = state;
	return { ...state, failureCounts: { ...failureCounts, [kind]: failureCounts[kind] + 1 } };
}

function isTooOften(count: number): boolean {
	return count >= MAX_CONSECUTIVE_FAILURES;
}

function ended(cause: ConvexFailure, scope: EndReason['scope']): SessionState {
	return { status: 'ended', cause, scope };
}
