import type { INode } from 'n8n-workflow';
import { DOCUMENT_TRIGGER_TYPE, following } from '../support/polls';
import { readStack } from './environment';
import { useSignedInN8n } from './signedIn';
import { mutate, useWatchingWorkflows } from './watchingWorkflows';

const { deployment, n8nProcess } = readStack();
const session = useSignedInN8n();
const workflows = useWatchingWorkflows(() => session.n8n);

/** A poll time comes once a minute, and n8n starts in some ten seconds. */
const POLLS_TIMEOUT_MS = 600_000;

const everyMinute = (tables: string[], parameters: INode['parameters'] = {}) =>
	following(tables, { pollTimes: { item: [{ mode: 'everyMinute' }] }, ...parameters });

const imported = async (parameters: INode['parameters']) =>
	await workflows.import(session.credentialId, parameters, undefined, DOCUMENT_TRIGGER_TYPE);

it('a table that is not there keeps the workflow from being published, and is named', async () => {
	const id = await imported(everyMinute(['task']));
	const { status, triggers } = await workflows.publish(id);
	expect(status).toBe('failed');
	expect(JSON.stringify(triggers)).toMatch(/has no table 'task'/);
});

it(
	'documents start the workflow when it is published, at poll times, and after n8n was killed',
	async () => {
		await mutate('tasks:create', { title: 'before' });
		const id = await imported(everyMinute(['tasks'], { startFrom: 'beginning' }));
		expect(await workflows.publish(id)).toMatchObject({ status: 'published' });
		const isOf = (title: string) => (items: object[]) => JSON.stringify(items).includes(title);
		await workflows.starts(id, isOf('before'));
		await mutate('tasks:create', { title: 'polled' });
		await workflows.starts(id, isOf('polled'));
		await n8nProcess.shutDown('SIGKILL');
		await mutate('tasks:create', { title: 'meanwhile' });
		await n8nProcess.startAgain();
		const starts = await workflows.starts(id, isOf('meanwhile'));
		expect(starts.flat().map(({ document }) => Object(document).title)).toEqual([
			'before',
			'polled',
			'meanwhile',
		]);
		expect((await deployment.requestStats()).endpoints['/api/v1/data/sync']).toBeDefined();
	},
	POLLS_TIMEOUT_MS,
);
