import { RejectionProof } from '../../../../nodes/Convex/transport/live/rejectionProof';

const REJECTED = 'TooManyConcurrentRequests';

describe('a mutation was certainly rejected when its connection closed', () => {
	it.each([
		REJECTED,
		'ExpiredInQueue',
		'WorkerOverloaded',
		'InitialPermitTimeoutError',
		'ExecuteFullError',
		'IsolateNotClean',
		'TooManyWrites',
		'OptimisticConcurrencyControlFailure',
		'CommitterFullError',
	])('with the code %s', (code) => {
		const proof = new RejectionProof();
		proof.called();
		expect(proof.holds(code, 1)).toBe(true);
	});

	it.each(['', 'InternalServerError', 'UpstreamConnectError', 'SystemTimeoutError', 'BadFormat'])(
		'but not with the code "%s"',
		(code) => {
			const proof = new RejectionProof();
			proof.called();
			expect(proof.holds(code, 1)).toBe(false);
		},
	);

	it('but not where others were in flight, whose answers may be lost', () => {
		expect(new RejectionProof().holds(REJECTED, 2)).toBe(false);
	});

	it('but not where nothing was in flight', () => {
		expect(new RejectionProof().holds(REJECTED, 0)).toBe(false);
	});

	it('but not where a mutation has run since it was sent', () => {
		const proof = new RejectionProof();
		proof.called();
		proof.responded();
		expect(proof.holds(REJECTED, 1)).toBe(false);
		proof.called();
		expect(proof.holds(REJECTED, 1)).toBe(true);
	});
});
