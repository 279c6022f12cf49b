/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { join } from 'node:path';
import { loadBuiltPackage } from '../../test/support/builtPackage';
import { ActiveTrigger, TRIGGER_TYPE, watching } from '../../test/support/triggers';
import { startExpressionEngine } from '../worker/expressionEngine';
import { idleResidentBytes } from '../worker/memory';
import { machineTimeMs } from './clock';
import type { TriggerJob, TriggerMessage } from './messages';

/** Active workflows with the built trigger, which tell when a change of the watched query starts them. */
async function main(): Promise<void> {
	const job: TriggerJob = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	await startExpressionEngine();
	const activate = await activator(job);
	// What the first trigger of a process loads is not part of what each of them takes.
	await (await activate()).deactivate();
	const bytesBefore = await idleResidentBytes();
	const triggers: ActiveTrigger[] = [];
	while (triggers.length < job.triggers) triggers.push(await activate());
	const bytes = (await idleResidentBytes()) - bytesBefore;
	process.on('message', () => void nextStarts(triggers).then(send));
	send({ type: 'active', bytesPerTrigger: bytes / job.triggers });
}

/** Activates one more trigger, and waits for the start that shows that it has the present result. */
async function activator({ query, credential }: TriggerJob): Promise<() => Promise<ActiveTrigger>> {
	const { nodeTypes } = await loadBuiltPackage(join(__dirname, 'n8n-nodes-convex'));
	const nodeType = nodeTypes[TRIGGER_TYPE];
	if (nodeType === undefined) throw new Error('the built package has no trigger');
	const parameters = watching(query.path, query.args, { emitInitialResult: true });
	return async () => {
		const trigger = new ActiveTrigger({ credential, nodeType, parameters });
		await trigger.activate();
		await trigger.nthStart(1);
		return trigger;
	};
}

/** When each trigger started its workflow for the next time. */
async function nextStarts(triggers: ActiveTrigger[]): Promise<TriggerMessage> {
	const starts = triggers.map(async (trigger) => {
		await trigger.nthStart(trigger.starts.all.length + 1);
		return machineTimeMs();
	});
	send({ type: 'waiting' });
	return { type: 'started', startedAtMs: await Promise.all(starts) };
}

function send(message: TriggerMessage): void {
	process.send?.(message);
}

main().catch((error: unknown) => send({ type: 'failed', reason: String(error) }));
