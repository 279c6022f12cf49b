import { sleep } from 'n8n-workflow';
import { calling, userOf } from '../support/convexNode';
import { notingKeys } from '../support/automatic';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { keys } from '../support/sessions';

const convex = useEmbeddedDeployment('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

/** How many requests each endpoint got. */
const requests = async (): Promise<Record<string, number>> => {
	const { endpoints } = await convex.deployment.requestStats();
	return Object.fromEntries(
		Object.entries(endpoints).map(([path, { requests: count }]) => [path, count]),
	);
};

const listed = async (name = 'list'): Promise<unknown> => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name }),
	});
	return success[0]?.json.value;
};

const ran = async (path = 'counters:add') =>
	(await convex.deployment.executionsByKey())[path] ?? {};

const once = (input: Array<{ key: string }>) =>
	Object.fromEntries(input.map(({ key }) => [key, 1]));

describe('mutations with the default delivery', () => {
	it.each([
		['stops at errors', {}],
		['continues on errors', continuing],
	])(
		'go over one live connection from ten items on, where the node %s',
		async (_what, settings) => {
			const input = keys(300);
			const { success } = await convex.run({ parameters: notingKeys(), input, settings });
			const wanted = input.map(({ key }) => key);
			// The first goes over HTTP.
			expect(await requests()).toEqual({ '/api/mutation': 1 });
			expect((await convex.deployment.requestStats()).connections).toBe(2);
			expect(success.map((item) => item.json)).toEqual(
				wanted.map((value) => ({ value, logLines: [] })),
			);
			expect(success.map((item) => item.pairedItem)).toEqual(wanted.map((_, item) => ({ item })));
			expect(await listed()).toEqual(wanted);
			expect(await ran()).toEqual(once(input));
		},
	);

	it('go over HTTP below ten items', async () => {
		await convex.run({ parameters: notingKeys(), input: keys(9) });
		expect(await requests()).toEqual({ '/api/mutation': 9 });
		expect((await convex.deployment.requestStats()).connections).toBe(9);
		await convex.run({ parameters: notingKeys(), input: keys(10) });
		expect(await requests()).toEqual({ '/api/mutation': 10 });
	});
});
