import { ConvexFailure, type FailureDetails } from '../../../nodes/Convex/convex/failure';
import { RetryPolicy } from '../../../nodes/Convex/convex/failures/retryPolicy';
import { Retries } from '../../../nodes/Convex/transport/retries';

type Attempted = { status: 'success' } | { status: 'failure'; failure: ConvexFailure };

const failed = (details: Partial<FailureDetails> = {}): Attempted => ({
	status: 'failure',
	failure: new ConvexFailure('It broke', 'Fix it.', {
		kind: 'deployment',
		httpStatus: 429,
		retryable: true,
		outcome: 'notExecuted',
		...details,
	}),
});
const SUCCESS: Attempted = { status: 'success' };
const OVERLOADED = failed();
const REFUSED = failed({ httpStatus: 400, retryable: false });

/** Retries that wait for this part of the longest wait, and for a minute by a clock set by hand. */
function retriesWith({ maxRetries = 4, part = 0 } = {}) {
	let nowMs = 0;
	const stopping = new AbortController();
	const policy = new RetryPolicy(
		maxRetries,
		false,
		() => nowMs,
		() => part,
	);
	return {
		retries: new Retries(policy, stopping.signal),
		stop: () => stopping.abort(),
		pass: (ms: number) => {
			nowMs += ms;
		},
	};
}

/** A call that comes to these ends, one after another, and to the last of them from then on. */
function callEnding(...ends: [Attempted, ...Attempted[]]) {
	const call = {
		count: 0,
		send: async () => {
			const end = ends[Math.min(call.count, ends.length - 1)] ?? ends[0];
			call.count += 1;
			return end;
		},
	};
	return call;
}

describe('a call', () => {
	it('that succeeds is sent once', async () => {
		const call = callEnding(SUCCESS);
		expect(await retriesWith().retries.run(call.send)).toBe(SUCCESS);
		expect(call.count).toBe(1);
	});

	it('that may not be sent again is sent once', async () => {
		const call = callEnding(REFUSED, SUCCESS);
		expect(await retriesWith().retries.run(call.send)).toBe(REFUSED);
		expect(call.count).toBe(1);
	});

	it('is sent again until it succeeds', async () => {
		const call = callEnding(OVERLOADED, OVERLOADED, SUCCESS);
		expect(await retriesWith().retries.run(call.send)).toBe(SUCCESS);
		expect(call.count).toBe(3);
	});

	it('is sent again until it may not be any more', async () => {
		const call = callEnding(OVERLOADED, REFUSED, SUCCESS);
		expect(await retriesWith().retries.run(call.send)).toBe(REFUSED);
		expect(call.count).toBe(2);
	});

	it.each([0, 1, 4])(
		'is sent again %i times at most, where that is the most',
		async (maxRetries) => {
			const call = callEnding(OVERLOADED);
			expect(await retriesWith({ maxRetries }).retries.run(call.send)).toBe(OVERLOADED);
			expect(call.count).toBe(1 + maxRetries);
		},
	);

	it('is not sent again for a failure that is met in another way', async () => {
		const call = callEnding(OVERLOADED, failed({ httpStatus: 408 }), SUCCESS);
		const result = await retriesWith().retries.run(call.send, {
			shouldStop: ({ details }) => details.httpStatus === 408,
		});
		expect(result).toMatchObject({ failure: { details: { httpStatus: 408 } } });
		expect(call.count).toBe(2);
	});

	it.each([
		[0, 5],
		[3, 2],
		[4, 1],
		[7, 1],
	])('that was sent again %i times already is sent %i times at most', async (retried, times) => {
		const call = callEnding(OVERLOADED);
		expect(await retriesWith().retries.run(call.send, { retried })).toBe(OVERLOADED);
		expect(call.count).toBe(times);
	});

	it('after a failure in another way waits as a retry does, and is sent', async () => {
		// A wait that outlasts this test's time.
		const { retries, stop } = retriesWith({ part: 50 });
		const after = failed();
		if (after.status !== 'failure') throw new Error('Expected a failure');
		const call = callEnding(SUCCESS);
		const options = { after: after.failure, retried: 1 };
		const result = retries.run(call.send, options);
		for (let turn = 0; turn < 50; turn++) await Promise.resolve();
		expect(call.count).toBe(0);
		stop();
		expect(await result).toMatchObject({ failure: { reason: 'runStopped' } });
		expect(await retriesWith().retries.run(call.send, options)).toBe(SUCCESS);
	});

	it('after a failure that leaves no retries is sent once, without a wait', async () => {
		const { retries } = retriesWith({ maxRetries: 0, part: 50 });
		const after = failed();
		if (after.status !== 'failure') throw new Error('Expected a failure');
		const call = callEnding(OVERLOADED);
		await retries.run(call.send, { after: after.failure, retried: 1 });
		expect(call.count).toBe(1);
	});

	it('that throws throws', async () => {
		const boom = new Error('boom');
		await expect(
			retriesWith().retries.run(async () => {
				throw boom;
			}),
		).rejects.toBe(boom);
	});
});

