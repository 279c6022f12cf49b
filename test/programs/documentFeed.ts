/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { loadBuiltPackage } from '../support/builtPackage';
import { DOCUMENT_TRIGGER_TYPE, following, PollingWorkflow, type HostKind } from '../support/polls';

/**
 * An n8n with the built trigger, in a process of its own: what its database would have is in files of a
 * folder, written only when n8n writes it. Polls until nothing is left, or until the process kills itself:
 * before an execution is there (`read`), before its position is (`started`), or behind both (`saved`).
 */
async function main([
	packageFolder = '',
	deploymentUrl = '',
	token = '',
	folder = '',
	host = 'live',
	killedAt = 'never',
]: string[]): Promise<void> {
	const [positions, executions] = [join(folder, 'staticData.json'), join(folder, 'items.jsonl')];
	const { nodeTypes, credentialTypes } = await loadBuiltPackage(packageFolder);
	const nodeType = nodeTypes[DOCUMENT_TRIGGER_TYPE];
	const credentialType = credentialTypes.convexApi;
	if (nodeType === undefined || credentialType === undefined) throw new Error('it is not built');
	const save = (staticData: IDataObject) => {
		writeFileSync(`${positions}.new`, JSON.stringify(staticData));
		renameSync(`${positions}.new`, positions);
	};
	const workflow = new PollingWorkflow({
		credential: { deploymentUrl, authentication: 'deployKey', token },
		parameters: following(['documents'], { startFrom: 'beginning', options: { maxItems: 7 } }),
		nodeType,
		credentialType,
		host: host as HostKind,
		workflowId: 'killed',
		mode: 'update',
		...(existsSync(positions) && { staticData: JSON.parse(readFileSync(positions, 'utf8')) }),
		beforeStart: (items) => {
			killIf(killedAt === 'read');
			appendFileSync(executions, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
			killIf(killedAt === 'started');
		},
		save,
	});
	await workflow.activate();
	await workflow.pollAll();
	killIf(killedAt === 'saved');
	await workflow.deactivate();
	console.log(JSON.stringify({ executions: workflow.starts.length }));
	process.exit(0);
}

function killIf(isTime: boolean): void {
	if (isTime) process.kill(process.pid, 'SIGKILL');
}

void main(process.argv.slice(2));
