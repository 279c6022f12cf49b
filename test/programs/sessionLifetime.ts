/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- runs in Node, not in n8n */
import { loadBuiltPackage } from '../support/builtPackage';
import { runConvex } from '../support/convexNode';
import { addingKeys, keys } from '../support/sessions';

/** Runs the built node in a session, in a process of its own, and prints what it gave. */
async function main([packageFolder = '', deploymentUrl = '', token = '']: string[]): Promise<void> {
	const { nodeTypes } = await loadBuiltPackage(packageFolder);
	const nodeType = nodeTypes['n8n-nodes-convex.convex'];
	if (nodeType === undefined) throw new Error('the package has no node');
	// As n8n's server does: the timers of the package keep no process awake.
	const awake = setInterval(() => {}, 1_000);
	const { success, stoppedBy } = await runConvex({
		credential: { deploymentUrl, authentication: 'deployKey', token },
		nodeType,
		parameters: addingKeys(),
		input: keys(600),
	});
	clearInterval(awake);
	const left = process.getActiveResourcesInfo();
	console.log(JSON.stringify({ values: success.map(({ json }) => json.value), stoppedBy, left }));
}

void main(process.argv.slice(2));
