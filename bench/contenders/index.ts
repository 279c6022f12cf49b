import type { Job } from '../measurement';
import type { Contender } from './contender';
import { convexHttpClientLoop } from './convexHttpClientLoop';
import { convexNode } from './convexNode';
import { expressionsAlone } from './expressionsAlone';
import { httpRequestNode, httpRequestNodeInBatches } from './httpRequestNode';
import type { ContenderName } from './names';
import { rawUndici } from './rawUndici';
import { requestHelper } from './requestHelper';

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
