const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 100;

/**
 * Deployments of whose live connection nothing came, not even that it is refused: a firewall swallows it.
 * Each attempt costs seconds, which a loop of runs would pay again and again. Remembered for a minute.
 */
export class SilentDeployments {
	/** By the address: until when. */
	private readonly untilMs = new Map<string, number>();

	constructor(private readonly now: () => number = () => performance.now()) {}

	has(deploymentUrl: string): boolean {
		const untilMs = this.untilMs.get(deploymentUrl);
		if (untilMs !== undefined && untilMs <= this.now()) this.untilMs.delete(deploymentUrl);
		return this.untilMs.has(deploymentUrl);
	}

	add(deploymentUrl: string): void {
		const [oldest] = this.untilMs.keys();
		if (oldest !== undefined && this.untilMs.size >= MAX_REMEMBERED) this.untilMs.delete(oldest);
		this.untilMs.set(deploymentUrl, this.now() + REMEMBERED_MS);
	}
}
