import fc from 'fast-check';
import {
	ConvexFailure,
	executionCancelled,
	inputFailure,
	type FailureDetails,
} from '../../../nodes/Convex/convex/failure';
import type { FunctionOperation } from '../../../nodes/Convex/convex/functions/functionCall';
import { parseFunctionResponse } from '../../../nodes/Convex/convex/responses/functionResponse';
import {
	answerLost,
	answerTimeout,
	connectionBroken,
	connectionKeepsClosing,
	sessionInactive,
	sessionOutage,
} from '../../../nodes/Convex/convex/failures/liveFailure';
import { platformFailure } from '../../../nodes/Convex/convex/failures/platformFailure';
import { networkFailure } from '../../../nodes/Convex/transport/http/networkFailure';

describe('a failure', () => {
	it('is an error with a message, advice and details', () => {
		const failure = new ConvexFailure('It broke', 'Fix it.', {
			kind: 'function',
			outcome: 'failed',
		});
		expect(failure).toBeInstanceOf(Error);
		expect(failure.name).toBe('ConvexFailure');
		expect(failure.message).toBe('It broke');
		expect(failure.description).toBe('Fix it.');
		expect(failure.details).toEqual({ kind: 'function', outcome: 'failed' });
	});

	it('of an input says that nothing was sent and that a repetition is of no use', () => {
		const failure = inputFailure("'Function' is empty", 'Choose one.');
		expect(failure).toBeInstanceOf(ConvexFailure);
		expect(failure.message).toBe("'Function' is empty");
		expect(failure.description).toBe('Choose one.');
		expect(failure.details).toEqual({ kind: 'input', retryable: false, outcome: 'notExecuted' });
	});
});

describe('naming the call of a failure', () => {
	const call = { functionPath: 'tasks:list', operation: 'query' };

	it('adds function and operation and keeps everything else', () => {
		const failure = new ConvexFailure('It broke', 'Fix it.', {
			kind: 'application',
			errorData: { code: 7 },
			logLines: ['[LOG] one'],
			requestId: 'abc',
			retryable: false,
			outcome: 'failed',
		});
		const named = failure.ofCall(call);
		expect(named).toBeInstanceOf(ConvexFailure);
		expect(named.message).toBe('It broke');
		expect(named.description).toBe('Fix it.');
		expect(named.details).toEqual({ ...failure.details, ...call });
	});

	it('leaves the original as it was', () => {
		const failure = inputFailure('It broke', 'Fix it.');
		failure.ofCall(call);
		expect(failure.details).not.toHaveProperty('functionPath');
	});

	it('does not rename a call that is named already', () => {
		const named = inputFailure('It broke', 'Fix it.').ofCall({ functionPath: 'tasks:first' });
		expect(named.ofCall(call).details).toMatchObject({
			functionPath: 'tasks:first',
			operation: 'query',
		});
	});
});

