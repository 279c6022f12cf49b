import type { JSONValue } from 'convex/values';
import {
	shownLastValue,
	waitFailure,
	waitTimedOut,
} from '../../../../nodes/Convex/convex/changes/waitFailure';
import type {
	Comparison,
	ComparisonWithValue,
	WaitCondition,
} from '../../../../nodes/Convex/convex/changes/waitCondition';
import { inputFailure } from '../../../../nodes/Convex/convex/failure';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';

const status: WaitCondition & { waitUntil: 'field' } = {
	waitUntil: 'field',
	steps: ['status'],
	comparison: { operator: 'exists' },
};

describe('the failure of a wait whose time is over', () => {
	it.each<[WaitCondition, JSONValue, number, string]>([
		[{ waitUntil: 'notEmpty' }, null, 300_000, 'The result was still empty after 5 minutes'],
		[{ waitUntil: 'changed' }, 1, 60_000, 'The result did not change within 1 minute'],
		[status, { status: 'running' }, 1_000, '\'status\' was still "running" after 1 second'],
		[status, {}, 1_500, "'status' was still not in the result after 1500 milliseconds"],
		[
			{ ...status, steps: [] },
			{ $integer: 'BQAAAAAAAAA=' },
			90_000,
			'The result was still "5" after 90 seconds',
		],
	])('says what it was: %j %j', (condition, value, timeoutMs, message) => {
		expect(waitTimedOut(condition, { value }, timeoutMs, undefined).message).toBe(message);
	});

	it('says that there was no result, and why', () => {
		const cause = inputFailure('The deployment did not answer', '');
		expect(waitTimedOut(status, undefined, 2_000, cause).message).toBe(
			'No result came within 2 seconds. The deployment did not answer',
		);
	});

	it('names the last result only where there was one', () => {
		const advice = (last: { value: JSONValue } | undefined) =>
			JSON.stringify(waitTimedOut(status, last, 1, undefined).sentences);
		expect(advice({ value: {} })).toContain('details.lastValue');
		expect(advice(undefined)).not.toContain('lastValue');
	});

	it('names the fields that there are where the one that is waited for is not', () => {
		const advice = (value: JSONValue) => waitTimedOut(status, { value }, 1, undefined).description;
		expect(advice({ state: 'done', _id: 'a' })).toMatch(
			/^Check the name of the field: the fields of the result are state, _id\. /,
		);
		expect(advice({})).toContain('the fields of the result are none.');
		expect(advice({ status: 'running' })).not.toContain('Check the name');
		expect(advice(['status'])).not.toContain('Check the name');
	});

	it.each<[ComparisonWithValue | 'oneOf', text: string, JSONValue, RegExp]>([
		['equals', '"done"', 'done', /^The quotation marks of "done" count: write it without them\. /],
		['oneOf', "'done'", 'running', /^The quotation marks of 'done' count/],
		['greaterThan', '4,5', 5, /^'4,5' is no number: write digits with a period, e\.g\. 4\.5\. /],
		['equals', '5,0', { $integer: 'BQAAAAAAAAA=' }, /^'5,0' is no number/],
		['equals', '6', 5, /^Raise 'Timeout'/],
		['equals', 'done', 'running', /^Raise 'Timeout'/],
		['equals', 'true', false, /^Raise 'Timeout'/],
	])('says what no field can be: %s %s, and it is %j', (operator, text, actual, advice) => {
		const expected = { kind: 'text', text, json: undefined } as const;
		const comparison: Comparison =
			operator === 'oneOf' ? { operator, expected: [expected] } : { operator, expected };
		const last = { value: { status: actual } };
		const failure = waitTimedOut({ ...status, comparison }, last, 1, undefined);
		expect(failure.description).toMatch(advice);
	});

	it('quotes no more of a long field than a sentence bears', () => {
		const { message } = waitTimedOut(status, { value: { status: 'x'.repeat(1e6) } }, 1, undefined);
		expect(message.length).toBeLessThan(120);
	});

	it('may be repeated, and is of a kind of its own', () => {
		const { details, reason } = waitTimedOut(status, undefined, 1, undefined);
		expect([details, reason]).toEqual([
			{ kind: 'timeout', retryable: true, outcome: 'failed' },
			'timedOut',
		]);
	});
});

describe('the last result in the details of a failure', () => {
	it('is there as it was', () => {
		expect(shownLastValue({ status: 'running' })).toEqual({ status: 'running' });
	});

	it('is cut off where it is long', () => {
		const shown = shownLastValue({ list: Array(100_000).fill('😀') });
		expect(shown).toMatch(/^\{"list":\["😀",.*…$/s);
		expect(String(shown).length).toBeLessThan(20_000);
		expect(String(shown).isWellFormed()).toBe(true);
	});
});

describe('the failure of a query that is waited for', () => {
	const answered = (httpStatus: number, code?: string) =>
		platformFailure('query', {
			httpStatus,
			body: code === undefined ? '' : JSON.stringify({ code, message: 'No' }),
		});

	it.each([
		[429, undefined, /Lower 'Concurrency'\. Try again later/],
		[429, 'TooManyConcurrentRequests', /Lower 'Concurrency'\. Try again later/],
		[413, undefined, /give less in 'Arguments'/],
		[400, 'FunctionPathWrongType', /Choose a query in 'Function'/],
	])('for the status %i and %s names only options that a wait has', (status, code, advice) => {
		const { description } = waitFailure(answered(status, code));
		expect(description).toMatch(advice);
		expect(description).not.toMatch(/Batch Size|Maximum Retries|several items|Run by Path/);
	});

	it('has the advice of its reason where that helps here too', () => {
		expect(waitFailure(answered(401, 'BadAdminKey'))).toEqual(answered(401, 'BadAdminKey'));
		const timedOut = waitTimedOut(status, undefined, 1_000, undefined);
		expect(waitFailure(timedOut)).toBe(timedOut);
	});
});
