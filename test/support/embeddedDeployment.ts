import { startDeployment, type StartedDeployment } from '../../emulator/client';
import type { CredentialValues } from './engine';
import { convexForm, runConvex, type ConvexRunOptions, type ConvexRunResult } from './convexNode';

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
 * Gives the tests of a file an embedded deployment, emptied before each of them.
 *
 * @param folder - the app that it serves; the sample app unless given
 */
export function useEmbeddedDeployment(
	authentication: 'none' | 'deployKey',
	folder?: string,
): DeploymentUse {
	let deployment: StartedDeployment;
	beforeAll(async () => {
		deployment = await startDeployment(folder);
	});
	let tests = 0;
	beforeEach(async () => {
		tests += 1;
		await deployment.reset();
	});
	afterAll(async () => await deployment.stop());
	const credential = () => ({
		deploymentUrl: deployment.url,
		authentication,
		// The kind before a key is no part of it; what the node remembers of a key is of this test only.
		token: `test${tests}:${deployment.deployKey}`,
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
