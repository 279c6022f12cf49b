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

async function requestsTo(endpoint: string, deployment: StartedDeployment): Promise<number> {
	const { endpoints } = await deployment.requestStats();
	return endpoints[endpoint]?.requests ?? 0;
}

/** Resolves when a request has come, whose answer is late. */
async function untilAsked(deployment: StartedDeployment, endpoint: string, before = 0) {
	await until(async () => (await requestsTo(endpoint, deployment)) > before);
}

/** Publishes a trigger, which tells what is written from then on, whatever the earlier poll does meanwhile. */
async function expectToBegin(second: ReturnType<typeof use.workflow>, earlier: Promise<unknown>) {
	await second.activate();
	await use.createTask('a');
	await earlier;
	expect(titlesOf(await second.poll())).toEqual(['a']);
	await second.deactivate();
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
		await expectToBegin(second, activating);
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
	await expectToBegin(second, activating);
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
		const before = await requestsTo(endpoint, other);
		await other.addFault({ ...LATE, path: endpoint });
		const polling = first.poll();
		await untilAsked(other, endpoint, before);
		await first.deactivate();
		const second = first.restarted({ credential: use.credential, mode: 'update' });
		await expectToBegin(second, polling);
	});
});

it('a trigger that knows where it goes on is published again without waiting for a poll in progress', async () => {
	const first = await use.activate(['tasks']);
	const endpoint = '/api/v1/data/sync';
	const before = await requestsTo(endpoint, use.deployment);
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
