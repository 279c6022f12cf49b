import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { runProgram } from '../support/runProgram';
import { keys } from '../support/sessions';

/** Session delivery as it is shipped: bundled, with its own timers and without a console. */
const convex = useEmbeddedDeployment('deployKey');

const runBuilt = async () => await runProgram('sessionLifetime', convex.deployment);

const wanted = keys(600).map(({ key }) => key);

it('runs each mutation once, in order, and lets the process end', async () => {
	const { values, left } = await runBuilt();
	expect(values).toEqual(wanted);
	expect(left).not.toContain('Timeout');
	const counts = (await convex.deployment.executionsByKey())['counters:add'];
	expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
});

it('does so also when the connection breaks', async () => {
	await convex.deployment.addFault({ kind: 'dropAfter', path: '/sync/Mutation', skip: 300 });
	const { values } = await runBuilt();
	expect(values).toEqual(wanted);
	const counts = (await convex.deployment.executionsByKey())['counters:add'];
	expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
});
