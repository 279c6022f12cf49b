/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- a command-line program */
import type { Value } from 'convex/values';
import { startDeployment, type TestDeployment } from '../emulator/client';
import { outputsOf, runWorkflow, type Installation } from '../test/support/engine';
import {
	activeTriggerOf,
	installationFor,
	readExamples,
	withCredential,
	type Example,
} from '../test/support/examples';
import { openHttp } from '../test/support/syncClients';

const MAX_TEXT_LENGTH = 150;

/**
 * Runs the importable workflows of this folder in n8n's engine, with the built package, against an
 * embedded Convex deployment, and prints what came out of each node.
 */
async function main(): Promise<void> {
	const deployment = await startDeployment();
	try {
		const installation = await installationFor(deployment);
		const examples = readExamples();
		for (const example of examples.filter(({ runsWithoutN8n }) => runsWithoutN8n)) {
			await runExample(example, installation);
		}
		for (const example of examples.filter(({ startsLive }) => startsLive)) {
			await runTrigger(example, installation, deployment);
		}
		const others = examples.filter(({ runsWithoutN8n }) => !runsWithoutN8n);
		console.log('\nTo be imported in n8n, as they use more of its nodes:');
		for (const { file, workflow } of others) console.log(`  examples/${file}: ${workflow.name}`);
	} finally {
		await deployment.stop();
	}
}

async function runExample(example: Example, installation: Installation): Promise<void> {
	const { file, workflow } = example;
	console.log(`\nexamples/${file}: ${workflow.name}`);
	const { run } = await runWorkflow(installation, withCredential(workflow, '1', 'Convex'));
	for (const [name, [task]] of Object.entries(run.data.resultData.runData)) {
		console.log(`\n  ${name}`);
		if (task?.error !== undefined) console.log(`    stopped: ${task.error.message}`);
		for (const [index, items] of outputsOf(run, name).entries()) {
			for (const { json } of items) {
				console.log(`    ${index === 0 ? 'out  ' : 'error'} ${shorten(JSON.stringify(json))}`);
			}
		}
	}
	if (run.data.resultData.error !== undefined) process.exitCode = 1;
}

/** Activates the trigger of an example, has an order paid, and prints what the workflow starts with. */
async function runTrigger(
	{ file, workflow }: Example,
	installation: Installation,
	{ url }: TestDeployment,
): Promise<void> {
	console.log(`\nexamples/${file}: ${workflow.name}`);
	const trigger = activeTriggerOf(installation, workflow);
	await trigger.activate();
	const convex = openHttp(url);
	const mutate = async (path: string, args: Record<string, Value>) => {
		console.log(`\n  Your app runs the mutation ${path}`);
		return String(await convex.mutation(path, args));
	};
	const order = { orderId: 'A-7', email: 'ada@engines.test', total: 30 };
	const id = await mutate('orders:upsert', order);
	await mutate('orders:markPaid', { id });
	const { items } = await trigger.nthStart(1);
	await trigger.deactivate();
	console.log('\n  The workflow starts');
	for (const item of items) console.log(`    out   ${shorten(JSON.stringify(item))}`);
}

function shorten(text: string): string {
	return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}

void main();
