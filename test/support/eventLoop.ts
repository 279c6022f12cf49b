/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */

/** How long the processor has worked, which a busy machine does not change. */
export function busyMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

/** Notes something at each turn of the event loop, until it is stopped. */
export function noteEachTurn(note: () => void): { stop: () => void } {
	let immediate = setImmediate(function turn() {
		note();
		immediate = setImmediate(turn);
	});
	return { stop: () => clearImmediate(immediate) };
}

/** Does work, and notes how long the processor worked at the most between two turns of the event loop. */
export async function longestTurnOf<Result>(
	work: () => Promise<Result>,
): Promise<{ result: Result; longestMs: number }> {
	let longestMs = 0;
	let last = busyMs();
	const note = () => {
		longestMs = Math.max(longestMs, busyMs() - last);
		last = busyMs();
	};
	const noting = noteEachTurn(note);
	try {
		const result = await work();
		note();
		return { result, longestMs };
	} finally {
		noting.stop();
	}
}

/**
 * The least of several tries: the garbage collector may have a turn of its own, but not at each.
 *
 * @param enough no more is tried when it was as little as this
 */
export async function leastOf(enough: number, attempt: () => Promise<number>): Promise<number> {
	let least = await attempt();
	for (let tries = 1; least >= enough && tries < 4; tries++) {
		least = Math.min(least, await attempt());
	}
	return least;
}