describe('a run that has stopped', () => {
	it('sends nothing more', async () => {
		const { retries, stop } = retriesWith();
		stop();
		const call = callEnding(SUCCESS);
		expect(await retries.run(call.send)).toMatchObject({
			status: 'failure',
			failure: { details: { retryable: true, outcome: 'notExecuted' } },
		});
		expect(call.count).toBe(0);
	});

	it('ends the wait for the next retry at once, with the result of the last attempt', async () => {
		// Waits that outlast this test's time.
		const { retries, stop } = retriesWith({ maxRetries: 20, part: 50 });
		const calls = Array.from({ length: 20 }, () => callEnding(OVERLOADED, SUCCESS));
		const results = calls.map(async ({ send }) => await retries.run(send));
		// By then they all wait.
		for (let turn = 0; turn < 50; turn++) await Promise.resolve();
		stop();
		expect(await Promise.all(results)).toEqual(calls.map(() => OVERLOADED));
		expect(calls.map(({ count }) => count)).toEqual(calls.map(() => 1));
	}, 5_000);

	it('while a call is in flight lets it end, and does not send it again', async () => {
		const { retries, stop } = retriesWith();
		const call = callEnding(OVERLOADED, SUCCESS);
		const result = await retries.run(async () => {
			stop();
			return await call.send();
		});
		expect(result).toBe(OVERLOADED);
		expect(call.count).toBe(1);
	});
});

describe('a run without a success for a minute', () => {
	const isUnsent = (result: object) => {
		expect(result).toMatchObject({
			status: 'failure',
			failure: {
				message: 'The call was not sent: no call before it succeeded for a minute',
				details: { outcome: 'notExecuted' },
			},
		});
	};

	it('sends nothing more', async () => {
		const { retries, pass } = retriesWith({ maxRetries: 1 });
		await retries.run(callEnding(OVERLOADED).send);
		pass(60_000);
		const call = callEnding(SUCCESS);
		isUnsent(await retries.run(call.send));
		expect(call.count).toBe(0);
	});

	it('continues when a call in flight succeeds', async () => {
		const { retries, pass } = retriesWith({ maxRetries: 0 });
		const { promise, resolve } = Promise.withResolvers<Attempted>();
		const inFlight = retries.run(async () => await promise);
		await retries.run(callEnding(OVERLOADED).send);
		pass(60_000);
		isUnsent(await retries.run(callEnding(SUCCESS).send));
		resolve(SUCCESS);
		await inFlight;
		expect(await retries.run(callEnding(SUCCESS).send)).toBe(SUCCESS);
	});

	it('counts from the last answer, be it a refusal', async () => {
		const { retries, pass } = retriesWith({ maxRetries: 0 });
		await retries.run(callEnding(OVERLOADED).send);
		pass(59_999);
		await retries.run(callEnding(REFUSED).send);
		pass(1);
		expect(await retries.run(callEnding(SUCCESS).send)).toBe(SUCCESS);
	});
});
