import { PollTime } from '../../../../nodes/Convex/triggers/document/pollTime';

const MINUTE_MS = 60_000;

function requestMsOf(budgetMs: number, isAtStart: boolean): number {
	const time = new PollTime({ getPollBudgetMs: () => budgetMs }, isAtStart);
	time.end();
	return time.requestMs;
}

it('a request of a poll may take two minutes', () => {
	expect(requestMsOf(5 * MINUTE_MS, false)).toBe(2 * MINUTE_MS);
});

it('while n8n starts, a poll ends within a minute, before n8n gives the trigger up', () => {
	expect(requestMsOf(5 * MINUTE_MS, true)).toBeLessThan(MINUTE_MS);
});

it.each([false, true])('a smaller budget of n8n holds, while it starts or not: %s', (isAtStart) => {
	expect(requestMsOf(MINUTE_MS / 2, isAtStart)).toBeLessThan(MINUTE_MS / 2);
});

it('a request has whole milliseconds, which a failure tells', () => {
	expect(Number.isInteger(requestMsOf(54_321, false))).toBe(true);
});
