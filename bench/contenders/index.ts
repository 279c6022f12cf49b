import type { Job } from '../measurement';
import type { Contender } from './contender';
import { convexHttpClientLoop } from './convexHttpClientLoop';
import { convexNode, convexNodeForManyItems } from './convexNode';
import { expressionsAlone } from './expressionsAlone';
import { httpRequestNode, httpRequestNodeInBatches } from './httpRequestNode';
import { loopWithCode, loopWithCodeForLists, loopWithHttpRequest } from './loopOverItems';
import type { ContenderName } from './names';
import { rawUndici } from './rawUndici';
import { requestHelper } from './requestHelper';

const CONTENDERS: Record<ContenderName, (job: Job) => Contender | Promise<Contender>> = {
	convexNode,
	convexNodeForManyItems: async (job) => await convexNodeForManyItems(job, 100),
	convexNodeForThousandItems: async (job) => await convexNodeForManyItems(job, 1000),
	httpRequestNode,
	httpRequestNodeInBatches,
	loopWithHttpRequest,
	loopWithCode,
	loopWithCodeForLists,
	convexHttpClientLoop,
	requestHelper,
	rawUndici,
	rawUndiciLargest: (job) => rawUndici({ ...job, batchSizes: [] }),
	expressionsAlone,
};

export async function prepareContender(job: Job): Promise<Contender> {
	return await CONTENDERS[job.contender](job);
}
