import { ConvexHttpClient } from 'convex/browser';
import type { Value } from 'convex/values';
import type { INode } from 'n8n-workflow';
import { useEmbeddedDeployment, type DeploymentUse } from './embeddedDeployment';
import { mutation } from './syncClients';
import { ActiveTrigger, type TriggerOptions } from './triggers';
import { until } from './waiting';

export interface TriggerUse extends DeploymentUse {
	/** Activates a workflow with a trigger; it is deactivated after the test. */
	activate: (
		parameters: INode['parameters'],
		options?: Partial<TriggerOptions>,
	) => Promise<ActiveTrigger>;
	/** The same without waiting for it. */
	trigger: (parameters: INode['parameters'], options?: Partial<TriggerOptions>) => ActiveTrigger;
	/** Runs a mutation of the sample app, past the trigger. */
	mutate: (path: string, args: Record<string, Value>) => Promise<unknown>;
	/** Resolves when the number of the deployment's open sockets is as wanted. */
	untilSockets: (isWanted: (sockets: number) => boolean) => Promise<void>;
	socketsClosed: () => Promise<void>;
}

/** Gives the tests of a file an embedded deployment, and triggers that watch it. */
export function useTriggers(authentication: 'none' | 'deployKey'): TriggerUse {
	const use = useEmbeddedDeployment(authentication);
	let triggers: ActiveTrigger[] = [];
	afterEach(async () => {
		await Promise.all(triggers.map(async (trigger) => await trigger.deactivate()));
		triggers = [];
	});
	const trigger: TriggerUse['trigger'] = (parameters, options = {}) => {
		const made = new ActiveTrigger({ credential: use.credential, parameters, ...options });
		triggers.push(made);
		return made;
	};
	const untilSockets: TriggerUse['untilSockets'] = async (isWanted) => {
		await until(async () => isWanted((await use.deployment.syncStats()).sockets), isWanted);
	};
	return {
		untilSockets,
		socketsClosed: async () => await untilSockets((sockets) => sockets === 0),
		get deployment() {
			return use.deployment;
		},
		get credential() {
			return use.credential;
		},
		run: use.run,
		form: use.form,
		trigger,
		activate: async (parameters, options) => {
			const made = trigger(parameters, options);
			await made.activate();
			return made;
		},
		mutate: async (path, args) => {
			const http = new ConvexHttpClient(use.deployment.url, { logger: false });
			return await http.mutation(mutation(path), args, { skipQueue: true });
		},
	};
}
