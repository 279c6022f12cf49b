import type { IDataObject } from 'n8n-workflow';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { forMany } from '../support/manyItems';

const convex = useEmbeddedDeployment('deployKey');
const continuing = { onError: 'continueErrorOutput' } as const;

describe('the size of calls for many items', () => {
	const MEBIBYTE = 2 ** 20;
	const inItem = { argumentsMode: 'item', itemFields: 'all' };
	const sized = (...mebibytes: number[]) =>
		mebibytes.map((size, row) => ({ title: String(row) + 'x'.repeat(size * MEBIBYTE) }));
	const lengthsOf = async (
		input: IDataObject[],
		operation = 'query',
		options: object = {},
		itemsPerCall = 8_192,
	) => {
		const call = { operation, path: 'values:echoList', listArgument: 'values', element: '' };
		const { success, error, stoppedBy } = await convex.run({
			parameters: forMany(
				{ ...call, itemsPerCall, options: options, shared: { result: 'done' } },
				inItem,
			),
			input,
			settings: continuing,
		});
		expect(stoppedBy).toBeUndefined();
		return { lengths: success.map(({ pairedItem }) => [pairedItem].flat().length), error };
	};

	it('is cut to 16 MiB', async () => {
		const { lengths, error } = await lengthsOf(sized(7, 7, 7, 12, 3, 3, 15.9));
		expect(error).toEqual([]);
		expect(lengths).toEqual([2, 1, 2, 1, 1]);
	});

	it('is cut to 8,192 elements', async () => {
		const input = Array.from({ length: 8_193 }, (_, number) => ({ number }));
		expect((await lengthsOf(input)).lengths).toEqual([8_192, 1]);
	});

	it('is that of Convex, for which a number takes nine bytes', async () => {
		const numbers = { list: Array.from({ length: 8_000 }, () => 1) };
		// 4 MiB as JSON, and more than 16 MiB in Convex.
		const input = Array.from({ length: 250 }, () => numbers);
		const { lengths, error } = await lengthsOf(input);
		expect(error).toEqual([]);
		expect(lengths.length).toBe(2);
	});

	it('leaves an item of more than 16 MiB out, which fails by itself', async () => {
		const { lengths, error } = await lengthsOf(sized(1, 16.5, 1));
		expect(lengths).toEqual([2]);
		expect(error.map(({ json }) => json.error)).toEqual([
			"The arguments of the item have 16.6 MiB, with those of 'Shared Arguments (JSON)' [item 1]",
		]);
		expect(error[0]?.json.details).toMatchObject({
			functionPath: 'values:echoList',
			kind: 'input',
			reason: 'argumentsTooLarge',
			outcome: 'notExecuted',
		});
	});

	it('fits a session too', async () => {
		const call = { path: 'tasks:createMany', listArgument: 'tasks', element: '' };
		const { success, error } = await convex.run({
			parameters: forMany({ ...call, options: { delivery: 'session' } }, inItem),
			input: sized(0.9, 0.9, 16.5).map((row) => ({ ...row })),
			settings: continuing,
		});
		expect([success.length, error.length]).toEqual([2, 1]);
		expect(error[0]?.json.error).toMatch(/^The arguments of the item have 16\.6 MiB/);
	});

	it('does not keep more than some calls in memory: what takes more is read while calls are made', async () => {
		const input = [...sized(...Array.from({ length: 8 }, () => 12)), { $title: 'bad' }];
		const { stoppedBy } = await convex.run({
			parameters: forMany(
				{ operation: 'query', path: 'values:echoList', listArgument: 'values', element: '' },
				inItem,
			),
			input,
		});
		expect(stoppedBy?.message).toMatch(/'\$title' has a name that starts with '\$' \[item 8\]$/);
		expect((await convex.deployment.executions())['values:echoList']).toBeGreaterThanOrEqual(1);
	});
});
