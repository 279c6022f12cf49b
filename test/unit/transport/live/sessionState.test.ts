import { inputFailure } from '../../../../nodes/Convex/convex/failure';
import { noLiveConnection } from '../../../../nodes/Convex/convex/failures/liveFailure';
import { networkFailure } from '../../../../nodes/Convex/transport/http/networkFailure';
import {
	CONNECTING,
	nextState,
	type SessionEvent,
	type SessionState,
} from '../../../../nodes/Convex/transport/live/sessionState';

const after = (...events: SessionEvent[]): SessionState => events.reduce(nextState, CONNECTING);

const opened: SessionEvent = { type: 'opened' };
const closed = (reason = ''): SessionEvent => ({ type: 'closed', reason });
const refused: SessionEvent = { type: 'refused', reason: 'busy' };
const unreadable: SessionEvent = { type: 'protocolFailed', reason: 'unreadable' };
const answered: SessionEvent = { type: 'answered' };

const wrongKey = inputFailure('wrong key', '');
const accepts = { status: 'accepts' as const, failure: noLiveConnection('') };
const refuses = { status: 'refuses' as const, failure: wrongKey };
const unavailable = (code: string) => ({
	status: 'unavailable' as const,
	failure: networkFailure('query', Object.assign(new Error(''), { code }), 0),
});
const passing = unavailable('ECONNREFUSED');
const lasting = unavailable('ENOTFOUND');

const outage = (connection: number, diagnosis: typeof accepts | typeof refuses | typeof passing) =>
	({
		type: 'outageDiagnosed',
		diagnosis,
		connection,
		hasReconnected: false,
		limitMs: 1_000,
	}) as const;

describe('a session', () => {
	it('counts its connections', () => {
		expect(after()).toMatchObject({ status: 'connecting', connection: 0 });
		expect(after(opened)).toMatchObject({ status: 'open', connection: 1 });
		expect(after(opened, closed())).toMatchObject({ status: 'broken', connection: 1 });
		expect(after(opened, closed(), opened)).toMatchObject({ status: 'open', connection: 2 });
	});

	it('that was never connected is not broken', () => {
		expect(after(closed(), closed('no'))).toMatchObject({ status: 'connecting', reason: 'no' });
	});

	it('knows why its last connection ended until there is another', () => {
		expect(after(opened, closed('gone'), closed(''))).toMatchObject({ reason: 'gone' });
		expect(after(opened, refused, closed(''))).toMatchObject({ reason: 'busy' });
		expect(after(opened, closed('gone'), opened)).toMatchObject({ reason: '' });
	});

	it('that has ended stays so, for its first reason', () => {
		const end = after({ type: 'ended', cause: wrongKey, scope: 'user' });
		for (const event of [opened, closed(), answered, outage(0, passing)]) {
			expect(nextState(end, event)).toBe(end);
		}
	});
});

describe('a first connection that cannot be made', () => {
	const diagnosed = (
		diagnosis: typeof accepts | typeof refuses | typeof passing,
	): SessionEvent => ({
		type: 'firstConnectDiagnosed',
		diagnosis,
	});

	it.each([
		['of a refused credential ends this user’s session', [refuses], 'user'],
		['for a reason that stays ends it for all', [lasting], 'deployment'],
		[
			'though the deployment answers ends it at the third time',
			Array(3).fill(accepts),
			'deployment',
		],
	])('%s', (_what, diagnoses, scope) => {
		const events = diagnoses.map(diagnosed);
		expect(after(...events.slice(0, -1))).toMatchObject({ status: 'connecting' });
		expect(after(...events)).toMatchObject({ status: 'ended', scope });
	});

	it('for a passing reason is waited for', () => {
		expect(after(...Array(10).fill(diagnosed(passing)))).toEqual(CONNECTING);
	});

	it('and was made after all is as good as any', () => {
		expect(after(opened, diagnosed(lasting))).toMatchObject({ status: 'open' });
	});
});

describe('a live connection that is refused', () => {
	const diagnosed: SessionEvent = { type: 'refusalDiagnosed', diagnosis: accepts };

	it('ends the session when HTTP says so too', () => {
		expect(
			after(opened, refused, closed(), { type: 'refusalDiagnosed', diagnosis: refuses }),
		).toMatchObject({ status: 'ended', cause: wrongKey, scope: 'user' });
	});

	it('three times in a row, though not over HTTP, ends it; not if answers came between', () => {
		const round = [opened, refused, closed(), diagnosed];
		expect(after(...round, ...round)).toMatchObject({ status: 'broken' });
		expect(after(...round, ...round, opened, answered, ...round.slice(1))).toMatchObject({
			status: 'broken',
		});
		expect(after(...round, ...round, ...round)).toMatchObject({
			status: 'ended',
			cause: { message: 'busy' },
			scope: 'user',
		});
	});
});

describe('a deployment that cannot read what it is sent', () => {
	it('three times in a row ends the session', () => {
		const round = [opened, unreadable, closed()];
		expect(after(...round, ...round)).toMatchObject({ status: 'broken' });
		expect(after(...round, ...round, opened, answered, unreadable)).toMatchObject({
			status: 'open',
		});
		expect(after(...round, ...round, opened, unreadable)).toMatchObject({
			status: 'ended',
			cause: { message: expect.stringMatching(/keeps closing: unreadable$/) },
		});
	});
});

describe('an outage that is prolonged', () => {
	it('ends the session, for all unless the credential is refused', () => {
		expect(after(opened, closed(), outage(1, passing))).toMatchObject({
			status: 'ended',
			cause: { message: expect.stringMatching(/not restored within 1 second\. Nothing answers/) },
			scope: 'deployment',
		});
		expect(after(outage(0, passing))).toMatchObject({ cause: passing.failure });
		expect(after(outage(0, refuses))).toMatchObject({ status: 'ended', scope: 'user' });
	});

	it('does not end one that is connected, or was meanwhile', () => {
		expect(after(opened, closed(), opened, outage(1, passing))).toMatchObject({ status: 'open' });
		expect(after(opened, closed(), opened, closed(), outage(1, passing))).toMatchObject({
			status: 'broken',
		});
	});
});
