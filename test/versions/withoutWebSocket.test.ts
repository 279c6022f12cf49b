import { addingKeys, keys } from '../support/sessions';
import { watching } from '../support/triggers';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

const REFUSAL = 'This n8n runs on a Node.js without WebSockets';

it('says that a trigger needs a newer Node.js', async () => {
	await expect(built.activate(watching('counters:get', { name: 'a' }))).rejects.toThrow(REFUSAL);
});

it('has many mutations go over HTTP, in order', async () => {
	const input = keys(20);
	const { success } = await built.run({ parameters: addingKeys({ delivery: 'auto' }), input });
	expect(success.map(({ json }) => json.value)).toEqual(input.map(({ key }) => key));
	const { endpoints } = await built.deployment.requestStats();
	expect(endpoints['/api/mutation']?.requests).toBe(20);
});

it('says that a session needs a newer Node.js, and runs nothing', async () => {
	const { run } = await built.run({ parameters: addingKeys(), input: keys(2) });
	expect(run.data.resultData.error?.message).toBe(REFUSAL);
	expect(await built.deployment.executions()).toEqual({});
});
