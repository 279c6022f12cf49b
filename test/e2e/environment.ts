/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { connectDeployment, type EmbeddedDeployment } from '../deployment/client';
import { n8nProgram } from './n8nInstallation';
import type { Stack } from './stack';

const VARIABLE = 'CONVEX_E2E_STACK';

/** What the tests know of the stack that `run.ts` started. */
interface StackFacts {
	n8nUrl: string;
	n8nProgram: string;
	n8nEnvironment: NodeJS.ProcessEnv;
	userFolder: string;
	deploymentUrl: string;
	deployKey: string;
}

export interface TestStack extends StackFacts {
	deployment: EmbeddedDeployment;
}

/** Writes down a stack for the process of the tests. */
export function describeStack({ installation, n8n, deployment }: Stack): NodeJS.ProcessEnv {
	const facts: StackFacts = {
		n8nUrl: n8n.url,
		n8nProgram: n8nProgram(installation),
		n8nEnvironment: n8n.environment,
		userFolder: n8n.userFolder,
		deploymentUrl: deployment.url,
		deployKey: deployment.deployKey,
	};
	return { [VARIABLE]: JSON.stringify(facts) };
}

export function readStack(): TestStack {
	const text = process.env[VARIABLE];
	if (text === undefined) throw new Error('start these tests with `npm run test:e2e`');
	const facts: StackFacts = JSON.parse(text);
	const deployment = connectDeployment(facts.deploymentUrl, facts.deployKey, async () => {});
	return { ...facts, deployment };
}
