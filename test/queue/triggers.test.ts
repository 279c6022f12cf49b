import { useSignedInN8n } from '../e2e/signedIn';
import { until } from '../e2e/until';
import { mutate, untilSockets, useWatchingWorkflows } from '../e2e/watchingWorkflows';
import { watching } from '../support/triggers';
import { readQueueStack } from './environment';
import { executionsRunBy } from './executionLog';
import { mutationNode } from './webhookWorkflows';

const { n8nProcess, userFolder, workers, deployment, executionStatuses } = readQueueStack();
const session = useSignedInN8n();

// Before the workflows are unpublished, and for the test files that follow.
afterEach(async () => await n8nProcess.startAgain());
const workflows = useWatchingWorkflows(() => session.n8n);

const NAME = 'queue';
const increment = async () => await mutate('counters:increment', { name: NAME });

/** Publishes Convex Trigger → a mutation that notes the value of the trigger's item. @returns its id */
async function publishNotes(): Promise<string> {
	const note = mutationNode(
		session.credentialId,
		'counters:add',
		'{ "name": "notes", "key": "{{ $json.value }}" }',
	);
	const parameters = watching('counters:get', { name: NAME });
	const id = await workflows.import(session.credentialId, parameters, note);
	expect(await workflows.publish(id)).toMatchObject({ status: 'published' });
	return id;
}

it.each(['SIGTERM', 'SIGKILL'] as const)(
	'a trigger runs on the main process alone, its executions on the workers, and it continues after the main process got a %s',
	async (signal) => {
		const id = await publishNotes();
		await untilSockets(1);
		await increment();
		await workflows.starts(id, ([item]) => item?.value === 1);

		await n8nProcess.shutDown(signal);
		// The workers are still there, and none of them watches.
		await untilSockets(0);
		await increment();
		await increment();
		await n8nProcess.startAgain();
		await untilSockets(1);
		await workflows.starts(id, ([item]) => item?.value === 3);
		await increment();
		const starts = await workflows.starts(id, ([item]) => item?.value === 4);

		expect(starts).toEqual([
			[{ value: 1, previousValue: 0, reason: 'change' }],
			[{ value: 3, previousValue: null, reason: 'catchUp' }],
			[{ value: 4, previousValue: 3, reason: 'change' }],
		]);
		const noted = async () => (await deployment.executionsByKey())['counters:add'];
		await until(async () => Object.keys((await noted()) ?? {}).length === 3);
		expect(await noted()).toEqual({ '1': 1, '3': 1, '4': 1 });
		const ids = Object.keys(await executionStatuses(id));
		const onWorkers = new Set(workers.flatMap((worker) => executionsRunBy(worker.userFolder)));
		expect(ids.filter((execution) => !onWorkers.has(execution))).toEqual([]);
		expect(executionsRunBy(userFolder)).toEqual([]);
	},
);
