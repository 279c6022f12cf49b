import { ExecuteContext, TriggerContext } from 'n8n-core';
import { version } from 'n8n-core/package.json';
import { NodeApiError } from 'n8n-workflow';
import { editorContext, nodeAt } from '../support/engine';
import { useBuiltPackage } from './built';
import { CAPABILITIES } from './capabilities';

const built = useBuiltPackage();

/** What the table says is what this engine has, so that no difference hides behind a wrong entry. */
it(`has the abilities that the table gives n8n-core ${version}`, () => {
	const node = nodeAt('Convex', 'n8n-nodes-convex.convex');
	const { helpers } = editorContext(
		{
			nodeTypes: { [node.type]: built.nodeType() },
			credentialTypes: { convexApi: built.credentialType() },
			credentials: {},
		},
		node,
	);
	const wrapped = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
	const { cause } = new NodeApiError(node, wrapped as never);
	expect({
		recordsFailedExecutions: String(TriggerContext).includes('saveFailedExecution'),
		tellsToolCalls: 'isToolExecution' in ExecuteContext.prototype,
		hasEgressFilter: 'getSecureEgressFilter' in helpers,
		keepsErrorCauses: cause instanceof Error,
	}).toEqual({
		recordsFailedExecutions: CAPABILITIES.recordsFailedExecutions,
		tellsToolCalls: CAPABILITIES.tellsToolCalls,
		hasEgressFilter: CAPABILITIES.hasEgressFilter,
		keepsErrorCauses: CAPABILITIES.keepsErrorCauses,
	});
});
