import type { NodeEgressFilter } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import type { CallContext } from '../caller';
import { networkFailure } from '../http/networkFailure';

/**
 * Asks n8n's own policy (N8N_SSRF_…) whether the deployment may be connected to: a WebSocket does
 * not go through n8n's request helper, which asks by itself. n8n 2.20 and older has no policies, and
 * n8n 2.33 has no filter while its policy is turned off.
 *
 * @throws ConvexFailure when it may not (`input`), or when its name cannot be looked up (`network`)
 */
export async function checkEgress(
	{ helpers }: Pick<CallContext, 'helpers'>,
	deploymentUrl: string,
): Promise<void> {
	const filter: NodeEgressFilter | undefined = helpers.getSecureEgressFilter?.();
	if (filter === undefined) return;
	const verdict = await filter.validateUrl(deploymentUrl);
	if (verdict.ok) return;
	if ('code' in verdict.error) throw networkFailure('query', verdict.error, 0);
	throw inputFailure(
		`n8n's network policy does not allow connections to the deployment: ${verdict.error.message}`,
		"Allow its address in n8n's environment: N8N_SSRF_ALLOWED_HOSTNAMES, or N8N_SSRF_ALLOWED_IP_RANGES for an address in your own network.",
	);
}
