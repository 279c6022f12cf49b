import { until } from '../support/waiting';
import { waitingForBoard, whereField } from '../support/waitingForResults';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

const whereDone = (options: object = {}) =>
	waitingForBoard(whereField('status', 'oneOf', 'done, failed'), options as never);

describe('a wait for a result', () => {
	it('ends when the result is as wanted', async () => {
		const running = built.run({ parameters: whereDone(), input: [{}, {}] });
		await until(async () => ((await built.deployment.executions())['boards:read'] ?? 0) >= 1);
		await built.put({ status: 'running' });
		await built.put({ status: 'done' });
		const { success } = await running;
		expect(success.map(({ json }) => json)).toEqual(
			Array(2).fill({ value: { status: 'done' }, logLines: [], waitedMs: expect.any(Number) }),
		);
		await built.socketsClosed();
	});

	it('that is too long leaves by the error branch, with the last result', async () => {
		await built.put({ status: 'running' });
		const { error } = await built.run({
			parameters: whereDone({ timeout: 5_000 }),
			input: [{ order: 7 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error.map(({ json }) => json)).toEqual([
			{
				order: 7,
				error: '\'status\' was still "running" after 5 seconds',
				details: expect.objectContaining({ kind: 'timeout', lastValue: { status: 'running' } }),
			},
		]);
	});
});
