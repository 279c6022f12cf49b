/**
 * `setTimeout` and `clearTimeout` on AbortSignal.timeout: n8n allows nodes no timers. Time limits and
 * retries need some, and Convex's own client, bundled with these in their place (gulpfile.js).
 *
 * One signal serves all timers that wait. A signal cannot be taken back, and the client restarts a
 * timer of a minute at each message: signals of their own would pile up by the thousands.
 */
interface Timer {
	dueAt: number;
	run: () => void;
}

/** No tick takes longer: its signal keeps existing when nothing waits for it any more. */
const MAX_TICK_MS = 1_000;

const waiting = new Map<number, Timer>();
let lastId = 0;
let nextTickAt = Number.POSITIVE_INFINITY;

/** @returns what `stopTimer` takes */
export function startTimer(run: () => void, delayMs = 0): number {
	lastId += 1;
	const dueAt = performance.now() + delayMs;
	waiting.set(lastId, { dueAt, run });
	armTick(dueAt);
	return lastId;
}

/** Stopping a timer twice, or one that ran, does nothing. */
export function stopTimer(id: number | null | undefined): void {
	if (typeof id === 'number') waiting.delete(id);
}

/** Waits for a promise, but no longer than this; `undefined` when the time is over first. */
export async function settledWithin<T>(
	promise: Promise<T>,
	limitMs: number,
): Promise<T | undefined> {
	let timer: number | undefined;
	const timeout = new Promise<undefined>((resolve) => {
		timer = startTimer(() => resolve(undefined), limitMs);
	});
	try {
		return await Promise.race([promise, timeout]);
	} finally {
		stopTimer(timer);
	}
}

export { startTimer as setTimeout, stopTimer as clearTimeout };

function armTick(dueAt: number): void {
	if (dueAt >= nextTickAt) return;
	const now = performance.now();
	const delayMs = Math.ceil(Math.min(Math.max(dueAt - now, 0), MAX_TICK_MS));
	const tickAt = now + delayMs;
	nextTickAt = tickAt;
	AbortSignal.timeout(delayMs).addEventListener('abort', () => tick(tickAt), { once: true });
}

function tick(tickAt: number): void {
	// An earlier tick has taken its place.
	if (tickAt !== nextTickAt) return;
	nextTickAt = Number.POSITIVE_INFINITY;
	const now = performance.now();
	const due = [...waiting].filter(([, { dueAt }]) => dueAt <= now);
	for (const [id, { run }] of due.sort(([, a], [, b]) => a.dueAt - b.dueAt)) {
		// A timer that ran before may have stopped it.
		if (!waiting.delete(id)) continue;
		try {
			run();
		} catch {
			// It would end n8n's process. Inactivity shows that a client broke, and it is replaced.
		}
	}
	const firstDueAt = [...waiting.values()].reduce(
		(first, { dueAt }) => Math.min(first, dueAt),
		Number.POSITIVE_INFINITY,
	);
	if (waiting.size > 0) armTick(firstDueAt);
}
