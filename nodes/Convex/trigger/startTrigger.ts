import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { ParameterSource } from '../actions/function/parameterSource';
import type { EncodedArguments } from '../convex/arguments';
import { actingAs, openDeployment, type Deployment } from '../transport/deployment';
import { readSignature } from '../transport/functionSignature';
import { PATIENCE, type Patience } from '../transport/live/absence';
import { checkDeployment } from '../transport/live/deploymentCheck';
import { checkEgress } from '../transport/live/egress';
import { checkWebSocketSupport } from '../transport/live/syncClient';
import { toEditorError, toFailure } from '../transport/nodeError';
import { manualRun } from './manualRun';
import { readWatch, readWatchedArguments, triggerParameters, type Watch } from './parameters';
import { endingTrigger, isWrongConfiguration, watchFailure } from './watchFailure';
import { WatchRun } from './watchRun';

/**
 * How long activation waits for the query's first result. What is wrong with the parameters shows
 * in it, and n8n saves the static data once right after activation, with the result that later ones
 * are compared with.
 */
const FIRST_RESULT_TIMEOUT_MS = 5_000;

/** The user has just activated or changed the workflow and is there to mend it. */
const ACTIVATED_BY_USER = ['activate', 'update', 'create'];

/**
 * Starts watching.
 *
 * n8n gives a trigger that throws five attempts in 15 seconds and then none, not even after its own
 * restart. So only a wrong configuration and refused credentials are thrown; a deployment that is
 * away is waited for in the background.
 *
 * @param patience how long the deployment may be away unnoticed
 * @throws NodeOperationError, NodeApiError
 */
export async function startTrigger(
	context: ITriggerFunctions,
	patience: Patience = PATIENCE,
): Promise<ITriggerResponse> {
	try {
		checkWebSocketSupport();
		const parameters = triggerParameters(context);
		const watch = readWatch(parameters);
		const deployment = await openDeployment(context);
		const args = await argumentsOf(context, parameters, deployment, watch);
		return context.getMode() === 'manual'
			? manualRun(context, deployment, watch, args)
			: await activate(context, deployment, watch, args, patience);
	} catch (error) {
		// Where n8n shows why an activation failed, there is the message only.
		throw toEditorError(context.getNode(), watchFailure(toFailure(error)));
	}
}

/** Arguments that are wrong are refused here; a form needs the deployment to say what it means. */
async function argumentsOf(
	context: ITriggerFunctions,
	parameters: ParameterSource,
	deployment: Deployment,
	{ functionPath, componentPath, hasArgumentForm }: Watch,
): Promise<() => Promise<EncodedArguments>> {
	const target = { operation: 'query' as const, functionPath, componentPath, isWatched: true };
	const read = async () =>
		await readWatchedArguments(
			parameters,
			async () => await readSignature(context, deployment, target),
		);
	if (hasArgumentForm) {
		parameters.getNodeParameter('mappedArguments', 0, {});
		return read;
	}
	const args = await read();
	return async () => args;
}

async function activate(
	context: ITriggerFunctions,
	deployment: Deployment,
	watch: Watch,
	args: () => Promise<EncodedArguments>,
	patience: Patience,
): Promise<ITriggerResponse> {
	const isByUser = ACTIVATED_BY_USER.includes(context.getActivationMode());
	const isThere = await checkBeforehand(context, deployment, watch, isByUser);
	const hasMemory = context.getWorkflowStaticData('node').watch !== undefined;
	const run = new WatchRun(context, deployment, watch, args, patience);
	if (isThere && (isByUser || !hasMemory)) {
		const first = await run.firstOutcome(FIRST_RESULT_TIMEOUT_MS);
		const isFinal =
			first.status === 'refused' ||
			(first.status === 'failed' && isByUser && isWrongConfiguration(first.failure));
		if (isFinal) {
			await run.close();
			throw first.failure;
		}
	}
	run.activated();
	return { closeFunction: async () => await run.close() };
}

/**
 * @returns whether the deployment answers
 * @throws ConvexFailure for what is certain without a live connection
 */
async function checkBeforehand(
	context: ITriggerFunctions,
	deployment: Deployment,
	{ identity }: Watch,
	isByUser: boolean,
): Promise<boolean> {
	if (isByUser) await checkPolicy(context, deployment);
	const caller = identity === undefined ? deployment : actingAs(deployment, identity);
	const check = await checkDeployment(
		context,
		caller,
		identity !== undefined,
		FIRST_RESULT_TIMEOUT_MS,
	);
	if (check.status === 'refuses') throw endingTrigger(check.failure);
	return check.status === 'answers';
}

async function checkPolicy(context: ITriggerFunctions, { credential }: Deployment): Promise<void> {
	try {
		await checkEgress(context, credential.deploymentUrl);
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (isWrongConfiguration(failure)) throw failure;
	}
}
