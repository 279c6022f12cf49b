import { sleep } from 'n8n-workflow';
import { inputFailure } from '../../../../nodes/Convex/convex/failure';
import type { DeploymentState } from '../../../../nodes/Convex/convex/deployment/credentialProbe';
import { SubscriptionOutage } from '../../../../nodes/Convex/transport/live/subscriptionOutage';
import { Arrivals } from '../../../support/waiting';

const THRESHOLDS = { firstCheckMs: 100, freshAttemptMs: 100, prolongedMs: 300 };

const ACCEPTS: DeploymentState = { status: 'accepts' };
const UNAVAILABLE: DeploymentState = {
	status: 'unavailable',
	failure: inputFailure('nobody there', ''),
};
const REFUSES: DeploymentState = { status: 'refuses', failure: inputFailure('wrong key', '') };

let outage: SubscriptionOutage;
let events: Arrivals<string>;
let isConnected: boolean;

/** An outage in which the deployment says this over HTTP, each time or one after the other. */
function begin(answers: DeploymentState[], { prolongedMs = 60_000, share = 0 } = {}): void {
	const states = [...answers];
	outage = new SubscriptionOutage(
		{ ...THRESHOLDS, prolongedMs },
		{
			isConnected: () => isConnected,
			check: async () => {
				events.add('check');
				return (states.length > 1 ? states.shift() : states[0]) ?? ACCEPTS;
			},
			reconnect: (delayMs) => events.add(`reconnect in ${delayMs} ms`),
			liveFailure: () => inputFailure('no WebSocket', ''),
			onOutage: ({ message }) => events.add(message),
			onUnauthorized: ({ message }) => events.add(message),
		},
		() => share,
	);
	outage.begin();
}

beforeEach(() => {
	events = new Arrivals();
	isConnected = false;
});
afterEach(() => outage.end());

describe('an outage of a subscription', () => {
	it('though the deployment answers is reported after a fresh attempt', async () => {
		begin([ACCEPTS]);
		await events.until((event) => event.endsWith('. no WebSocket'));
		expect(events.all.slice(0, 3)).toEqual(['check', 'reconnect in 0 ms', 'check']);
	});

	it('of a deployment that does not answer is reported once it is prolonged', async () => {
		begin([UNAVAILABLE], { prolongedMs: 300 });
		await events.until((event) => event.endsWith('. nobody there'));
		expect(events.all.slice(0, 3)).toEqual(['check', 'check', 'reconnect in 0 ms']);
	});

	it('of a deployment that stops answering again is waited for until it is prolonged', async () => {
		begin([ACCEPTS, UNAVAILABLE]);
		await events.until(() => events.all.length === 3);
		await sleep(200);
		expect(events.all).toEqual(['check', 'reconnect in 0 ms', 'check']);
	});

	it('in which the credential is refused is the end', async () => {
		begin([REFUSES]);
		await events.until((event) => event === 'wrong key');
		await sleep(200);
		expect(events.all).toEqual(['check', 'wrong key']);
	});

	it('is not checked while there is a connection, and reported once it is prolonged', async () => {
		isConnected = true;
		begin([ACCEPTS], { prolongedMs: 300 });
		await events.until(() => true);
		expect(events.all).toEqual([expect.stringMatching(/^The query has returned no result since/)]);
	});

	it('that has ended is not told of, nor is the attempt that was made in it', async () => {
		begin([ACCEPTS]);
		await events.until((event) => event.startsWith('reconnect'));
		outage.end();
		await sleep(300);
		expect(events.all).toEqual(['check', 'reconnect in 0 ms']);
	});

	it.each([
		[1, 20],
		[0.5, 10],
	])('connects again at a moment of its own: at %d of the time', async (share, delayMs) => {
		begin([ACCEPTS], { share });
		await events.until((event) => event === `reconnect in ${delayMs} ms`);
	});
});
