import type { StartedDeployment } from '../../emulator/client';
import type { CredentialValues } from './engine';
import { convexForm, runConvex, type ConvexRunOptions, type ConvexRunResult } from './convexNode';
import { giveBack, takeDeployment } from './deploymentPool';

export interface DeploymentUse {
	deployment: StartedDeployment;
	/** A valid credential for it. */
	credential: CredentialValues;
	/** Runs the Convex node against it, with that credential unless another is given. */
	run: (
		options: Omit<ConvexRunOptions, 'credential'> & { credential?: CredentialValues },
	) => Promise<ConvexRunResult>;
	/** The node's form in the editor, with that credential unless another is given. */
	form: (
		parameters: ConvexRunOptions['parameters'],
		credential?: CredentialValues,
	) => ReturnType<typeof convexForm>;
}

/**
 * Gives each test of a file an empty embedded deployment at an address of its own: what the node
 * remembers of a deployment is of one test only, and what a test left behind does not reach the next.
 *
 * @param folder - the app that it serves; the sample app unless given
 */
export function useEmbeddedDeployment(
	authentication: 'none' | 'deployKey',
	folder?: string,
): DeploymentUse {
	let deployment: StartedDeployment;
	let giveItBack = () => {};
	beforeAll(async () => {
		deployment = await takeDeployment(folder);
		giveItBack = () => giveBack(deployment, folder);
	});
	beforeEach(async () => await deployment.renew());
	afterAll(() => giveItBack());
	const credential = () => ({
		deploymentUrl: deployment.url,
		authentication,
		token: deployment.deployKey,
	});
	return {
		get deployment() {
			return deployment;
		},
		get credential() {
			return credential();
		},
		run: async (options) => await runConvex({ credential: credential(), ...options }),
		form: (parameters, other) => convexForm({ credential: other ?? credential(), parameters }),
	};
}
