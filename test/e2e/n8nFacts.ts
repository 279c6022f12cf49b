import { N8N_VERSION } from './n8nInstallation';

/** What differs between the lines of n8n that the end-to-end tests run in, and what to expect there. */
export interface N8nFacts {
	/** Publishing is done in the background, and n8n says how it goes; before, it is done at once. */
	publishesInBackground: boolean;
	/** A trigger that keeps running can record a failed execution; else it is a line in the log. */
	recordsFailedExecutions: boolean;
	/** There is a policy of the addresses that may be connected to (N8N_SSRF_…). */
	hasNetworkPolicy: boolean;
}

const SINCE: Record<keyof N8nFacts, [major: number, minor: number]> = {
	publishesInBackground: [2, 34],
	recordsFailedExecutions: [2, 20],
	hasNetworkPolicy: [2, 21],
};

export const FACTS: N8nFacts = {
	publishesInBackground: isSince(SINCE.publishesInBackground),
	recordsFailedExecutions: isSince(SINCE.recordsFailedExecutions),
	hasNetworkPolicy: isSince(SINCE.hasNetworkPolicy),
};

function isSince([wantedMajor, wantedMinor]: [number, number]): boolean {
	const [major = 0, minor = 0] = N8N_VERSION.split('.').map(Number);
	return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
