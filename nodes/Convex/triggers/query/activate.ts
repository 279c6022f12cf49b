import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { otherArguments, readArguments } from '../../parameters/arguments';
import type { ParameterReader } from '../../parameters/parameterReader';
import { triggerParameters } from '../../parameters/triggerParameters';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { ConvexFailure } from '../../convex/failure';
import { refusedByClient } from '../../convex/functions/liveArguments';
import { openCaller, type Caller } from '../../transport/caller';
import {
	adviseInstead,
	readSignature,
	readSignatureSince,
} from '../../transport/http/functionSignature';
import { checkEgress } from '../../transport/live/egress';
import {
	SUBSCRIPTION_THRESHOLDS,
	type SubscriptionThresholds,
} from '../../transport/live/subscriptionOutage';
import { checkWebSocketSupport } from '../../transport/live/syncClient';
import { toEditorError, toFailure } from '../../transport/nodeError';
import { settledWithin } from '../../transport/timers';
import { Activation } from './activationRegistry';
import { manualRun } from './manualRun';
import { readWatch, type Watch } from './parameters';
import { endingTrigger, isWrongConfiguration, watchFailure } from './failures';
import { hasCheckpoint } from './checkpointStore';
import { ActiveSubscription, type FirstOutcome } from './activeSubscription';

/**
 * How long activation waits for the deployment's answer and the query's first result. What is wrong
 * with the credential or the parameters shows in them, and n8n saves the static data once right
 * after activation, with the result that later ones are compared with. n8n cannot end a trigger
 * whose activation is still waiting, so this is short.
 */
const ACTIVATION_TIMEOUT_MS = 5_000;

/** The user has just activated or changed the workflow and is there to mend it. */
const ACTIVATED_BY_USER = ['activate', 'update', 'create'];

/**
 * Starts watching.
 *
 * n8n gives a trigger that throws five attempts in 15 seconds and then none, not even after its own
 * restart. So only a wrong configuration and refused credentials are thrown; a deployment that is
 * unavailable is waited for in the background.
 *
 * @param thresholds how long the deployment may be unavailable without a report
 * @throws NodeOperationError, NodeApiError
 */
export async function startTrigger(
	context: ITriggerFunctions,
	thresholds: SubscriptionThresholds = SUBSCRIPTION_THRESHOLDS,
): Promise<ITriggerResponse> {
	try {
		checkWebSocketSupport();
		return context.getMode() === 'manual'
			? await prepareManualRun(context)
			: await activate(context, thresholds);
	} catch (error) {
		// Where n8n shows why an activation failed, there is the message only.
		throw toEditorError(context.getNode(), watchFailure(toFailure(error)));
	}
}

interface TriggerSettings {
	caller: Caller;
	watch: Watch;
	args: () => Promise<EncodedArguments>;
}

async function readParameters(context: ITriggerFunctions): Promise<TriggerSettings> {
	const parameters = triggerParameters(context);
	const watch = readWatch(parameters);
	const caller = await openCaller(context);
	return { caller, watch, args: await argumentsOf(context, parameters, caller, watch) };
}

async function prepareManualRun(context: ITriggerFunctions): Promise<ITriggerResponse> {
	const { caller, watch, args } = await readParameters(context);
	return manualRun(context, caller, watch, args);
}

/** Arguments that are wrong are refused here; a form needs the deployment to say what it means. */
async function argumentsOf(
	context: ITriggerFunctions,
	parameters: ParameterReader,
	caller: Caller,
	{ functionPath, componentPath, hasArgumentForm }: Watch,
): Promise<() => Promise<EncodedArguments>> {
	const target = { operation: 'query' as const, functionPath, componentPath, isWatched: true };
	const readBy = async (readFrom: typeof readSignatureSince) => {
		const declared = async () => {
			const asked = readFrom(context, caller, target, performance.now());
			return (await asked.catch(adviseInstead(() => `set ${otherArguments(false)}`))).args;
		};
		const args = await readArguments(parameters, 0, declared, false);
		const refusal = refusedByClient(JSON.stringify(args));
		if (refusal !== undefined) throw refusal;
		return args;
	};
	const read = async () => await readBy(readSignature);
	if (hasArgumentForm) {
		parameters.getNodeParameter('mappedArguments', 0, {});
		return async () => {
			try {
				return await read();
			} catch (thrown) {
				const failure = toFailure(thrown);
				if (failure.details.kind !== 'input') throw failure;
				// The list of some seconds ago may be older than the form.
				return await readBy(readSignatureSince);
			}
		};
	}
	const args = await read();
	return async () => args;
}

async function activate(
	context: ITriggerFunctions,
	thresholds: SubscriptionThresholds,
): Promise<ITriggerResponse> {
	const isByUser = ACTIVATED_BY_USER.includes(context.getActivationMode());
	const { id: nodeId, name: nodeName } = context.getNode();
	const workflowId = context.getWorkflow().id ?? '';
	const activation = Activation.begin({ workflowId, nodeId, nodeName });
	try {
		const { caller, watch, args } = await readParameters(context);
		if (activation.hasEnded) return activation.response();
		const run = new ActiveSubscription(context, caller, watch, args, thresholds);
		activation.watch(run);
		const checking = check(context, caller, run, isByUser);
		const failure = (await inTime(activation, run, isByUser, checking)) ?? run.refusal;
		if (failure !== undefined) throw failure;
		if (!activation.hasEnded) run.activated();
		return activation.response();
	} catch (error) {
		await activation.end();
		throw toFailure(error);
	}
}

/** What activation waits for after the deployment answered: the first result, or nothing more. */
type Check = 'awaitResult' | 'done';

/**
 * Waits for the check over HTTP and for the first result, side by side and no longer than the time
 * of an activation.
 *
 * @returns why the trigger cannot start, if it cannot
 * @throws ConvexFailure what the check threw
 */
async function inTime(
	activation: Activation,
	run: ActiveSubscription,
	isByUser: boolean,
	checking: Promise<Check>,
): Promise<ConvexFailure | undefined> {
	const awaited = run.outcome.then((outcome) => finalFailure(outcome, isByUser));
	// What the query gave by then counts, though the deployment did not answer over HTTP.
	const present = async () => await Promise.race([awaited, undefined]);
	const checked = checking.then(async (next) =>
		next === 'awaitResult' ? await awaited : await present(),
	);
	const settled = Promise.race([checked, activation.ended]);
	return (await settledWithin(settled, ACTIVATION_TIMEOUT_MS)) ?? (await present());
}

function finalFailure(first: FirstOutcome, isByUser: boolean): ConvexFailure | undefined {
	if (first.status === 'result') return undefined;
	const isFinal = first.status === 'refused' || (isByUser && isWrongConfiguration(first.failure));
	return isFinal ? first.failure : undefined;
}

/** @throws ConvexFailure for what is certain without a live connection */
async function check(
	context: ITriggerFunctions,
	caller: Caller,
	run: ActiveSubscription,
	isByUser: boolean,
): Promise<Check> {
	const isKnown = hasCheckpoint(() => context.getWorkflowStaticData('node'));
	if (isByUser) await checkPolicy(context, caller);
	const state = await run.check();
	if (state.status === 'refuses') throw endingTrigger(state.failure);
	return state.status === 'accepts' && (isByUser || !isKnown) ? 'awaitResult' : 'done';
}

async function checkPolicy(context: ITriggerFunctions, { credential }: Caller): Promise<void> {
	try {
		await checkEgress(context, credential.deploymentUrl);
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (isWrongConfiguration(failure)) throw failure;
	}
}
