import fc from 'fast-check';
import { inputFailure } from '../../../../nodes/Convex/convex/failure';
import type { SessionOperation } from '../../../../nodes/Convex/convex/functions/functionCall';
import type { FunctionResult } from '../../../../nodes/Convex/convex/responses/functionResponse';
import {
	deadlinesOf,
	emptyLedger,
	isAwaited,
	reduceCalls,
	sentCount,
	type CallEvent,
	type CallLedger,
} from '../../../../nodes/Convex/transport/live/callLedger';

/** The same events in each run. */
const RUNS = { seed: 20260131, numRuns: 500 };

const INACTIVITY_MS = 60_000;

const cause = inputFailure('the cause', 'help');

const success = (value: number): FunctionResult => ({ status: 'success', value, logLines: [] });

/** What happens to a session; which call or connection is meant follows from the state it meets. */
type Step =
	| { do: 'add' | 'connect' | 'disconnect' | 'notRun' | 'sentFailed' | 'deadline' }
	| { do: 'answer' | 'fail'; which: number };

const plain = ['add', 'add', 'add', 'connect', 'connect', 'disconnect', 'notRun'] as const;
const rare = ['sentFailed', 'deadline', 'deadline', 'deadline'] as const;

const step = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ do: fc.constantFrom(...plain, ...rare) }) },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constantFrom('answer' as const, 'answer' as const, 'fail' as const),
			which: fc.nat({ max: 5 }),
		}),
	},
);

/** What the outside knows of a call, by the events alone. */
interface Known {
	everSent: boolean;
	/** As `everSent`, but what certainly nobody read counts as not sent. */
	maybeRead: boolean;
	results: FunctionResult[];
	releases: number;
	hasTimedOut: boolean;
}

/** A session without a socket or a clock: it plays events, and notes what came of each call. */
class Play {
	ledger: CallLedger;

	readonly calls = new Map<number, Known>();

	private connection = 0;

	private firstSentOver = new Map<number, number>();

	constructor(operation: SessionOperation) {
		this.ledger = emptyLedger(operation, INACTIVITY_MS);
	}

	take(taken: Step): void {
		switch (taken.do) {
			case 'add':
				return this.add();
			case 'connect':
				return this.connect();
			case 'disconnect':
				return this.dispatch({ type: 'disconnected' });
			case 'notRun':
				return this.notRun();
			case 'sentFailed':
				return this.dispatch({ type: 'sentFailed', cause });
			case 'deadline':
				return this.passDeadline();
			default:
				return this.settle(taken);
		}
	}

	dispatch(event: CallEvent): void {
		const { ledger, results, released } = reduceCalls(this.ledger, event);
		this.ledger = ledger;
		for (const { id, result } of results) this.calls.get(id)?.results.push(result);
		for (const id of released) this.known(id).releases += 1;
	}

	known(id: number): Known {
		const known = this.calls.get(id);
		if (known === undefined) throw new Error(`there was no call ${id}`);
		return known;
	}

	private add(): void {
		const id = this.calls.size + 1;
		const { isConnected } = this.ledger;
		this.calls.set(id, {
			everSent: isConnected,
			maybeRead: isConnected,
			results: [],
			releases: 0,
			hasTimedOut: false,
		});
		if (isConnected) this.firstSentOver.set(id, this.connection);
		const connection = isConnected ? this.connection : undefined;
		this.dispatch({ type: 'added', id, timeoutMs: 1_000 + id, connection });
	}

	private connect(): void {
		this.connection += 1;
		for (const { id } of this.ledger.calls) {
			const known = this.known(id);
			if (!known.maybeRead) this.firstSentOver.set(id, this.connection);
			Object.assign(known, { everSent: true, maybeRead: true });
		}
		this.dispatch({ type: 'connected', connection: this.connection });
	}

	private notRun(): void {
		for (const { id } of this.ledger.calls) {
			if (this.firstSentOver.get(id) !== this.connection) continue;
			this.known(id).maybeRead = false;
			this.firstSentOver.delete(id);
		}
		this.dispatch({ type: 'notRun', connection: this.connection });
	}

	private passDeadline(): void {
		const id = deadlinesOf(this.ledger)[0]?.id;
		if (id === undefined) return;
		this.known(id).hasTimedOut = true;
		this.dispatch({ type: 'timedOut', id });
	}

	/** Any call there ever was may be meant, also one that is released. */
	private settle(taken: { do: 'answer' | 'fail'; which: number }): void {
		if (this.calls.size === 0) return;
		const id = (taken.which % this.calls.size) + 1;
		this.dispatch(
			taken.do === 'answer'
				? { type: 'answered', id, result: success(id) }
				: { type: 'failed', id, cause },
		);
	}
}

/** Plays steps for either operation, and looks after each whether something holds. */
function always(holds: (play: Play) => void, afterwards: (play: Play) => void = () => {}): void {
	fc.assert(
		fc.property(
			fc.constantFrom<SessionOperation>('mutation', 'action'),
			fc.array(step, { maxLength: 40 }),
			(operation, steps) => {
				const play = new Play(operation);
				for (const taken of steps) {
					play.take(taken);
					holds(play);
				}
				afterwards(play);
			},
		),
		RUNS,
	);
}

