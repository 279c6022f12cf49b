/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { sleep } from 'n8n-workflow';

/** Long on the busiest machine, and less than a test may take. */
const PATIENCE_MS = 60_000;

/** A question may be a request: who asks all the time keeps the cores from what is waited for. */
const FIRST_POLL_MS = 5;
const LAST_POLL_MS = 20;

/**
 * Asks again and again until it holds.
 *
 * @param question what the error says that was waited for
 * @throws after a minute
 */
export async function until(
	holds: () => boolean | Promise<boolean>,
	question: (...args: never[]) => unknown = holds,
): Promise<void> {
	const givenUpAtMs = performance.now() + PATIENCE_MS;
	for (let pollMs = FIRST_POLL_MS; !(await holds()); pollMs = Math.min(2 * pollMs, LAST_POLL_MS)) {
		if (performance.now() > givenUpAtMs) throw new Error(inVain(question));
		await sleep(pollMs);
	}
}

/** What came, in order, and a way to wait for more. */
export class Arrivals<Item> {
	readonly all: Item[] = [];
	private waiting: Array<() => void> = [];

	add(item: Item): void {
		this.all.push(item);
		for (const check of this.waiting) check();
	}

	get latest(): Item | undefined {
		return this.all.at(-1);
	}

	/**
	 * Resolves as soon as something came for which this holds, also earlier.
	 *
	 * @throws after a minute, with the question and what came instead
	 */
	async until(holds: (item: Item) => boolean): Promise<Item> {
		return await new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				const came = JSON.stringify(this.all.slice(-3)).slice(0, 1_000);
				end();
				reject(new Error(`${inVain(holds)}\nOf ${this.all.length}, the last that came: ${came}`));
			}, PATIENCE_MS);
			const end = () => {
				clearTimeout(timer);
				this.waiting = this.waiting.filter((other) => other !== check);
			};
			const check = () => {
				const found = this.all.find(holds);
				if (found === undefined) return;
				end();
				resolve(found);
			};
			this.waiting.push(check);
			check();
		});
	}
}

function inVain(question: (...args: never[]) => unknown): string {
	return `Waited for a minute, in vain: ${String(question)}`;
}
