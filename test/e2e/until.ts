/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
const TIMEOUT_MS = 120_000;
const POLL_INTERVAL_MS = 100;

/** Waits for something to be as wanted. */
export async function until(
	condition: () => Promise<boolean>,
	timeoutMs = TIMEOUT_MS,
): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > deadline) throw new Error(`it did not happen within ${timeoutMs} ms`);
		await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
	}
}