const outcomeOf = (result: FunctionResult | undefined) =>
	result?.status === 'failure' ? result.failure.details.outcome : 'answered';

describe('every call of a session', () => {
	it('ends once at most, and exactly once when the session ends', () => {
		always(
			({ calls }) => {
				for (const { results, releases } of calls.values()) {
					expect(results.length).toBeLessThanOrEqual(1);
					expect(releases).toBeLessThanOrEqual(1);
				}
			},
			(play) => {
				play.dispatch({ type: 'allFailed', cause });
				for (const { results, releases } of play.calls.values()) {
					expect([results.length, releases]).toEqual([1, 1]);
				}
			},
		);
	});

	it('that may have been read never reports that it did not run, and no other that it may have', () => {
		always(
			() => {},
			(play) => {
				const held = play.ledger.calls.filter(({ id }) => isAwaited(play.ledger, id));
				play.dispatch({ type: 'allFailed', cause });
				for (const { id } of held) {
					const { maybeRead, results } = play.known(id);
					expect(outcomeOf(results[0])).toBe(maybeRead ? 'unknown' : 'notExecuted');
				}
			},
		);
	});

	it('that was never sent reports nothing but that it did not run, or an answer', () => {
		always(
			() => {},
			(play) => {
				play.dispatch({ type: 'allFailed', cause });
				for (const { everSent, results } of play.calls.values()) {
					if (!everSent) expect(outcomeOf(results[0])).not.toBe('unknown');
				}
			},
		);
	});

	it('whose time is up is told so, and held until it is released', () => {
		always((play) => {
			for (const [id, { hasTimedOut, results, releases }] of play.calls) {
				if (hasTimedOut) expect(outcomeOf(results[0])).toBe('unknown');
				expect(play.ledger.calls.some((call) => call.id === id)).toBe(releases === 0);
			}
		});
	});
});

describe('the calls of a session', () => {
	it('keep their order', () => {
		always(({ ledger }) => {
			const ids = ledger.calls.map(({ id }) => id);
			expect(ids).toEqual([...ids].sort((a, b) => a - b));
		});
	});

	it('leave nothing behind when the session ends: no call, no time that runs', () => {
		always(
			() => {},
			(play) => {
				play.dispatch({ type: 'allFailed', cause });
				expect(play.ledger.calls).toEqual([]);
				expect(sentCount(play.ledger)).toBe(0);
				expect(deadlinesOf(play.ledger)).toEqual([]);
			},
		);
	});

	it('have no time that runs while there is no connection', () => {
		always(({ ledger }) => {
			if (!ledger.isConnected) expect(deadlinesOf(ledger)).toEqual([]);
		});
	});

	it('have their time when it is their turn: a mutation alone, actions side by side', () => {
		always(({ ledger }) => {
			if (!ledger.isConnected) return;
			const turn = ledger.operation === 'mutation' ? ledger.calls.slice(0, 1) : ledger.calls;
			const timed = turn.filter(({ hasEnded, sentOver }) => !hasEnded && sentOver !== undefined);
			const ofCalls = deadlinesOf(ledger).filter(({ id }) => id !== undefined);
			expect(ofCalls.map(({ id, delayMs }) => [id, delayMs])).toEqual(
				timed.map(({ id, timeoutMs }) => [id, timeoutMs]),
			);
		});
	});

	it('are waited for without end only while one whose turn it is has not ended', () => {
		always(({ ledger }) => {
			const turn = ledger.operation === 'mutation' ? ledger.calls.slice(0, 1) : ledger.calls;
			const isInactive =
				ledger.isConnected && turn.length > 0 && turn.every(({ hasEnded }) => hasEnded);
			expect(deadlinesOf(ledger).filter(({ id }) => id === undefined)).toHaveLength(
				isInactive ? 1 : 0,
			);
		});
	});

	it('have another time without an answer after each answer', () => {
		const add = (ledger: CallLedger, id: number) =>
			reduceCalls(ledger, { type: 'added', id, timeoutMs: 10, connection: 1 }).ledger;
		const { ledger: connected } = reduceCalls(emptyLedger('action', INACTIVITY_MS), {
			type: 'connected',
			connection: 1,
		});
		const timedOut = [1, 2].reduce(
			(ledger, id) => reduceCalls(ledger, { type: 'timedOut', id }).ledger,
			[1, 2].reduce(add, connected),
		);
		const answered = reduceCalls(timedOut, { type: 'answered', id: 1, result: success(1) }).ledger;
		const keys = [timedOut, answered].map((ledger) => deadlinesOf(ledger).map(({ key }) => key));
		expect(keys.map((list) => list.length)).toEqual([1, 1]);
		expect(keys[0]).not.toEqual(keys[1]);
	});
});
