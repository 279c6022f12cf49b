/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { nodeAt, type WorkflowFile } from '../support/engine';
import { readStack } from './environment';
import { useSignedInN8n } from './signedIn';
import { until } from './until';
import { convexNode, workflowAround } from './workflows';

const { n8nProgram, n8nEnvironment, deployment } = readStack();
const session = useSignedInN8n();

const executions = async (path: string) => (await deployment.executions())[path] ?? 0;

describe('a schedule', () => {
	it('calls a mutation by itself, again and again, until it is turned off', async () => {
		const workflow: WorkflowFile = {
			name: 'scheduled',
			nodes: [
				nodeAt('Schedule', 'n8n-nodes-base.scheduleTrigger', {
					typeVersion: 1.2,
					parameters: { rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] } },
				}),
				convexNode(session.credentialId, 'mutation', 'counters:increment', { name: 'scheduled' }),
			],
			connections: { Schedule: { main: [[{ node: 'Convex', type: 'main', index: 0 }]] } },
		};
		const id = await session.n8n.importWorkflow(workflow);
		await session.n8n.activate(id);
		await until(async () => (await executions('counters:increment')) >= 2);
		await session.n8n.deactivate(id);
		const runs = await session.n8n.executionsOf(id);
		expect(runs.length).toBeGreaterThanOrEqual(2);
		expect(new Set(runs.map(({ status, mode }) => `${mode} ${status}`))).toEqual(
			new Set(['trigger success']),
		);
	});
});

describe('the command line', () => {
	it('runs a workflow by its ID', async () => {
		const node = convexNode(session.credentialId, 'mutation', 'counters:increment', {
			name: 'cli',
		});
		const id = await session.n8n.importWorkflow(workflowAround(node, [{}]));
		const { code, signal, stdout, stderr } = await promisify(execFile)(
			process.execPath,
			[n8nProgram, 'execute', `--id=${id}`, '--rawOutput'],
			{ env: { ...n8nEnvironment, N8N_LOG_LEVEL: 'info', N8N_RUNNERS_BROKER_PORT: '0' } },
		).then(
			(output) => ({ code: 0, signal: null, ...output }),
			(failed) => failed,
		);
		// n8n 2.41 was seen to be ended by a signal as it exits, its result printed; on either it says why.
		const hasFinished = code === 0 || (signal !== null && /"finished": true/.test(stdout));
		expect({ hasFinished, output: hasFinished ? '' : `${stdout}${stderr}` }).toEqual({
			hasFinished: true,
			output: '',
		});
		expect(stdout).toMatch(/"value":\s*1\b/);
		expect(await executions('counters:increment')).toBe(1);
	});
});
