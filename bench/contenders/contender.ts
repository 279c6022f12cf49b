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
}
