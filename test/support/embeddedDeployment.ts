import { startDeployment, type EmbeddedDeployment } from '../deployment/client';
import type { CredentialValues } from './engine';
import { runConvex, type ConvexRunOptions, type ConvexRunResult } from './convexNode';

export interface DeploymentUse {
	deployment: EmbeddedDeployment;
	/** A valid credential for it. */
	credential: CredentialValues;
	/** Runs the Convex node against it, with that credential unless another is given. */
	run: (
		options: Omit<ConvexRunOptions, 'credential'> & { credential?: CredentialValues },
	) => Promise<ConvexRunResult>;
}

/** Gives the tests of a file an embedded deployment, emptied before each of them. */
export function useEmbeddedDeployment(authentication: 'none' | 'deployKey'): DeploymentUse {
	let deployment: EmbeddedDeployment;
	beforeAll(async () => {
		deployment = await startDeployment();
	});
	beforeEach(async () => await deployment.reset());
	afterAll(async () => await deployment.stop());
	return {
		get deployment() {
			return deployment;
		},
		get credential() {
			return { deploymentUrl: deployment.url, authentication, token: deployment.deployKey };
		},
		async run(options) {
			return await runConvex({ credential: this.credential, ...options });
		},
	};
}
