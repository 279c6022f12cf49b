import { ConvexFailure, inputFailure } from '../../nodes/Convex/convex/failure';

describe('a failure', () => {
	it('is an error with a message, advice and details', () => {
		const failure = new ConvexFailure('It broke', 'Mend it.', {
			kind: 'function',
			outcome: 'failed',
		});
		expect(failure).toBeInstanceOf(Error);
		expect(failure.name).toBe('ConvexFailure');
		expect(failure.message).toBe('It broke');
		expect(failure.description).toBe('Mend it.');
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
		const failure = new ConvexFailure('It broke', 'Mend it.', {
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
		expect(named.description).toBe('Mend it.');
		expect(named.details).toEqual({ ...failure.details, ...call });
	});

	it('leaves the original as it was', () => {
		const failure = inputFailure('It broke', 'Mend it.');
		failure.ofCall(call);
		expect(failure.details).not.toHaveProperty('functionPath');
	});

	it('does not rename a call that is named already', () => {
		const named = inputFailure('It broke', 'Mend it.').ofCall({ functionPath: 'tasks:first' });
		expect(named.ofCall(call).details).toMatchObject({
			functionPath: 'tasks:first',
			operation: 'query',
		});
	});
});
