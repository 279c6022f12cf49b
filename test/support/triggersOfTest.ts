import { ConvexHttpClient } from 'convex/browser';
import type { Value } from 'convex/values';
import type { INode } from 'n8n-workflow';
import { useEmbeddedDeployment, type DeploymentUse } from './embeddedDeployment';
import { mutation } from './syncClients';
import { ActiveTrigger, watching, type TriggerOptions } from './triggers';
import { until } from './waiting';

export interface TriggerUse extends DeploymentUse {
	/** Activates a workflow with a trigger; it is deactivated after the test. */
	activate: (
		parameters: INode['parameters'],
		options?: Partial<TriggerOptions>,
	) => Promise<ActiveTrigger>;
	/** The same without waiting for it. */
	trigger: (parameters: INode['parameters'], options?: Partial<TriggerOptions>) => ActiveTrigger;
	/** Counts one up in the sample app's counter 'a', past the trigger. */
	increment: () => Promise<unknown>;
	/** Sets what the sample app's board 'a' has. */
	put: (value: Value) => Promise<unknown>;
	/** Runs a mutation of the sample app, past the trigger. */
	mutate: (path: string, args: Record<string, Value>) => Promise<unknown>;
	/** Resolves when the number of the deployment's open sockets is as wanted. */
	untilSockets: (isWanted: (sockets: number) => boolean) => Promise<void>;
	socketsClosed: () => Promise<void>;
}

/** A trigger's parameters for the result of a query that gives the counter 'a'. */
export function watchingCounter(parameters: INode['parameters'] = {}): INode['parameters'] {
	return watching('counters:get', { name: 'a' }, parameters);
}

/** The same for the documents of a query that gives what the board 'a' has. */
export function watchingBoard(parameters: INode['parameters'] = {}): INode['parameters'] {
	return watching('boards:read', { name: 'a' }, { emit: 'changes', ...parameters });
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
	const mutate: TriggerUse['mutate'] = async (path, args) => {
		const http = new ConvexHttpClient(use.deployment.url, { logger: false });
		return await http.mutation(mutation(path), args, { skipQueue: true });
	};
	return {
		mutate,
		increment: async () => await mutate('counters:increment', { name: 'a' }),
		put: async (value) => await mutate('boards:put', { name: 'a', value }),
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
	};
}
