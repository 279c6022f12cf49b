import type { IDataObject, INode } from 'n8n-workflow';
import { DOCUMENT_TRIGGER_TYPE, following } from '../support/polls';
import { readStack } from './environment';
import { FACTS } from './n8nFacts';
import { useSignedInN8n } from './signedIn';
import { mutate, useWatchingWorkflows } from './watchingWorkflows';

const { n8nProcess } = readStack();
const session = useSignedInN8n();
const workflows = useWatchingWorkflows(() => session.n8n);

/** A poll time comes once a minute, and n8n starts in some ten seconds. */
const POLLS_TIMEOUT_MS = 600_000;

const everyMinute = (tables: string[], parameters: INode['parameters'] = {}) =>
	following(tables, { pollTimes: { item: [{ mode: 'everyMinute' }] }, ...parameters });

const imported = async (parameters: INode['parameters']) =>
	await workflows.import(session.credentialId, parameters, undefined, DOCUMENT_TRIGGER_TYPE);

const isOf = (title: string) => (items: object[]) => JSON.stringify(items).includes(title);

const titlesOf = (starts: IDataObject[][]) =>
	starts.flat().map(({ document }) => Object(document).title);

it('a table that is not there keeps the workflow from being published, and is named', async () => {
	const id = await imported(everyMinute(['task']));
	const { status, triggers } = await workflows.publish(id);
	expect(status).toBe('failed');
	expect(JSON.stringify(triggers)).toMatch(/has no table 'task'/);
});

const SCHEDULER = {
	N8N_USE_WORKFLOW_PUBLICATION_SERVICE: 'true',
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
	N8N_SCHEDULER_MATERIALIZATION_INTERVAL: '1',
	N8N_SCHEDULER_EXECUTOR_INTERVAL: '1',
};

/** How n8n polls, and what becomes of a position; older lines of n8n know the first way only. */
const HOSTS: Array<[name: string, settings: NodeJS.ProcessEnv]> = [
	['by default', {}],
	['with its scheduler', SCHEDULER],
	[
		'with its scheduler and durable cursors',
		{ ...SCHEDULER, N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true' },
	],
];

// For the test files that follow.
afterEach(async () => {
	await n8nProcess.shutDown();
	await n8nProcess.startAgain();
}, POLLS_TIMEOUT_MS);

it.each(FACTS.publishesInBackground ? HOSTS : HOSTS.slice(0, 1))(
	'documents start the workflow when it is published, at poll times, and after n8n was killed: %s',
	async (_name, settings) => {
		await n8nProcess.shutDown();
		await n8nProcess.startAgain(settings);
		await mutate('tasks:create', { title: 'before' });
		const [all, later] = [
			await imported(everyMinute(['tasks'], { startFrom: 'beginning' })),
			await imported(everyMinute(['tasks'])),
		];
		expect(await workflows.publish(all)).toMatchObject({ status: 'published' });
		expect(await workflows.publish(later)).toMatchObject({ status: 'published' });
		await workflows.starts(all, isOf('before'));
		await mutate('tasks:create', { title: 'polled' });
		await Promise.all([
			workflows.starts(all, isOf('polled')),
			workflows.starts(later, isOf('polled')),
		]);
		await n8nProcess.shutDown('SIGKILL');
		await mutate('tasks:create', { title: 'meanwhile' });
		await n8nProcess.startAgain(settings);
		const starts = await Promise.all([
			workflows.starts(all, isOf('meanwhile')),
			workflows.starts(later, isOf('meanwhile')),
		]);
		expect(starts.map(titlesOf)).toEqual([
			['before', 'polled', 'meanwhile'],
			['polled', 'meanwhile'],
		]);
	},
	POLLS_TIMEOUT_MS,
);
