import type { Clock } from './clock';
import type { ExportPageSizes } from './export/exportApi';
import type { FaultPlan, Fault, RandomFaults } from './faults';
import type { FunctionRunner } from './functionRunner';
import type { ImportPace, PaceSettings } from './import/importPace';
import type { Authenticator } from './identity';
import type { RequestCounter } from './requestStats';
import { syncCommandsFor } from './sync/syncCommands';
import type { SyncServer } from './sync/syncServer';
import type { TokenHeader } from './testKeys';

/** Where a deployment is. */
export interface DeploymentAddresses {
	url: string;
	/** Where its HTTP actions are. */
	siteUrl: string;
}

/** A deployment as tests control it. */
export interface ControlledDeployment {
	readonly faults: FaultPlan;
	readonly requests: RequestCounter;
	readonly authenticator: Authenticator;
	readonly clock: Clock;
	readonly exportPageSizes: ExportPageSizes;
	/** Whether its plan has streaming export. */
	hasStreamingExport: boolean;
	readonly importPace: ImportPace;
	readonly runner: FunctionRunner;
	readonly sync: SyncServer;
	reset: () => void;
	renew: () => Promise<DeploymentAddresses>;
	goDown: () => Promise<void>;
	comeBack: () => Promise<void>;
	restart: (downMs: number) => Promise<void>;
}

interface SignTokenCommand {
	claims: Record<string, unknown>;
	header?: TokenHeader;
}

/** What tests can have a deployment do: each takes JSON and gives JSON. `client.ts` says what they mean. */
export function commandsFor(deployment: ControlledDeployment) {
	const { faults, requests, authenticator } = deployment;
	return {
		addFault: (fault: Fault) => faults.add(fault),
		setRandomFaults: ({ randomFaults }: { randomFaults?: RandomFaults }) =>
			faults.setRandomFaults(randomFaults),
		reset: () => deployment.reset(),
		renew: async () => await deployment.renew(),
		redact: () => {
			deployment.runner.redacted = true;
		},
		signToken: async ({ claims, header }: SignTokenCommand) =>
			await authenticator.signToken(claims, header),
		setActionTimeout: ({ timeoutMs }: { timeoutMs: number }) => {
			deployment.runner.actionTimeoutMs = timeoutMs;
		},
		setExportPageSizes: (sizes: Partial<ExportPageSizes>) => {
			Object.assign(deployment.exportPageSizes, sizes);
		},
		setStreamingExport: ({ isOnPlan }: { isOnPlan: boolean }) => {
			deployment.hasStreamingExport = isOnPlan;
		},
		setImportPace: (settings: PaceSettings) => deployment.importPace.set(settings),
		advanceClock: ({ ms }: { ms: number }) => deployment.clock.advance(ms),
		createKey: (allowedActions: string[]) => authenticator.createKey(allowedActions),
		executions: () => deployment.runner.executions.byPath(),
		executionsByKey: () => deployment.runner.executions.byKey(),
		receivedCalls: () => deployment.runner.received.all(),
		requestStats: () => requests.stats(),
		redeploy: () => deployment.runner.redeploy(),
		forgetHistory: () => deployment.runner.history.forget(),
		goDown: async () => await deployment.goDown(),
		comeBack: async () => await deployment.comeBack(),
		restart: async ({ downMs }: { downMs: number }) => await deployment.restart(downMs),
		...syncCommandsFor(deployment.sync),
	};
}

export type DeploymentCommands = ReturnType<typeof commandsFor>;
