/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- a command-line program */
import { startDeployment } from '../test/deployment/client';
import { outputsOf, runWorkflow, type Installation } from '../test/support/engine';
import {
	installationFor,
	readExamples,
	withCredential,
	type Example,
} from '../test/support/examples';

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

function shorten(text: string): string {
	return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}

void main();
