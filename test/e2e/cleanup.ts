/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
/** Has something stopped at the end, before what was named earlier. */
export type StopToo = (stop: () => Promise<void>) => void;

/** Does something, and stops what it started, whatever happens: also on Ctrl-C. */
export async function withCleanup(use: (stopToo: StopToo) => Promise<void>): Promise<void> {
	const stops: Array<() => Promise<void>> = [];
	const stopAll = async () => {
		for (const stop of stops.splice(0).reverse()) await stop();
	};
	// The terminal and npm both hand on a Ctrl-C, so it comes more than once: what follows must not
	// end this process while it stops the others.
	let interrupted = false;
	const interrupt = () => {
		if (interrupted) return;
		interrupted = true;
		void stopAll().finally(() => process.exit(130));
	};
	process.on('SIGINT', interrupt);
	process.on('SIGTERM', interrupt);
	try {
		await use((stop) => void stops.push(stop));
	} finally {
		await stopAll();
		process.removeListener('SIGINT', interrupt);
		process.removeListener('SIGTERM', interrupt);
	}
}
