import { loadBuiltPackage } from '../support/builtPackage';
import { PROJECT } from '../support/packPackage';
import { runProgram } from '../support/runProgram';
import { keys } from '../support/sessions';
import { TRIGGER_TYPE, type ActiveTrigger } from '../support/triggers';
import { useTriggers, watchingCounter } from '../support/triggersOfTest';

/** Sessions and triggers as they are shipped: bundled, with their own timers and without a console. */
const use = useTriggers('deployKey');

describe('a session of the built package', () => {
	const runBuilt = async () => await runProgram('sessionLifetime', use.deployment);

	const wanted = keys(600).map(({ key }) => key);

	it('runs each mutation once, in order, and lets the process end', async () => {
		const { values, left } = await runBuilt();
		expect(values).toEqual(wanted);
		expect(left).not.toContain('Timeout');
		const counts = (await use.deployment.executionsByKey())['counters:add'];
		expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
	});

	it('does so also when the connection breaks', async () => {
		await use.deployment.addFault({ kind: 'dropAfter', path: '/sync/Mutation', skip: 300 });
		const { values } = await runBuilt();
		expect(values).toEqual(wanted);
		const counts = (await use.deployment.executionsByKey())['counters:add'];
		expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
	});
});

async function activateBuilt(): Promise<ActiveTrigger> {
	const { nodeTypes } = await loadBuiltPackage(PROJECT);
	const nodeType = nodeTypes[TRIGGER_TYPE];
	if (nodeType === undefined) throw new Error('the package has no trigger');
	return await use.activate(watchingCounter(), { nodeType });
}

describe('a trigger of the built package', () => {
	it('starts the workflow at a change, also after a lost connection', async () => {
		const trigger = await activateBuilt();
		await use.increment();
		await trigger.nthStart(1);
		await use.deployment.killSockets();
		await use.increment();
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items: [item] }) => item?.value)).toEqual([1, 2]);
	});

	it('leaves no socket and no timer behind', async () => {
		const { items, during, after } = await runProgram('triggerLifetime', use.deployment);
		expect(items).toEqual([{ value: 0, previousValue: null, reason: 'initial' }]);
		expect(during).toContain('TCPSocketWrap');
		expect(after).toEqual([]);
	});
});
