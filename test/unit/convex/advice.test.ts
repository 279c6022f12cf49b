import {
	ADVICE,
	REQUEST_ADVICE,
	type Advice,
	type AdvisedReason,
	type AdviceTable,
	type FailureReason,
} from '../../../nodes/Convex/convex/advice';
import { CREDENTIAL_ADVICE } from '../../../nodes/Convex/convex/deployment/credentialProbe';
import { ConvexFailure, failureOf } from '../../../nodes/Convex/convex/failure';
import { SYSTEM_ADVICE } from '../../../nodes/Convex/convex/failures/dataFailure';
import { watchFailure } from '../../../nodes/Convex/triggers/query/failures';

const DETAILS = { kind: 'network', outcome: 'unknown' } as const;

/** What the Convex node has, and no other surface. */
const OF_THE_NODE =
	/'(?:Timeout|Operation|Run by Path|Binary Field|Concurrency|Batch Size|Maximum Retries|Single Snapshot)'|error branch|\bitems?\b/;

const REPEATS = /\bagain\b|'Maximum Retries'|\bretry\b/i;

/** What a trigger never fails for: it runs no mutation, has no snapshot, and is not a run. */
const NEVER_OF_TRIGGER: FailureReason[] = [
	'writeConflict',
	'snapshotGone',
	'unavailable',
	'runStopped',
	'cancelled',
];

const reasons = Object.keys(ADVICE).filter((key): key is AdvisedReason => key in ADVICE);

const partsOf = (advice: Advice | string | undefined = ''): Advice =>
	typeof advice === 'string' ? { help: advice } : advice;

describe('the advice of a reason', () => {
	it.each(reasons)('is a sentence or more: %s', (reason) => {
		const { description } = failureOf(reason, 'It broke', DETAILS);
		expect(description).toMatch(/^[A-Z].*[.`)]$/s);
		expect(description).not.toMatch(/\s{2}|\.\.| \./);
	});

	it.each(reasons)('advises to repeat a call only where that is left out: %s', (reason) => {
		const { help, repeat } = partsOf(ADVICE[reason]);
		// A cursor and a token are no call.
		if (reason !== 'invalidCursor' && reason !== 'notDeployable') expect(help).not.toMatch(REPEATS);
		if (repeat !== undefined) expect(repeat).toMatch(REPEATS);
		const named = failureOf(reason, 'It broke', DETAILS).ofCall({ operation: 'mutation' });
		expect(named.description).toContain(help);
		if (repeat !== undefined) expect(named.description).not.toContain(repeat);
	});

	it.each(reasons.filter((reason) => !NEVER_OF_TRIGGER.includes(reason)))(
		'names nothing in a trigger that only the Convex node has: %s',
		(reason) => {
			const { description } = watchFailure(failureOf(reason, 'It broke', DETAILS));
			expect(description).not.toMatch(OF_THE_NODE);
			expect(description).not.toBe('');
		},
	);

	it.each<[string, AdviceTable]>([
		['a request', REQUEST_ADVICE],
		["the credential's test", CREDENTIAL_ADVICE],
		["a request of the node's own", SYSTEM_ADVICE],
	])('names nothing of the node or of a function for %s', (_what, table) => {
		for (const advice of Object.values(table)) {
			const { help, repeat = '' } = partsOf(advice);
			expect(`${help} ${repeat}`).not.toMatch(OF_THE_NODE);
			expect(`${help} ${repeat}`).not.toMatch(/'(?:Function|Arguments)'/);
		}
	});
});

describe('a surface', () => {
	const failure = failureOf('overloaded', 'Too busy', DETAILS);

	it('has its own advice for a reason, and keeps everything else', () => {
		const advised = failure.advisedBy({ overloaded: { help: 'Wait.', repeat: 'Then go on.' } });
		expect(advised.description).toBe('Wait. Then go on.');
		expect(advised).toMatchObject({ message: 'Too busy', reason: 'overloaded', details: DETAILS });
	});

	it('leaves a reason alone that it has no advice for', () => {
		expect(failure.advisedBy({ paused: 'Wait.' }).description).toBe(failure.description);
	});

	it('leaves a failure alone that has no reason of its own', () => {
		const other = new ConvexFailure('It broke', 'Fix it.', DETAILS);
		expect(other.advisedBy(REQUEST_ADVICE).description).toBe('Fix it.');
	});
});
