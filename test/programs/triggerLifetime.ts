/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- runs in Node, not in n8n */
import { sleep } from 'n8n-workflow';
import { loadBuiltPackage } from '../support/builtPackage';
import { ActiveTrigger, TRIGGER_TYPE, watching } from '../support/triggers';

/**
 * Activates the built trigger in a process of its own, starts its workflow, deactivates it, and
 * prints what is left of it: what keeps Node awake now and did not before.
 */
async function main([packageFolder = '', deploymentUrl = '', token = '']: string[]): Promise<void> {
	const { nodeTypes } = await loadBuiltPackage(packageFolder);
	const nodeType = nodeTypes[TRIGGER_TYPE];
	if (nodeType === undefined) throw new Error('the package has no trigger');
	const credential = { deploymentUrl, authentication: 'deployKey', token };
	const before = process.getActiveResourcesInfo();
	const trigger = new ActiveTrigger({
		credential,
		nodeType,
		parameters: watching('counters:get', { name: 'a' }, { emitInitialResult: true }),
	});
	await trigger.activate();
	const { items } = await trigger.nthStart(1);
	const during = process.getActiveResourcesInfo();
	await trigger.deactivate();
	await trigger.deactivate();
	// The sockets of Node close behind the scenes.
	for (let count = 0; count < 100 && left(before).length > 0; count++) await sleep(20);
	console.log(JSON.stringify({ items, during: minus(during, before), after: left(before) }));
}

function left(before: string[]): string[] {
	return minus(process.getActiveResourcesInfo(), before);
}

function minus(resources: string[], others: string[]): string[] {
	const rest = [...others];
	return resources.filter((resource) => {
		const index = rest.indexOf(resource);
		if (index >= 0) rest.splice(index, 1);
		return index < 0;
	});
}

void main(process.argv.slice(2));
