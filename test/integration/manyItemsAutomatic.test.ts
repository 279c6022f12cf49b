import { expectInFlight, useGate } from '../support/automatic';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany, creatingMany, echoingMany } from '../support/manyItems';
import { keys } from '../support/sessions';

const convex = useEmbeddedDeployment('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const behindGate = useGate(convex);

async function travelOf(options: Omit<ConvexRunOptions, 'credential'>) {
	const { gate: passed, running } = await behindGate(options, 'pass');
	const result = await running;
	const http = passed.requests.filter((request) => /^POST .*\/(?:mutation|action)$/.test(request));
	return { ...result, travelled: { http: http.length, live: passed.calls } };
}

const listed = async (): Promise<unknown> => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name: 'list' }),
	});
	return success[0]?.json.value;
};

const adding = (itemsPerCall: number, options: object = {}) =>
	addingMany({ itemsPerCall, options });

describe('calls for many items with the default delivery', () => {
	it.each([
		['stops at errors', {}],
		['continues on errors', continuing],
	])('go over a live connection from ten calls on, where the node %s', async (_what, settings) => {
		const input = keys(95);
		const { success, travelled } = await travelOf({ parameters: adding(8), input, settings });
		const wanted = input.map(({ key }) => key);
		expect(travelled).toEqual({ http: 1, live: 11 });
		expect(success.map((item) => item.json.value)).toEqual(wanted);
		expect(success.map((item) => item.pairedItem)).toEqual(wanted.map((_, item) => ({ item })));
		expect(await listed()).toEqual(wanted);
	});

	it.each([
		['of nine calls', 72, {}, 9],
		['with a concurrency', 80, { concurrency: 2 }, 10],
		["with 'Delivery' set to 'HTTP'", 80, { delivery: 'http' }, 10],
	])('%s go over HTTP', async (_what, items, options, calls) => {
		const { travelled } = await travelOf({ parameters: adding(8, options), input: keys(items) });
		expect(travelled).toEqual({ http: calls, live: 0 });
	});

	it('of queries go over HTTP', async () => {
		const input = Array.from({ length: 30 }, (_, row) => ({ row }));
		const parameters = echoingMany('={{ $json.row }}', { itemsPerCall: 2 });
		const { success, travelled } = await travelOf({ parameters, input });
		expect(success.map((item) => item.json.value)).toEqual(input.map(({ row }) => row));
		expect(travelled.live).toBe(0);
	});

	it.each([
		['wait for the one before where the node stops at errors', {}, 1],
		['are sent ahead where it continues', continuing, 32],
	])('%s', async (_what, settings, inFlight) => {
		await expectInFlight(
			behindGate,
			{ parameters: adding(2), input: keys(200), settings },
			inFlight,
		);
	});

	it.each([
		['wait for the one before where the node stops at errors', {}, 1],
		["are in flight as 'Concurrency' says where it continues", continuing, 5],
	])('of actions %s', async (_what, settings, inFlight) => {
		const action = { operation: 'action', path: 'counters:noteMany', itemsPerCall: 2 };
		const parameters = addingMany({ ...action, options: { concurrency: 5 } });
		await expectInFlight(behindGate, { parameters, input: keys(200), settings }, inFlight);
	});

	it('go over HTTP above 1 MiB, and keep the order of the items', async () => {
		const input = Array.from({ length: 44 }, (_, row) => ({
			title: `${row} ${'x'.repeat(row >= 20 && row < 24 ? 300_000 : 10)}`,
		}));
		const { success, travelled } = await travelOf({
			parameters: creatingMany({ itemsPerCall: 4 }),
			input,
			settings: continuing,
		});
		expect(travelled).toEqual({ http: 2, live: 9 });
		expect(success).toHaveLength(44);
		const { success: tasks } = await convex.run({
			parameters: calling('query', 'tasks:list', {}),
		});
		const titles = (tasks[0]?.json.value as Array<{ title: string }>).map(({ title }) => title);
		expect(titles.toSorted()).toEqual(input.map(({ title }) => title).toSorted());
	});

	it.each([
		['stops at errors', {}],
		['continues on errors', continuing],
	])('fail as over HTTP, where the node %s', async (_what, settings) => {
		const input = keys(60).map(({ key }, row) => ({ key: row === 31 ? 42 : key }));
		const element = '={{ JSON.stringify($json.key) }}';
		const results = [];
		for (const delivery of ['http', 'auto']) {
			await convex.deployment.reset();
			const { success, error, stoppedBy } = await convex.run({
				parameters: addingMany({ itemsPerCall: 4, element, options: { delivery } }),
				input,
				settings,
			});
			const shown = JSON.stringify({
				success: success.map(({ json, pairedItem }) => ({ json, pairedItem })),
				error: error.map(({ json, pairedItem }) => ({ json, pairedItem })),
				stopped: [stoppedBy?.message, stoppedBy?.description, stoppedBy?.context],
				listed: await listed(),
			});
			results.push(shown.replaceAll(/"requestId":"\w+"|\[Request ID: \w+\]|request ID \w+/g, ''));
		}
		expect(results[1]).toBe(results[0]);
		expect(results[0]).toContain('"callItems":4');
	});

	it('are done over HTTP where no live connection can be made', async () => {
		const { gate: refusing, running } = await behindGate(
			{ parameters: adding(2), input: keys(40), settings: continuing },
			'refuse',
		);
		expect((await running).success).toHaveLength(40);
		expect(refusing.calls).toBe(0);
		expect(await listed()).toEqual(keys(40).map(({ key }) => key));
	});
});
