import { RejectionProof } from '../../../../nodes/Convex/transport/live/rejectionProof';

const REJECTED = 'TooManyConcurrentRequests';

const transition = JSON.stringify({ type: 'Transition', modifications: [] });
const response = JSON.stringify({ type: 'MutationResponse', requestId: 0, success: true });

/** That of a connection which owes nothing, and over which a mutation was sent. */
function proofOfOne(): RejectionProof {
	const proof = new RejectionProof();
	proof.connected();
	proof.received(transition);
	proof.called();
	return proof;
}

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
		expect(proofOfOne().holds(code, 1)).toBe(true);
	});

	it.each(['', 'InternalServerError', 'UpstreamConnectError', 'SystemTimeoutError', 'BadFormat'])(
		'but not with the code "%s"',
		(code) => {
			expect(proofOfOne().holds(code, 1)).toBe(false);
		},
	);

	it('but not where others were in flight, whose answers may be lost', () => {
		expect(proofOfOne().holds(REJECTED, 2)).toBe(false);
	});

	it('but not where nothing was in flight', () => {
		expect(proofOfOne().holds(REJECTED, 0)).toBe(false);
	});

	it('but not where it has a response, whose transition may be what was rejected', () => {
		const proof = proofOfOne();
		proof.received(response);
		expect(proof.holds(REJECTED, 1)).toBe(false);
		proof.received(transition);
		expect(proof.holds(REJECTED, 1)).toBe(false);
		proof.called();
		expect(proof.holds(REJECTED, 1)).toBe(true);
	});

	it('but not where the one before it has one, and the transition is still owed', () => {
		const proof = proofOfOne();
		proof.received(response);
		proof.called();
		expect(proof.holds(REJECTED, 1)).toBe(false);
	});

	it('but not on a connection of which the first transition is still owed', () => {
		const proof = proofOfOne();
		proof.connected();
		expect(proof.holds(REJECTED, 1)).toBe(false);
	});
});