describe('a call that may have run', () => {
	const SIDE_EFFECTS: FunctionOperation[] = ['mutation', 'action', 'run'];
	const WARNING = 'The function may have run: do not call it again before checking that in Convex.';
	const TRY_AGAIN = /again later|(?:run|try|send) .*again|\bretry\b|Maximum Retries/i;

	const lost = (message: string, more: Partial<FailureDetails> = {}) =>
		new ConvexFailure(
			message,
			{ help: 'Fix it.', repeat: 'Try again later.' },
			{ kind: 'network', outcome: 'unknown', ...more },
		);

	it.each(SIDE_EFFECTS)('says in its message that it is not to be repeated: %s', (operation) => {
		const named = lost('It broke').ofCall({ functionPath: 'a:b' }).ofCall({ operation });
		expect(named.message).toBe(`It broke. ${WARNING}`);
		expect(named.description).toBe(
			'Fix it. The Logs page of the Convex dashboard and the data itself show whether it ran.',
		);
		expect(named.details).toEqual({
			kind: 'network',
			outcome: 'unknown',
			functionPath: 'a:b',
			operation,
		});
		const { message, description } = named.ofCall({ operation });
		expect([message, description]).toEqual([named.message, named.description]);
	});

	it('is no query: that may be repeated', () => {
		const { message, description } = lost('It broke').ofCall({ operation: 'query' });
		expect([message, description]).toEqual(['It broke', 'Fix it. Try again later.']);
	});

	it.each(['notExecuted', 'failed'] as const)('is none whose outcome is known: %s', (outcome) => {
		const { message } = lost('It broke', { outcome }).ofCall({ operation: 'mutation' });
		expect(message).toBe('It broke');
	});

	it.each([
		["Your request couldn't be completed. Try again later.", "Your request couldn't be completed."],
		['It broke: please try again in a while', 'It broke.'],
		['Instance is not loaded yet, try again later', 'Instance is not loaded yet.'],
		['The connection broke: it is bad, try again later', 'The connection broke: it is bad.'],
		['Busy. If this persists, try again later.', 'Busy.'],
		['Busy. Give it another try.', 'Busy.'],
		['Busy. Please come back in a few minutes.', 'Busy.'],
		['Busy. The request should be repeated.', 'Busy.'],
		['Busy. Retries are recommended.', 'Busy.'],
		['Busy. Please refresh the page.', 'Busy.'],
		...[
			'The customer did not come back from the bank.',
			'All retries are exhausted, charge ch_12 is open.',
			'Invoice numbers must not be repeated: 12.',
			'I do not know how this happened again.',
			'Do not charge the card again.',
		].map((text) => [text, text]),
		['Please, try the call once more, if you can, again.', ''],
		['It is busy. Retrying helps. Please resend it! Repeat the request.', 'It is busy.'],
		['It failed after retrying 4 times', 'It failed after retrying 4 times.'],
		['Busy! Please retry.', 'Busy!'],
		['Busy. Please try later.', 'Busy.'],
		['Busy. Try in 30 seconds.', 'Busy.'],
		['Busy. Please try your request once more.', 'Busy.'],
		['Busy, re-try shortly', 'Busy.'],
		['Busy. Resubmit the form, or re-send it. Make the request again.', 'Busy.'],
		['Try again later.', ''],
		['It broke.\nTry again.\nOr retry later.', 'It broke.'],
		['It broke.\r\nPlease try\nagain later.', 'It broke.'],
		[
			'Documents changed while this mutation was being run and on every subsequent retry.',
			'Documents changed while this mutation was being run and on every subsequent retry.',
		],
	])('drops the advice to repeat it: %j', (text, kept) => {
		const { message } = lost(text).ofCall({ operation: 'mutation' });
		expect(message).toBe(kept === '' ? WARNING : `${kept} ${WARNING}`);
	});

	it('still says what happened where the deployment only advises to repeat it', () => {
		const { message } = lost('Try again later.', { httpStatus: 503 }).ofCall({ operation: 'run' });
		expect(message).toBe(`The deployment answered with HTTP status 503. ${WARNING}`);
	});

	const FAILURES: Array<[string, (operation: FunctionOperation) => ConvexFailure]> = [
		...['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_CANCELED', 'ENEW'].map(
			(code): [string, (operation: FunctionOperation) => ConvexFailure] => [
				`network ${code}`,
				(operation) =>
					networkFailure(operation, Object.assign(new Error('broke'), { code }), 1_000),
			],
		),
		...[204, 302, 403, 408, 409, 500, 502, 503].map(
			(httpStatus): [string, (operation: FunctionOperation) => ConvexFailure] => [
				`HTTP status ${httpStatus}`,
				(operation) => platformFailure(operation, { httpStatus, body: '<html>' }),
			],
		),
		...['InternalServerError', 'SearchIndexesUnavailable'].map(
			(code): [string, (operation: FunctionOperation) => ConvexFailure] => [
				code,
				(operation) =>
					platformFailure(operation, {
						httpStatus: 503,
						body: JSON.stringify({ code, message: 'It failed. Please try again later.' }),
					}),
			],
		),
		...['TooManyWrites', 'OptimisticConcurrencyControlFailure'].map(
			(code): [string, (operation: FunctionOperation) => ConvexFailure] => [
				`${code} of an action`,
				() =>
					platformFailure('action', {
						httpStatus: 429,
						body: JSON.stringify({ code, message: 'It failed.' }),
					}),
			],
		),
		...['{"status":"succ', '<html>', ''].map(
			(body): [string, (operation: FunctionOperation) => ConvexFailure] => [
				`the answer ${body}`,
				(operation) => {
					const result = parseFunctionResponse(operation, { httpStatus: 200, body });
					if (result.status === 'success') throw new Error('Expected a failure');
					return result.failure;
				},
			],
		),
		...[
			executionCancelled(),
			connectionBroken('Try again later.'),
			answerTimeout(1_000),
			sessionInactive(60_000),
			connectionKeepsClosing(''),
			sessionOutage(
				60_000,
				false,
				platformFailure('query', {
					httpStatus: 503,
					body: '{"code":"AuthProviderDiscoveryFailed","message":"Away."}',
				}),
			),
		].map((cause): [string, (operation: FunctionOperation) => ConvexFailure] => [
			`in a session: ${cause.message}`,
			(operation) => answerLost(operation === 'action' ? 'action' : 'mutation', cause),
		]),
	];

	it.each(FAILURES)('never reads as if it should be repeated: %s', (_what, failureOf) => {
		for (const operation of SIDE_EFFECTS) {
			const failure = failureOf(operation).ofCall({ operation });
			expect(failure.details).toMatchObject({ outcome: 'unknown', retryable: false });
			expect(failure.message.endsWith(WARNING)).toBe(true);
			expect(failure.message.replace(WARNING, '')).not.toMatch(TRY_AGAIN);
			expect(failure.description).not.toMatch(TRY_AGAIN);
		}
	});

	it('is read in time, however long the text of the server', () => {
		for (const part of ['try ', 'try. ', ' ', '. ', 'again ', 'run to ']) {
			const text = part.repeat(500_000);
			expect(lost(text).ofCall({ operation: 'mutation' }).message.endsWith(WARNING)).toBe(true);
		}
	});

	it('keeps every other text as it is', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (text) => {
				fc.pre(!/\b(?:try|run|send|call|retry)\b/i.test(text));
				const { message } = lost(text).ofCall({ operation: 'run' });
				expect(message.startsWith(text)).toBe(true);
			}),
			{ seed: 20260131, numRuns: 300 },
		);
	});
});
