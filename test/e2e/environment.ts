/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import axios from 'axios';
import { ControlServer } from '../../emulator/control';
import { connectDeployment, type EmbeddedDeployment } from '../../emulator/client';
import { n8nProgram } from './n8nInstallation';
import type { N8nServer } from './n8nServer';
import type { Stack } from './stack';

const VARIABLE = 'CONVEX_E2E_STACK';

/** What the tests know of the stack that `run.ts` started. */
interface StackFacts {
	n8nUrl: string;
	n8nProgram: string;
	n8nEnvironment: NodeJS.ProcessEnv;
	/** Where the process of the tests has n8n stopped and started. */
	n8nControlUrl: string;
	userFolder: string;
	deploymentUrl: string;
	deployKey: string;
}

export interface TestStack extends StackFacts {
	deployment: EmbeddedDeployment;
	n8nProcess: Pick<N8nServer, 'shutDown' | 'startAgain'>;
}

/** Hands a stack to the process of the tests, by its environment. */
export async function handOver(stack: Stack): Promise<NodeJS.ProcessEnv> {
	const { installation, n8n, deployment, stopToo } = stack;
	const control = await ControlServer.start({
		shutDown: async ({ signal }: { signal?: NodeJS.Signals }) => await n8n.shutDown(signal),
		startAgain: async (settings: NodeJS.ProcessEnv) => await n8n.startAgain(settings),
	});
	stopToo(async () => await control.stop());
	const facts: StackFacts = {
		n8nUrl: n8n.url,
		n8nProgram: n8nProgram(installation),
		n8nEnvironment: n8n.environment,
		n8nControlUrl: control.url,
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
	const command = async (name: string, input = {}) =>
		(await axios.post(`${facts.n8nControlUrl}/${name}`, input)).data;
	const n8nProcess: TestStack['n8nProcess'] = {
		shutDown: async (signal) => await command('shutDown', { signal }),
		startAgain: async (settings) => await command('startAgain', settings),
	};
	return { ...facts, deployment, n8nProcess };
}
