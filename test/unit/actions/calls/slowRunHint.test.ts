import { slowRunHint, type RunSummary } from '../../../../nodes/Convex/actions/calls/slowRunHint';

const slow: RunSummary = {
	operation: 'mutation',
	calls: 1_000,
	elapsedMs: 21_400,
	cause: 'stopsAtErrors',
};

describe('the hint at a slow run', () => {
	it('says how many calls took how long, why, and what to do', () => {
		expect(slowRunHint(slow)).toBe(
			"1,000 mutations went one by one in 21 s, because the node stops at errors. If those behind a failed one may run, set 'On Error' in the node's settings to 'Continue': then they are sent ahead, in the same order.",
		);
	});

	it.each<[RunSummary['cause'], RegExp]>([
		['httpChosen', /because the option 'Delivery' is set to 'HTTP'\. Remove the option/],
		['concurrency', /because 'Concurrency' is 1\..* raise it/],
		['noConnection', /no live connection \(WebSocket\) to the deployment could be made\. Let/],
		['connectionLost', /the live connection \(WebSocket\) to the deployment ended/],
		['proxy', /through its proxy\. With NODE_USE_ENV_PROXY=1 .* 'Delivery' to 'Session'/],
		['manyCallers', /another user, .* Sort the items/],
	])('for the cause %s names it and the way out', (cause, text) => {
		expect(slowRunHint({ ...slow, cause })).toMatch(text);
	});

	it.each<[RunSummary['operation'], string]>([
		['mutation', 'mutations'],
		['action', 'actions'],
		['run', 'calls'],
	])('names what was called by %s', (operation, calls) => {
		expect(slowRunHint({ ...slow, operation, calls: 10 })).toMatch(
			new RegExp(`^10 ${calls} went one by one in 21 s, because `),
		);
	});

	it.each<[string, Partial<RunSummary>]>([
		['there is nothing to change', { cause: undefined }],
		['it had nine calls', { calls: 9 }],
		['it took less than five seconds', { elapsedMs: 4_999 }],
	])('is not given where %s', (_what, summary) => {
		expect(slowRunHint({ ...slow, ...summary })).toBeUndefined();
	});

	it('is given from ten calls and five seconds on', () => {
		expect(slowRunHint({ ...slow, calls: 10, elapsedMs: 5_000 })).toMatch(/^10 .* in 5 s, /);
	});
});
