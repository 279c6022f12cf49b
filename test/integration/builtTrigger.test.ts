import { loadBuiltPackage } from '../support/builtPackage';
import { PROJECT } from '../support/packPackage';
import { runProgram } from '../support/runProgram';
import { TRIGGER_TYPE, watching, type ActiveTrigger } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

/** The trigger as it is shipped: bundled, with its own timers and without a console. */
const use = useTriggers('deployKey');

const counter = () => watching('counters:get', { name: 'a' });

const increment = async () => await use.mutate('counters:increment', { name: 'a' });

async function activateBuilt(): Promise<ActiveTrigger> {
	const { nodeTypes } = await loadBuiltPackage(PROJECT);
	const nodeType = nodeTypes[TRIGGER_TYPE];
	if (nodeType === undefined) throw new Error('the package has no trigger');
	return await use.activate(counter(), { nodeType });
}

it('starts the workflow at a change, also after a lost connection', async () => {
	const trigger = await activateBuilt();
	await increment();
	await trigger.nthStart(1);
	await use.deployment.killSockets();
	await increment();
	await trigger.nthStart(2);
	expect(trigger.starts.all.map(({ items: [item] }) => item?.value)).toEqual([1, 2]);
});

it('leaves no socket and no timer behind', async () => {
	const { items, during, after } = await runProgram('triggerLifetime', use.deployment);
	expect(items).toEqual([{ value: 0, previousValue: null, reason: 'initial' }]);
	expect(during).toContain('TCPSocketWrap');
	expect(after).toEqual([]);
});
