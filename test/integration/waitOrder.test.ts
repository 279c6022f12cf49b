/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startLiveServer, type LiveServer, type Upgrade } from '../support/liveServer';
import { passRequestOn } from '../support/passOn';
import { useTriggers } from '../support/triggersOfTest';
import { until } from '../support/waiting';
import { waitingForBoard, waitingWithTimes } from '../support/waitingForResults';

const convex = useTriggers('none');

/** Stands before a deployment, and keeps back what it says until it is told to pass it on. */
class LateGate {
	/** Queries over HTTP that the deployment has answered. */
	answers = 0;

	/** What the deployment sent over live connections. */
	sent = 0;

	private passLive: () => void = () => {};
	private passHttp: () => void = () => {};
	private readonly livePassed = new Promise<void>((resolve) => (this.passLive = resolve));
	private readonly httpPassed = new Promise<void>((resolve) => (this.passHttp = resolve));

	private server: LiveServer | undefined;

	static async inFrontOf(url: string): Promise<LateGate> {
		const gate = new LateGate();
		const target = new URL(url);
		gate.server = await startLiveServer(
			(upgrade) => gate.relay(upgrade, target),
			(incoming, outgoing) => {
				outgoing.on('finish', () => (gate.answers += 1));
				void gate.httpPassed.then(() => passRequestOn(incoming, outgoing, target));
			},
		);
		return gate;
	}

	get url(): string {
		return this.server?.url ?? '';
	}

	openLive(): void {
		this.passLive();
	}

	openHttp(): void {
		this.passHttp();
	}

	async stop(): Promise<void> {
		this.openLive();
		this.openHttp();
		await this.server?.stop();
	}

	private relay({ request, accept }: Upgrade, target: URL): void {
		accept((client) => {
			const upstream = new WebSocket(new URL(request.url ?? '', target));
			const opened = once(upstream, 'open').catch(() => client.terminate());
			client.on('message', (data) => void opened.then(() => upstream.send(String(data))));
			upstream.on('message', (data) => {
				this.sent += 1;
				void this.livePassed.then(() => client.send(String(data)));
			});
			client.on('close', () => upstream.terminate());
			upstream.on('error', () => client.terminate());
		});
	}
}

describe('a live result that comes late, behind an answer over HTTP', () => {
	let gate: LateGate;
	beforeEach(async () => {
		gate = await LateGate.inFrontOf(convex.deployment.url);
	});
	afterEach(async () => await gate.stop());

	it('is not taken for a change when it was computed before that answer', async () => {
		await convex.put('old');
		const running = convex.run({
			credential: { deploymentUrl: gate.url, authentication: 'none' },
			parameters: waitingForBoard({ waitUntil: 'changed' }),
			nodeType: waitingWithTimes(50, 50),
		});
		await until(() => gate.sent >= 1);
		await convex.put('new');
		gate.openHttp();
		await until(() => gate.answers >= 2);
		gate.openLive();
		await convex.put('later');
		expect((await running).success.map(({ json }) => json.value)).toEqual(['later']);
	});
});
