import type { IDataObject } from 'n8n-workflow';
import type { StartedDeployment } from '../../emulator/client';
import { giveBack, takeDeployment } from '../support/deploymentPool';
import { usePolls } from '../support/pollsOfTest';
import { until } from '../support/waiting';

/** A workflow that is published while an earlier poll of its trigger is in progress. */
const use = usePolls();

/** Long enough for what is published meanwhile to be there before it, were it not waited for. */
const LATE = { kind: 'delay', ms: 2_000 } as const;

const titlesOf = (items: IDataObject[] | undefined) =>
	items?.map(({ document }) => (document as IDataObject).title);

/** Resolves when a request has come, whose answer is late. */
async function untilAsked(deployment: StartedDeployment, endpoint: string, before = 0) {
	await until(async () => {
		const { endpoints } = await deployment.requestStats();
		return (endpoints[endpoint]?.requests ?? 0) > before;
	});
}

it.each(['live', 'durable'] as const)(
	'a trigger that is published again while its first activation waits begins there, not at the next poll: %s',
	async (host) => {
		const first = use.workflow(['tasks'], {}, { host });
		await use.deployment.addFault({ ...LATE, path: '/api/query' });
		const activating = first.activate();
		await untilAsked(use.deployment, '/api/query');
		await first.deactivate();
		const second = first.restarted({ mode: 'activate' });
		await second.activate();
		await use.createTask('a');
		await activating;
		expect(titlesOf(await second.poll())).toEqual(['a']);
		await second.deactivate();
	},
);

it('a trigger that is published again begins by itself where its first activation fails', async () => {
	const first = use.workflow(['tasks']);
	const refused = { kind: 'answer', status: 403, body: { code: 'X', message: 'no' } } as const;
	await use.deployment.addFault({ ...LATE, path: '/api/query' });
	await use.deployment.addFault({ ...refused, path: 'data/sync' });
	const activating = expect(first.activate()).rejects.toThrow();
	await untilAsked(use.deployment, '/api/query');
	await first.deactivate();
	const second = first.restarted({ mode: 'activate' });
	await second.activate();
	await use.createTask('a');
	await activating;
	expect(titlesOf(await second.poll())).toEqual(['a']);
	await second.deactivate();
});

describe('with another deployment', () => {
	let other: StartedDeployment;
	beforeAll(async () => {
		other = await takeDeployment();
		await other.renew();
	});
	afterAll(() => giveBack(other));

	it('a trigger that is published during a poll of the former one begins there, not at the next poll', async () => {
		const credential = { ...use.credential, deploymentUrl: other.url, token: other.deployKey };
		const first = await use.activate(['tasks'], {}, { credential });
		const endpoint = '/api/v1/data/sync';
		const before = (await other.requestStats()).endpoints[endpoint]?.requests;
		await other.addFault({ ...LATE, path: endpoint });
		const polling = first.poll();
		await untilAsked(other, endpoint, before);
		await first.deactivate();
		const second = first.restarted({ credential: use.credential, mode: 'update' });
		await second.activate();
		await use.createTask('a');
		await polling;
		expect(titlesOf(await second.poll())).toEqual(['a']);
		await second.deactivate();
	});
});

it('a trigger that knows where it goes on is published again without waiting for a poll in progress', async () => {
	const first = await use.activate(['tasks']);
	const endpoint = '/api/v1/data/sync';
	const before = (await use.deployment.requestStats()).endpoints[endpoint]?.requests;
	await use.deployment.addFault({ kind: 'gather', count: 2, times: 2, path: endpoint });
	const polling = first.poll();
	await untilAsked(use.deployment, endpoint, before);
	const second = first.restarted({ mode: 'update' });
	await second.activate();
	// Only now the poll goes on, with the request of another trigger.
	await use.activate(['boards']);
	await polling;
	await second.deactivate();
});
