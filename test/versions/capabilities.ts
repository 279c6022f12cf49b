import { version } from 'n8n-core/package.json';

/** The engines beside that of devDependencies: the oldest promised, and one of each time since. */
export const OLDER_ENGINES = ['1.122.48', '2.0.2', '2.20.6', '2.33.2'] as const;

/** What an engine has that the node uses where it is there. */
export interface Capabilities {
	/** A trigger that keeps running can record a failed execution; else it is a line in the log. */
	recordsFailedExecutions: boolean;
	/** A context says whether it is that of an AI Agent's tool. */
	tellsToolCalls: boolean;
	/** n8n can forbid connections to addresses of a private network. */
	hasEgressFilter: boolean;
	/** An error of the request helper has the one it was made of as its cause. */
	keepsErrorCauses: boolean;
	/** A failed item is known by its json alone, so also behind a node that starts the workflow. */
	knowsErrorItemsByJson: boolean;
}

const NOTHING: Capabilities = {
	recordsFailedExecutions: false,
	tellsToolCalls: false,
	hasEgressFilter: false,
	keepsErrorCauses: false,
	knowsErrorItemsByJson: false,
};

const EVERYTHING: Capabilities = {
	recordsFailedExecutions: true,
	tellsToolCalls: true,
	hasEgressFilter: true,
	keepsErrorCauses: true,
	knowsErrorItemsByJson: true,
};

const OF_OLDER_ENGINES: Record<(typeof OLDER_ENGINES)[number], Capabilities> = {
	'1.122.48': NOTHING,
	'2.0.2': NOTHING,
	'2.20.6': { ...NOTHING, recordsFailedExecutions: true, tellsToolCalls: true },
	'2.33.2': {
		...NOTHING,
		recordsFailedExecutions: true,
		tellsToolCalls: true,
		hasEgressFilter: true,
	},
};

/** What the engine has that these tests run in. */
export const CAPABILITIES: Capabilities =
	Object.entries(OF_OLDER_ENGINES).find(([engine]) => engine === version)?.[1] ?? EVERYTHING;
