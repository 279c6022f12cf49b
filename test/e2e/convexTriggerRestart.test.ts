import { watching } from '../support/triggers';
import { readStack } from './environment';
import { useSignedInN8n } from './signedIn';
import { mutate, untilSockets, useWatchingWorkflows } from './watchingWorkflows';

const { deployment, n8nProcess } = readStack();
const session = useSignedInN8n();

const RESTART_TIMEOUT_MS = 600_000;

// Before the workflows are unpublished, and for the test files that follow.
afterEach(async () => {
	await deployment.comeBack();
	await n8nProcess.startAgain();
}, RESTART_TIMEOUT_MS);
const workflows = useWatchingWorkflows(() => session.n8n);

const counter = watching('counters:get', { name: 'a' });
const increment = async () => await mutate('counters:increment', { name: 'a' });

/** Publishes a workflow. @returns its id */
async function published(parameters: ReturnType<typeof watching>): Promise<string> {
	const id = await workflows.import(session.credentialId, parameters);
	expect(await workflows.publish(id)).toMatchObject({ status: 'published' });
	return id;
}

it(
	'n8n says goodbye to the deployment when it is stopped, and catches up when it is started',
	async () => {
		const first = String(await mutate('tasks:create', { title: 'Write' }));
		const second = String(await mutate('tasks:create', { title: 'Read' }));
		const [count, tasks, quiet] = [
			await published(counter),
			await published(watching('tasks:list', { status: 'open' }, { emit: 'changes' })),
			await published(watching('counters:get', { name: 'quiet' })),
		];
		await increment();
		await workflows.starts(count);
		await mutate('counters:increment', { name: 'quiet' });
		await workflows.starts(quiet);

		expect(await n8nProcess.shutDown()).toBe(0);
		expect(await deployment.syncStats()).toMatchObject({ sockets: 0, closeCodes: { 1005: 3 } });
		await increment();
		await increment();
		await mutate('tasks:complete', { id: first });
		const third = String(await mutate('tasks:create', { title: 'Rest' }));
		await n8nProcess.startAgain();

		await workflows.starts(count, ([item]) => item?.value === 3);
		await increment();
		const starts = await workflows.starts(count, ([item]) => item?.value === 4);
		expect(starts).toEqual([
			[{ value: 1, previousValue: 0, reason: 'change' }],
			[{ value: 3, previousValue: null, reason: 'catchUp' }],
			[{ value: 4, previousValue: 3, reason: 'change' }],
		]);
		const [caughtUp] = await workflows.starts(tasks);
		expect(caughtUp?.map(({ change, key, reason }) => [change, key, reason])).toEqual([
			['added', third, 'catchUp'],
			['removed', first, 'catchUp'],
		]);
		expect(JSON.stringify(caughtUp)).not.toContain(second);
		expect(await workflows.startsSoFar(quiet)).toHaveLength(1);
	},
	RESTART_TIMEOUT_MS,
);

it(
	'n8n that is killed, and comes up while the deployment is down, loses nothing and repeats nothing',
	async () => {
		const [count, quiet] = [
			await published(counter),
			await published(watching('counters:get', { name: 'quiet' })),
		];
		await increment();
		await workflows.starts(count);
		await mutate('counters:increment', { name: 'quiet' });
		await workflows.starts(quiet);

		expect(await n8nProcess.shutDown('SIGKILL')).toBe('SIGKILL');
		await untilSockets(0);
		await increment();
		await deployment.goDown();
		await n8nProcess.startAgain();
		await deployment.comeBack();

		await workflows.starts(count, ([item]) => item?.value === 2);
		await increment();
		const starts = await workflows.starts(count, ([item]) => item?.value === 3);
		expect(starts).toEqual([
			[{ value: 1, previousValue: 0, reason: 'change' }],
			[{ value: 2, previousValue: null, reason: 'catchUp' }],
			[{ value: 3, previousValue: 2, reason: 'change' }],
		]);
		await mutate('counters:increment', { name: 'quiet' });
		expect(await workflows.starts(quiet, ([item]) => item?.value === 2)).toHaveLength(2);
		expect(await session.n8n.executionsOf(count)).toHaveLength(3);
	},
	RESTART_TIMEOUT_MS,
);
