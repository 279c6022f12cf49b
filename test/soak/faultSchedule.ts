import { sleep } from 'n8n-workflow';
import type { EmbeddedDeployment } from '../../emulator/client';
import type { Fault, FaultEffect } from '../../emulator/faults';
import type { Random } from './random';
import type { Verdict } from './verdict';
import type { WatchedWorkflow } from './watchedWorkflow';

/** How a deployment or what stands before it says goodbye; on a push or a restart as the last two. */
const CLOSINGS = [
	[1000, ''],
	[1001, ''],
	[1012, ''],
	[4040, ''],
	[1013, 'TooManyConcurrentRequests'],
	[1013, 'CommitterFullError'],
	[1011, 'InternalServerError'],
	[1013, 'TableSummariesUnavailable'],
] as const;

/** After the functions were deployed (convex-js src/browser/sync/web_socket_manager.ts). */
const PUSH_CLOSINGS = CLOSINGS.slice(-2);

/** What happens to a single socket. */
const SOCKET_FAULTS: FaultEffect[] = [
	{ kind: 'dropBefore' },
	{ kind: 'dropAfter' },
	{ kind: 'resetBefore' },
	{ kind: 'resetAfter' },
	{ kind: 'delay', ms: 300 },
	{ kind: 'rejection', code: 'TooManyConcurrentRequests' },
	{ kind: 'serverError', status: 500 },
	{ kind: 'answer', status: 401, body: { code: 'Unauthenticated', message: 'not now' } },
	{ kind: 'answer', status: 400, body: { code: 'BadJsonBody', message: 'not now' } },
];

const SOCKET_EVENTS = ['/sync/handshake', '/sync/Transition', '/sync/Mutation'];

/** As many are told with a failure. */
const LATEST = 10;

export interface FaultCounts {
	socketsKilled: number;
	socketsClosed: number;
	socketsStalled: number;
	/** Connections, transitions and mutations that were hit, each for itself. */
	faults: number;
	restarts: number;
	redeployments: number;
	pauses: number;
	n8nRestarts: number;
}

/** Has things go wrong, as the seed says. */
export class FaultSchedule {
	readonly counts: FaultCounts = {
		socketsKilled: 0,
		socketsClosed: 0,
		socketsStalled: 0,
		faults: 0,
		restarts: 0,
		redeployments: 0,
		pauses: 0,
		n8nRestarts: 0,
	};

	/** What was done last, to be told with a failure. */
	readonly latest: string[] = [];

	private readonly background = new Set<Promise<void>>();

	private readonly choices = [
		{ weight: 4, choice: async () => await this.killSockets() },
		{ weight: 3, choice: async () => await this.closeSockets() },
		{ weight: 5, choice: async () => await this.addFaults() },
		{ weight: 3, choice: async () => await this.stallSockets() },
		{ weight: 3, choice: async () => await this.restart() },
		{ weight: 2, choice: async () => await this.redeploy() },
		{ weight: 1, choice: async () => await this.pause() },
		{ weight: 3, choice: async () => this.restartN8n() },
	];

	constructor(
		private readonly deployment: EmbeddedDeployment,
		private readonly workflows: WatchedWorkflow[],
		private readonly random: Random,
		private readonly verdict: Verdict,
	) {}

	/** Does one thing. */
	async strike(): Promise<void> {
		await this.random.pick(this.choices)();
	}

	/** Resolves when everything is as it should be again. */
	async subside(): Promise<void> {
		await Promise.all(this.background);
		const { faults } = await this.deployment.requestStats();
		this.counts.faults = Object.values(faults).reduce((sum, times) => sum + times, 0);
	}

	private async killSockets(): Promise<void> {
		this.note('kills all sockets');
		this.counts.socketsKilled += await this.deployment.killSockets();
	}

	private async closeSockets(): Promise<void> {
		await this.closeWith(this.oneOf(CLOSINGS));
	}

	private async closeWith([code, reason]: (typeof CLOSINGS)[number]): Promise<void> {
		this.note(`closes all sockets with ${code} ${reason}`);
		this.counts.socketsClosed += await this.deployment.closeSockets(code, reason);
	}

	private async addFaults(): Promise<void> {
		const count = this.random.whole(1, 2);
		for (let number = 0; number < count; number++) {
			const effect = this.oneOf(SOCKET_FAULTS);
			const fault: Fault = {
				...effect,
				path: this.oneOf(SOCKET_EVENTS),
				skip: this.random.whole(0, 5),
			};
			this.note(`adds a fault: ${JSON.stringify(fault)}`);
			await this.deployment.addFault(fault);
		}
	}

	/** Half-open: nothing comes through, and then either everything does or nothing ever will. */
	private async stallSockets(): Promise<void> {
		const stallMs = this.random.whole(100, 3_000);
		const isCut = this.random.chance(0.5);
		this.note(
			`stalls all sockets for ${stallMs} ms, then ${isCut ? 'kills them' : 'resumes them'}`,
		);
		this.counts.socketsStalled += await this.deployment.freezeSockets();
		await sleep(stallMs);
		if (isCut) this.counts.socketsKilled += await this.deployment.killSockets();
		else await this.deployment.unfreezeSockets();
	}

	private async restart(): Promise<void> {
		const downMs = this.random.whole(0, 2_000);
		this.note(`restarts the deployment, ${downMs} ms down`);
		await this.deployment.restart({ downMs });
		this.counts.restarts += 1;
	}

	private async redeploy(): Promise<void> {
		this.note('deploys the functions');
		await this.deployment.redeploy();
		if (this.random.chance(0.5)) await this.closeWith(this.oneOf(PUSH_CLOSINGS));
		this.counts.redeployments += 1;
	}

	private async pause(): Promise<void> {
		const pauseMs = this.random.whole(100, 1_000);
		this.note(`pauses the deployment for ${pauseMs} ms`);
		await this.deployment.setPaused(true);
		await sleep(pauseMs);
		await this.deployment.setPaused(false);
		this.counts.pauses += 1;
	}

	/** Other things go on happening meanwhile. */
	private restartN8n(): void {
		const workflow = this.oneOf(this.workflows);
		if (!workflow.canRestart) return;
		const downMs = this.random.whole(0, 1_500);
		const mode = this.random.chance(0.7) ? 'init' : 'update';
		this.note(`restarts the n8n of '${workflow.name}' (${mode}), ${downMs} ms down`);
		this.counts.n8nRestarts += 1;
		const done: Promise<void> = workflow
			.restart(downMs, mode)
			.catch((error: unknown) => this.verdict.fail(error))
			.finally(() => this.background.delete(done));
		this.background.add(done);
	}

	private oneOf<Choice>(choices: readonly Choice[]): Choice {
		return this.random.pick(choices.map((choice) => ({ weight: 1, choice })));
	}

	private note(what: string): void {
		this.latest.push(what);
		if (this.latest.length > LATEST) this.latest.shift();
	}
}
