import type { ICredentialType, INodeParameters, INodeType } from 'n8n-workflow';
import type { CredentialValues } from '../../test/support/engine';
import type { Job } from '../measurement';
import { convexHttpClientLoop } from './convexHttpClientLoop';
import { convexNode } from './convexNode';
import { expressionsAlone } from './expressionsAlone';
import { httpRequestNode, httpRequestNodeInBatches } from './httpRequestNode';
import type { ContenderName } from './names';
import { rawUndici } from './rawUndici';
import { requestHelper } from './requestHelper';

/** A node to be measured, set up for a job. Its output has one item for each input item. */
export interface Contender {
	nodeType: INodeType;
	typeVersion?: number;
	parameters: INodeParameters;
	credentialTypes?: Record<string, ICredentialType>;
	/** By type. */
	credentials?: Record<string, CredentialValues>;
}

const CONTENDERS: Record<ContenderName, (job: Job) => Contender | Promise<Contender>> = {
	convexNode,
	httpRequestNode,
	httpRequestNodeInBatches,
	convexHttpClientLoop,
	requestHelper,
	rawUndici,
	rawUndiciLargest: (job) => rawUndici({ ...job, batchSizes: [] }),
	expressionsAlone,
};

export async function prepareContender(job: Job): Promise<Contender> {
	return await CONTENDERS[job.contender](job);
}
