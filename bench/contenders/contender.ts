import type { ICredentialType, INodeParameters, INodeType } from 'n8n-workflow';
import type { CredentialValues } from '../../test/support/engine';

/** A node to be measured, set up for a job. Its output has one item for each input item. */
export interface Contender {
	nodeType: INodeType;
	typeVersion?: number;
	parameters: INodeParameters;
	credentialTypes?: Record<string, ICredentialType>;
	/** By type. */
	credentials?: Record<string, CredentialValues>;
	/** The loop that the node stands in, where it does. */
	loop?: Loop;
	/** Whether n8n runs the node's code in a process of its own. */
	needsCodeRunner?: boolean;
}

/** n8n's Loop Over Items. */
export interface Loop {
	nodeType: INodeType;
	typeVersion: number;
	batchSize: number;
}
