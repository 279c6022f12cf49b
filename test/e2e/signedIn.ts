import { readStack } from './environment';
import { N8nApi } from './n8nApi';

export interface SignedIn {
	readonly n8n: N8nApi;
	/** A credential with the deploy key. */
	readonly credentialId: string;
}

/** Signs the tests of a file in to n8n, with a credential for the deployment, which is empty before each. */
export function useSignedInN8n(): SignedIn {
	const { n8nUrl, deployment, deploymentUrl, deployKey } = readStack();
	let n8n: N8nApi;
	let credentialId: string;
	beforeAll(async () => {
		n8n = await N8nApi.signIn(n8nUrl);
		const data = { deploymentUrl, authentication: 'deployKey', token: deployKey };
		credentialId = await n8n.createCredential('Convex', 'convexApi', data);
	});
	beforeEach(async () => await deployment.reset());
	return {
		get n8n() {
			return n8n;
		},
		get credentialId() {
			return credentialId;
		},
	};
}
