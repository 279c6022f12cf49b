import type { EmbeddedDeployment } from '../../emulator/client';
import { openHttp } from '../../test/support/syncClients';
import type { Certificate } from '../server/certificate';
import type { Stage } from '../stage';
import { ADD, ADD_MANY, ADDITIONS, additionsOf } from './additions';
import type { DeliveryJob, DeliveryName } from './messages';
import { withSlowDeployment } from './slowDeployment';

export interface DeliveryResult {
	delivery: DeliveryName;
	mutations: number;
	/** The median of the runs. */
	wallTimeMs: number;
	/** Whether, in every run, the mutations took effect in the order of the items. */
	isInOrder: boolean;
	/** Whether, in every run, each ran once. */
	isOnce: boolean;
}

/** Has the node deliver mutations to a deployment of its own behind TLS and latency, some times. */
export async function measureDelivery(
	stage: Stage,
	certificate: Certificate,
	delivery: DeliveryName,
	mutations: number,
): Promise<DeliveryResult> {
	return await withSlowDeployment(stage, certificate, async ({ deployment, measure }) => {
		const effects: Effect[] = [];
		const wallTimeMs = await measure(
			'deliveryWorker',
			(credential): DeliveryJob => ({ delivery, mutations, credential }),
			async (run) => void effects.push(await effectOf(deployment, run, mutations)),
		);
		return {
			delivery,
			mutations,
			wallTimeMs,
			isInOrder: effects.every(({ isInOrder }) => isInOrder),
			isOnce: effects.every(({ isOnce }) => isOnce),
		};
	});
}

type Effect = Pick<DeliveryResult, 'isInOrder' | 'isOnce'>;

/** What the deployment has of a run: the keys in the order of their mutations, and how often each ran. */
async function effectOf(
	deployment: EmbeddedDeployment,
	run: number,
	mutations: number,
): Promise<Effect> {
	const keys = additionsOf(run, mutations).map(({ key }) => key);
	const name = additionsOf(run, 1)[0]?.name ?? '';
	const added = (await openHttp(deployment.url).query(ADDITIONS, { name })) as unknown[];
	const executions = await deployment.executionsByKey();
	const timesRun = (key: string) =>
		(executions[ADD]?.[key] ?? 0) + (executions[ADD_MANY]?.[key] ?? 0);
	return {
		isInOrder: JSON.stringify(added) === JSON.stringify(keys),
		isOnce: added.length === keys.length && keys.every((key) => timesRun(key) === 1),
	};
}
