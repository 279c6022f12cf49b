/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { join } from 'node:path';
import { loadBuiltPackage } from '../../test/support/builtPackage';
import { DOCUMENT_TRIGGER_TYPE, following, PollingWorkflow } from '../../test/support/polls';
import { becomeLeader } from '../../test/support/triggerRegistry';
import { startExpressionEngine } from '../worker/expressionEngine';
import { machineTimeMs } from './clock';
import type { FeedJob, FeedMessage } from './messages';

/** A published workflow with the built trigger, which n8n's own clock polls once a minute. */
async function main(): Promise<void> {
	const { credential }: FeedJob = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	becomeLeader();
	const { nodeTypes, credentialTypes } = await loadBuiltPackage(
		join(__dirname, 'n8n-nodes-convex'),
	);
	const [nodeType, credentialType] = [nodeTypes[DOCUMENT_TRIGGER_TYPE], credentialTypes.convexApi];
	const poll = nodeType?.poll;
	if (nodeType === undefined || credentialType === undefined || poll === undefined) {
		throw new Error('the built package has no document trigger');
	}
	let polledAtMs = 0;
	nodeType.poll = async function () {
		polledAtMs = machineTimeMs();
		return await poll.call(this);
	};
	const workflow = new PollingWorkflow({
		credential,
		parameters: following(['documents'], { pollTimes: { item: [{ mode: 'everyMinute' }] } }),
		nodeType,
		credentialType,
		beforeStart: (items) => {
			const startedAtMs = machineTimeMs();
			const groups = items.map(({ document }) => String(Object(document).group));
			send({ type: 'started', startedAtMs, pollMs: startedAtMs - polledAtMs, groups });
		},
	});
	await workflow.activate();
	send({ type: 'active' });
}

function send(message: FeedMessage): void {
	process.send?.(message);
}

main().catch((error: unknown) => send({ type: 'failed', reason: String(error) }));
