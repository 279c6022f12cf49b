import type { INodeType } from 'n8n-workflow';
import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import { loadBuiltPackage, type LoadedPackage } from '../support/builtPackage';
import type { CredentialValues } from '../support/engine';
import { PROJECT } from '../support/packPackage';
import { TcpProxy } from '../support/tcpProxy';
import { DOCUMENT_TRIGGER_TYPE } from '../support/polls';
import { TRIGGER_TYPE } from '../support/triggers';
import { DocumentsVerifier } from './documentsVerifier';
import { FollowingWorkflow, History } from './followingWorkflow';
import { ResultVerifier } from './resultVerifier';
import type { Verdict } from './verdict';
import { WatchedWorkflow } from './watchedWorkflow';

const NODE_TYPE = 'n8n-nodes-convex.convex';
const TOKEN_LIFETIME_S = 86_400;

/** Dead clients are dropped sooner than by the backend, whose two minutes are longer than a soak in CI. */
const CLIENT_TIMEOUT_MS = 20_000;

/** What has a part in a soak. */
export interface Stage {
	deployment: EmbeddedDeployment;
	nodes: LoadedPackage;
	trigger: INodeType;
	node: INodeType;
	workflows: WatchedWorkflow[];
	/** They poll, and have no connection in between. */
	followers: FollowingWorkflow[];
	/** Between the deployment and this workflow, which is the last one. */
	proxy: TcpProxy;
	behindProxy: WatchedWorkflow;
	stop: () => Promise<void>;
}

/** The package as it is built, a deployment in a process of its own, and workflows, not active yet. */
export async function setStage(verdict: Verdict, seed: number): Promise<Stage> {
	const nodes = await loadBuiltPackage(PROJECT);
	const trigger = nodes.nodeTypes[TRIGGER_TYPE];
	const node = nodes.nodeTypes[NODE_TYPE];
	const poller = nodes.nodeTypes[DOCUMENT_TRIGGER_TYPE];
	if (trigger === undefined || poller === undefined || node === undefined) {
		throw new Error('the package lacks a node');
	}
	const deployment = await startDeployment();
	await deployment.setSyncLimits({ clientTimeoutMs: CLIENT_TIMEOUT_MS });
	const proxy = await TcpProxy.inFrontOf(deployment.url);
	await proxy.up();
	const behindProxy = new WatchedWorkflow({
		name: 'entries by number, behind a proxy',
		ledger: 'b',
		query: 'ledger:list',
		keyField: 'number',
		verifier: new DocumentsVerifier('number'),
		credential: await userOf(deployment, proxy.url),
		nodeType: trigger,
		verdict,
	});
	const history = new History(deployment);
	return {
		deployment,
		nodes,
		trigger,
		node,
		proxy,
		behindProxy,
		workflows: [...directWorkflows(deployment, trigger, verdict), behindProxy],
		followers: (['live', 'reloading', 'durable'] as const).map(
			(host) => new FollowingWorkflow(deployment, history, poller, host, seed, verdict),
		),
		stop: async () => {
			await proxy.down();
			await deployment.stop();
		},
	};
}

function directWorkflows(
	{ url, deployKey }: EmbeddedDeployment,
	nodeType: INodeType,
	verdict: Verdict,
): WatchedWorkflow[] {
	const admin = { deploymentUrl: url, authentication: 'deployKey', token: deployKey };
	const nobody = { deploymentUrl: url, authentication: 'none', token: '' };
	return [
		new WatchedWorkflow({
			name: 'entries by id',
			ledger: 'a',
			query: 'ledger:list',
			keyField: '_id',
			verifier: new DocumentsVerifier('_id'),
			credential: admin,
			nodeType,
			verdict,
		}),
		new WatchedWorkflow({
			name: 'entries by number',
			ledger: 'b',
			query: 'ledger:list',
			keyField: 'number',
			verifier: new DocumentsVerifier('number'),
			credential: nobody,
			nodeType,
			verdict,
		}),
		new WatchedWorkflow({
			name: 'the result',
			ledger: 'a',
			query: 'ledger:head',
			verifier: new ResultVerifier(),
			credential: admin,
			nodeType,
			verdict,
		}),
	];
}

async function userOf(
	deployment: EmbeddedDeployment,
	deploymentUrl: string,
): Promise<CredentialValues> {
	const exp = Math.floor(Date.now() / 1_000) + TOKEN_LIFETIME_S;
	const token = await deployment.signToken({ exp });
	return { deploymentUrl, authentication: 'bearerToken', token };
}
