/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { TestDeployment } from '../../emulator/client';
import { giveBack, takeDeployment } from './deploymentPool';

/** The deployment of CONVEX_URL and CONVEX_DEPLOY_KEY, which serves examples/convex, or an embedded one. */
export async function deploymentUnderTest(): Promise<TestDeployment> {
	const { CONVEX_URL: url, CONVEX_DEPLOY_KEY: deployKey } = process.env;
	if (url !== undefined && deployKey !== undefined) {
		return { url, deployKey, stop: async () => {} };
	}
	const deployment = await takeDeployment();
	return { ...deployment, stop: async () => giveBack(deployment) };
}
