import { SoakFailure } from './verdict';

/** What there was of everything that must not pile up, at a moment when nothing happened. */
export interface Sample {
	heapBytes: number;
	/** Objects of this process that are not collected. */
	webSockets: number;
	timeoutSignals: number;
	/** Timers that wait in the nodes' own timers module. */
	waitingTimers: number;
	/** What keeps this process awake. */
	activeResources: number;
	/** Open sockets and subscriptions, as the deployment has them. */
	serverSockets: number;
	serverSubscriptions: number;
}

/** By how much the last quarter of a run may lie above the first. */
const TOLERANCES: Sample = {
	heapBytes: 4 * 2 ** 20,
	webSockets: 1,
	timeoutSignals: 4,
	waitingTimers: 3,
	activeResources: 4,
	serverSockets: 1,
	serverSubscriptions: 1,
};

const NAMES = Object.keys(TOLERANCES) as Array<keyof Sample>;

const MIN_SAMPLES = 4;

/** Compares the first quarter of a run with the last. */
export class Growth {
	readonly samples: Sample[] = [];

	add(sample: Sample): void {
		this.samples.push(sample);
	}

	/** How much more there was at least, in the last quarter. */
	get differences(): Sample {
		if (this.samples.length === 0) return each(() => 0);
		const quarter = Math.ceil(this.samples.length / 4);
		const first = least(this.samples.slice(0, quarter));
		const last = least(this.samples.slice(-quarter));
		return each((name) => last[name] - first[name]);
	}

	/** @throws SoakFailure */
	check(): void {
		if (this.samples.length < MIN_SAMPLES) return;
		const { differences } = this;
		const grown = NAMES.filter((name) => differences[name] > TOLERANCES[name]);
		if (grown.length === 0) return;
		const what = grown.map((name) => `${name} by ${differences[name]}`).join(', ');
		throw new SoakFailure(
			'growth',
			`from the first quarter of the run to the last, these grew: ${what}. ${this.table()}`,
		);
	}

	private table(): string {
		const rows = NAMES.map(
			(name) => `${name}: ${this.samples.map((sample) => sample[name]).join(' ')}`,
		);
		return `All samples:\n${rows.join('\n')}`;
	}
}

function least(samples: Sample[]): Sample {
	return each((name) => Math.min(...samples.map((sample) => sample[name])));
}

function each(valueOf: (name: keyof Sample) => number): Sample {
	return Object.assign(
		{ ...TOLERANCES },
		Object.fromEntries(NAMES.map((name) => [name, valueOf(name)])),
	);
}
