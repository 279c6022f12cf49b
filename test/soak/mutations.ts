import { sleep } from 'n8n-workflow';
import type { ExecutionsByKey } from '../../emulator/executionCounts';
import { openHttp } from '../support/syncClients';
import { Random } from './random';
import { SoakFailure, type Verdict } from './verdict';

/** Entries of a ledger come and go under these numbers. */
const NUMBERS = 60;

const REMOVALS = 0.3;

const MAX_PAUSE_MS = 40;
export const PAUSE_AFTER_FAILURE_MS = 200;
const MAX_BURST = 8;

/** What the lanes run; each has the keys of its rows among its arguments. */
const PATHS = ['ledger:write', 'ledger:remove', 'counters:addMany'];

interface Mutation {
	path: 'ledger:write' | 'ledger:remove';
	args: { ledger: string; number: number; key: string };
}

export interface SentMutation {
	number: number;
	mutation: Mutation;
}

/** How often a mutation may have been run: `answered` exactly once, `refused` never, `unknown` once at most. */
type Fate = 'answered' | 'refused' | 'unknown';

/** Sends one mutation after another, and remembers what is known of each. */
export abstract class Lane {
	sent = 0;

	private readonly random: Random;

	/** Of the few that have no answer. */
	private readonly others = new Map<number, Fate>();

	private running: Promise<void> = Promise.resolve();

	private resting = new AbortController();

	constructor(
		private readonly name: string,
		private readonly ledger: string,
		seed: number,
		private readonly verdict: Verdict,
	) {
		this.random = new Random(seed, name);
	}

	get unanswered(): number {
		return this.others.size;
	}

	start(): void {
		this.resting = new AbortController();
		const ended = AbortSignal.any([this.resting.signal, this.verdict.ended]);
		this.running = this.send(ended).catch((error: unknown) => this.verdict.fail(error));
	}

	/** Resolves when none is in flight. */
	async rest(): Promise<void> {
		this.resting.abort();
		await this.running;
	}

	/** @throws SoakFailure for one that ran twice, or did not run, or did although it was refused */
	check(executions: ExecutionsByKey): void {
		for (let number = 1; number <= this.sent; number++) {
			const key = this.keyOf(number);
			const times = PATHS.reduce((sum, path) => sum + (executions[path]?.[key] ?? 0), 0);
			const fate = this.others.get(number) ?? 'answered';
			const isRight = fate === 'unknown' ? times <= 1 : times === (fate === 'answered' ? 1 : 0);
			if (isRight) continue;
			throw new SoakFailure(
				times > 1 ? 'twice' : 'lost',
				`mutation '${key}', whose outcome was '${fate}', ran ${times} times`,
			);
		}
	}

	protected abstract sendSome(random: Random): Promise<void>;

	protected nextMutation(random: Random): SentMutation {
		this.sent += 1;
		return {
			number: this.sent,
			mutation: {
				path: random.chance(REMOVALS) ? 'ledger:remove' : 'ledger:write',
				args: {
					ledger: this.ledger,
					number: random.whole(1, NUMBERS),
					key: this.keyOf(this.sent),
				},
			},
		};
	}

	protected noteFate(number: number, fate: Fate): void {
		if (fate !== 'answered') this.others.set(number, fate);
	}

	private keyOf(number: number): string {
		return `${this.name} ${number}`;
	}

	private async send(ended: AbortSignal): Promise<void> {
		while (!ended.aborted) await this.sendSome(this.random);
	}
}

/** Over HTTP, with Convex's own client, one by one or some at once. */
export class HttpLane extends Lane {
	private readonly http: ReturnType<typeof openHttp>;

	constructor(url: string, ledger: string, seed: number, verdict: Verdict) {
		super(`HTTP to ${ledger}`, ledger, seed, verdict);
		this.http = openHttp(url);
	}

	protected async sendSome(random: Random): Promise<void> {
		const burst = random.chance(0.1) ? random.whole(2, MAX_BURST) : 1;
		const mutations = Array.from({ length: burst }, () => this.nextMutation(random));
		const fates = await Promise.all(mutations.map(async (mutation) => await this.call(mutation)));
		const pauseMs = random.whole(0, MAX_PAUSE_MS);
		await sleep(fates.includes('answered') ? pauseMs : PAUSE_AFTER_FAILURE_MS);
	}

	private async call({ number, mutation: { path, args } }: SentMutation): Promise<Fate> {
		let fate: Fate = 'answered';
		try {
			await this.http.mutation(path, args);
		} catch (error) {
			fate = String(error).includes('is paused') ? 'refused' : 'unknown';
		}
		this.noteFate(number, fate);
		return fate;
	}
}
