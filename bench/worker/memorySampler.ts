/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { workerData } from 'node:worker_threads';

const SAMPLE_INTERVAL_MS = 5;

/** A thread that keeps the highest resident memory of the process, in KiB, also while the main thread is busy. */
const peakKib = new Int32Array(workerData as SharedArrayBuffer);
const never = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
	const rssKib = residentKib();
	if (rssKib > Atomics.load(peakKib, 0)) Atomics.store(peakKib, 0, rssKib);
	Atomics.wait(never, 0, 0, SAMPLE_INTERVAL_MS);
}

/** 0 while the process has no file descriptor left to ask the system with: a flood of connections does that. */
function residentKib(): number {
	try {
		return Math.ceil(process.memoryUsage.rss() / 1024);
	} catch {
		return 0;
	}
}
