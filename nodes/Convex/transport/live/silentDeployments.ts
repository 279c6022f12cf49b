import { Remembered } from '../remembered';

const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 100;

/**
 * Deployments of whose live connection nothing came, not even that it is refused: a firewall swallows it.
 * Each attempt costs seconds, which a loop of runs would pay again and again. Remembered for a minute.
 */
export class SilentDeployments {
	private readonly addresses: Remembered<true>;

	constructor(now?: () => number) {
		this.addresses = new Remembered(MAX_REMEMBERED, REMEMBERED_MS, now);
	}

	has(deploymentUrl: string): boolean {
		return this.addresses.get(deploymentUrl) !== undefined;
	}

	add(deploymentUrl: string): void {
		this.addresses.set(deploymentUrl, true);
	}
}
