/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const SETTLE_MS = 50;

/** Measures the highest resident memory of this process over that of the idle process. */
export class PeakMemory {
	private readonly peakKib = new Int32Array(new SharedArrayBuffer(4));
	private idleBytes = 0;

	/** @param sampler the compiled file of memorySampler.ts */
	constructor(sampler = join(__dirname, 'memorySampler.js')) {
		new Worker(sampler, { workerData: this.peakKib.buffer }).unref();
	}

	/** From here on, after a collection of garbage. */
	async start(): Promise<void> {
		this.idleBytes = await idleResidentBytes();
		Atomics.store(this.peakKib, 0, 0);
	}

	bytesOverIdle(): number {
		const peakBytes = Math.max(Atomics.load(this.peakKib, 0) * 1024, process.memoryUsage.rss());
		return Math.max(0, peakBytes - this.idleBytes);
	}
}

/** The resident memory of this process, after a collection of garbage. */
export async function idleResidentBytes(): Promise<number> {
	globalThis.gc?.();
	await sleep(SETTLE_MS);
	globalThis.gc?.();
	return process.memoryUsage.rss();
}
